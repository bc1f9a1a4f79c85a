"""The report on deployments: what they do not keep, above what was measured."""

from __future__ import annotations

from harness.records.changes import Changes
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.report import markdown
from harness.report.escape import code
from harness.report.escape import prose


def render(
    report: Report,
    changes: Changes,
    result: CheckResult,
    *,
    max_bytes: int = markdown.MAX_BYTES,
    complete: str = "report.json",
) -> str:
    """The report as Markdown of at most ``max_bytes``, below its broken promises."""
    top = broken_promises(result)
    room = max_bytes - len(top.encode())
    return top + markdown.render(report, changes, max_bytes=room, complete=complete)


def broken_promises(result: CheckResult) -> str:
    """What deployments do not keep, as Markdown; empty if they keep everything."""
    items = [
        f"> - {code(each.name)}: {prose(each.reason, characters=1000)}\n"
        for each in result.deployments
        if each.reason
    ]
    fails = result.exit_code
    kind = "CAUTION" if fails else "WARNING"
    words = "Not what the deployments promise" + ("" if fails else ", and let through")
    head = f"> [!{kind}]\n> {words}:\n"
    return f"{head}{''.join(items)}\n" if items else ""
