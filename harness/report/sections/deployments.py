"""The promises that deployments do not keep."""

from __future__ import annotations

from harness.records.report import CheckResult
from harness.report.document import Alert
from harness.report.document import Foreign
from harness.report.document import Name
from harness.report.document import say
from harness.report.document import Section


def section(result: CheckResult) -> Section:
    """Each promise that was broken, also one that was let through."""
    items = tuple(
        say("{}: {}", Name(each.name), Foreign(each.reason, 1000))
        for each in result.deployments
        if each.reason
    )
    text = say("Not what the deployments promise:")
    if not result.exit_code:
        text = say("Not what the deployments promise, and let through:")
    alert = Alert("caution" if result.exit_code else "warning", text, items)
    return Section.of("the broken promises", "", *([alert] if items else []))
