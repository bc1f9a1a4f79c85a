"""The verb ``explain``: what a command declares, and the nearest measured cell."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from harness.cli.rule_pages import page_of
from harness.records import files
from harness.records.words import Result
from harness.report.escape import printable
from harness.site.explain import explain as explained
from harness.site.explain import Explained
from harness.site.explain import MeasuredCell


class Measured(Result, frozen=True, kw_only=True):
    """The file ``api/v1/measured.json`` of a site."""

    schema_version: int
    generated_at: str
    cells: tuple[MeasuredCell, ...]


_CODE = re.compile(r"(?i)fc\d+")


def explain(data: Path, command: tuple[str, ...]) -> int:
    """Show what a finding means, or what a command declares."""
    if len(command) == 1 and _CODE.fullmatch(command[0]):
        print(page_of(command[0].upper()), end="")
        return 0
    measured = files.read(data, Measured).cells
    text = command[0] if len(command) == 1 else shlex.join(command)
    for line in lines(explained(text, measured), measured):
        print(printable(line, characters=2000))
    return 0


def lines(answer: Explained, measured: Sequence[MeasuredCell]) -> list[str]:
    """The lines to print: what a command declares, and the nearest measured cells."""
    cells = {cell.id: cell for cell in measured}
    if answer.unbounded:
        words = ["declares no bound"]
    elif answer.declared is None:
        words = ["it is not known how many requests it declares"]
    else:
        words = [f"declares {answer.declared}"]
    words += [answer.because, *answer.remarks]
    if answer.nearest:
        same = (
            "measured with exactly these settings"
            if answer.exact
            else "nearest measured"
        )
        words.append(_cell(same, cells[answer.nearest]))
    elif not answer.see:
        words.append("no similar configuration was measured")
    return words + [_cell("possibly", cells[each]) for each in answer.see]


def _cell(what: str, cell: MeasuredCell) -> str:
    return f"{what}: {cell.id}: {cell.number} at once ({cell.word}); {cell.reason}"
