"""Cards of deployments."""

import re

import cmarkgfm  # type: ignore[import-untyped]
import msgspec
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.words import Outcome
from harness.report import markdown
from harness.report.sections.deployments import sections
from tests.samples.cases import EVIL
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds
from tests.samples.make import unmeasured

WHERE = environment("3.1.3", "gunicorn", "27.0.1")


def report(*names: str) -> Report:
    """A report on deployments: "bad" ones are uneven, "none" ones did not start."""
    uneven = rounds(8, (2, 4), [8, 4, 6])
    kinds = {
        "bad": lambda name: cell(WHERE, name, 8, uneven),
        "good": lambda name: cell(WHERE, name, 4, rounds(4, (4, 1))),
        "gone": lambda name: unmeasured(WHERE, name, Outcome.DIED, "it ended", "bye"),
    }
    cells = [kinds[name[:4].strip("-12")](name) for name in names]
    return judge([evidence(WHERE, cells)])


def checked(
    name: str, code: int = 0, reason: str = "", **more: object
) -> CheckedDeployment:
    """One deployment of a check."""
    one = CheckedDeployment(name=name, exit_code=code, reason=reason, file="", line=0)
    return msgspec.structs.replace(one, **more)


def card(found: Report, *deployments: CheckedDeployment, code: int = 1) -> str:
    """Return the cards as Markdown."""
    why = "it was stopped"
    result = CheckResult(exit_code=code, reason=why, deployments=deployments)
    return markdown.write(sections(found, result))


def test_a_failing_deployment_has_one_card() -> None:
    found = report("bad")
    (one,) = found.cells
    remedy = "add `--worker-connections 4` | and `x`"
    because = "a worker takes too much"
    reason = f"{one.reason}; because {because}; {remedy}"
    texts = {"reason": reason, "because": because, "remedy": remedy}
    cells = (msgspec.structs.replace(one, **texts),)
    text = card(
        msgspec.structs.replace(found, cells=cells),
        checked("bad", 1, f"at-least: {reason}", remedy=remedy, at_least=8),
    )
    lines = text.splitlines()
    assert lines[0] == "## 🔴&nbsp;failed: `bad`"
    assert lines[2] == "|  | 8 (seen 4) requests at once |"
    assert lines[4].startswith("| Promise | **at least 8**, of the 8 that it decla")
    assert lines[5].startswith("| Verdict | 🟡&nbsp;uneven (FC001): ")
    assert lines[7] == "| Why | a worker takes too much |"
    assert lines[6] == (
        "| What&nbsp;to&nbsp;do | add `--worker-connections 4` &#124; and `x` |"
    )
    assert lines[8].startswith("| Seen | between 4 and 8 of 8 offered")
    assert "[!" not in text


def test_reason_cause_and_remedy_are_not_repeated() -> None:
    found = report("bad")
    (one,) = found.cells
    texts = {"because": "a worker takes too much", "remedy": "add `--x 4`"}
    reason = f"{one.reason}; because {texts['because']}; {texts['remedy']}"
    cells = (msgspec.structs.replace(one, **texts, reason=reason),)
    both = f"{texts['remedy']}; more workers are needed"
    text = card(
        msgspec.structs.replace(found, cells=cells),
        checked("bad", 1, "at-least: 8 of 12", remedy=both, at_least=12),
    )
    assert text.count("a worker takes too much") == 1
    assert text.count("add `--x 4`") == 1


def test_a_passing_deployment_has_one_card() -> None:
    text = card(report("good"), checked("good"), code=0)
    assert text.startswith("## 🟢&nbsp;passed: `good`\n\n|  | 4 requests at once |\n")
    assert "| Promise | **4**: " in text
    assert "| Verdict | 🟢&nbsp;as declared |" in text
    assert "to&nbsp;do" not in text


def test_the_path_that_an_app_was_found_below_is_reported() -> None:
    shop = checked("good", found_below="/shop")
    text = card(report("good"), shop, code=0)
    assert '| App | found below `/shop`; `below = "/shop"` says so |' in text
    text = card(report("good", "bad"), shop, checked("bad", 1, "uneven: it is"))
    assert "| `good`, found below `/shop` | 4 |" in text


def test_failing_deployments_come_first() -> None:
    text = card(
        report("good", "bad-1", "gone", "bad-2"),
        checked("good"),
        checked("bad-1", 0, "uneven: it is"),
        checked("gone", 5, "command: died: it ended", remedy="correct that"),
        checked("bad-2", 1, "uneven: it is"),
    )
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads == [
        "## 🔴&nbsp;failed: 2 of 4 deployments",
        "### 🔴&nbsp;could not be measured: `gone`",
        "### 🔴&nbsp;failed: `bad-2`",
        "### 🟡&nbsp;let through: `bad-1`",
        "### 🟢&nbsp;passed",
    ]
    assert "|  | no number |" in text
    assert "| `good` | 4 | **4** | 🟢&nbsp;as declared |" in text


@pytest.mark.parametrize("names", [("good-1", "good-2")])
def test_passing_deployments_share_one_table(names: tuple[str, ...]) -> None:
    text = card(report(*names), *map(checked, names), code=0)
    assert text.startswith("## 🟢&nbsp;passed: all 2 deployments\n\n| deployment |")


def test_a_check_that_was_interrupted_says_so() -> None:
    text = card(report("good"), checked("good"), code=130)
    assert text.startswith("> [!WARNING]\n> The check ended early: it was stopped.\n")


def test_foreign_text_ends_no_row_and_no_card() -> None:
    name = "good | `x`\n</details>"
    found = judge([evidence(WHERE, [cell(WHERE, name, 4, rounds(4, (4, 1)))])])
    (one,) = found.cells
    reason = f"{EVIL} `{EVIL}` because; {EVIL}"
    cells = (msgspec.structs.replace(one, reason=reason, declared_because=EVIL),)
    text = card(
        msgspec.structs.replace(found, cells=cells),
        checked(name, 1, reason, remedy=f"write `{EVIL}`"),
    )
    made = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    tags = re.findall(r"<(\w+)", made)
    assert tags.count("table") == 1 and tags.count("tr") == 5
    own = "h2 table thead tbody tr th td code strong".split()
    assert set(tags) == set(own)
    assert tags.count("strong") == 1, "the promise, and nothing of others"
