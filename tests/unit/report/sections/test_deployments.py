"""What deployments do not keep."""

from __future__ import annotations

import pytest

from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.report import markdown
from harness.report.sections.deployments import section


@pytest.mark.parametrize(
    ("code", "head"),
    [
        (1, "> [!CAUTION]\n> Not what the deployments promise:\n"),
        (0, "> [!WARNING]\n> Not what the deployments promise, and let through:\n"),
    ],
)
def test_a_broken_promise_is_an_alert(code: int, head: str) -> None:
    deployments = tuple(
        CheckedDeployment(name=name, exit_code=code, reason=reason, file="", line=0)
        for name, reason in (("good", ""), ("bad", "fewer | than declared"))
    )
    result = CheckResult(exit_code=code, reason="", deployments=deployments)
    text = markdown.write([section(result)])
    assert text == f"{head}\n- `bad`: fewer &#124; than declared\n"


def test_where_all_is_kept_nothing_is_said() -> None:
    result = CheckResult(exit_code=0, reason="", deployments=())
    assert section(result).blocks == ()
