"""The section on remarks: what is worth knowing beside the numbers."""

from harness.records.report import CheckResult
from harness.records.rules import Other
from harness.records.rules import with_id
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Section
from harness.report.text import Name
from harness.report.text import quoted
from harness.report.text import say


def section(result: CheckResult) -> Section:
    """Each kind of remark, with the deployments that it is about."""
    blocks = [
        Items(items, with_id(word)) for word in Other if (items := _items(result, word))
    ]
    return Section.of("what is worth knowing", "What else is worth knowing", *blocks)


def _items(result: CheckResult, word: Other) -> tuple[Item, ...]:
    return tuple(
        Item(
            say("{}: {}", Name(deployment.name), quoted(remark.reason)),
            (say("what to do: {}", quoted(remark.remedy)),),
        )
        for deployment in result.deployments
        for remark in deployment.remarks
        if remark.word is word
    )
