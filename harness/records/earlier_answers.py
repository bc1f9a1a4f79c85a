"""Adds the answers of earlier runs to a later run in which less was asked."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence

import msgspec

from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.words import Outcome


def with_earlier_answers(runs: Iterable[Evidence]) -> list[Evidence]:
    """The runs, oldest first; each cell has the answers of earlier runs too.

    A cell inherits answers from earlier runs on the same kind of machine, unless the
    question was asked again or a package changed.
    """
    earlier: dict[tuple[object, ...], list[Evidence]] = defaultdict(list)
    made = []
    for each in sorted(runs, key=lambda run: (run.measured_at, str(run.environment))):
        before = earlier[each.environment, each.probe, each.host]
        same = [run for run in before if _same_versions(run, each)]
        cells = tuple(_with_answers(cell, same) for cell in each.cells)
        made.append(msgspec.structs.replace(each, cells=cells))
        before.append(each)
    return made


def _same_versions(one: Evidence, other: Evidence) -> bool:
    """Whether both environments have the same versions of everything."""
    return all(
        other.installed.get(name, version) == version
        for name, version in one.installed.items()
    )


def _with_answers(cell: CellEvidence, before: Sequence[Evidence]) -> CellEvidence:
    """A cell with answers from earlier runs, the newest to each question."""
    if cell.outcome is not Outcome.MEASURED:
        return cell
    questions = {
        seen.question: seen
        for run in before
        for known in run.cells
        if known.id == cell.id
        for seen in known.asked
    }
    again = {seen.question for seen in cell.asked}
    earlier = (seen for question, seen in questions.items() if question not in again)
    return msgspec.structs.replace(cell, asked=(*cell.asked, *earlier))
