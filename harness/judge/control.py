"""Checks whether the control of an environment was measured correctly.

The control is a server of exactly known capacity. The numbers of an environment are
published only if the probe saw exactly that capacity.
"""

from harness.records.evidence import ControlEvidence
from harness.records.numbers import contradiction
from harness.records.numbers import Numbers
from harness.records.numbers import sum_up
from harness.records.words import Outcome


def control_fault(control: ControlEvidence | None) -> str | None:
    """Why an environment's numbers cannot be trusted, by its control.

    ``None`` if they can.
    """
    if control is None:
        return "no control was measured in this environment, so no number is published"
    if control.outcome is not Outcome.MEASURED:
        return f"the control was not measured ({control.outcome}): {control.reason}"
    wrong = contradiction(control.all_rounds)
    if wrong is None and not _is_exact(control):
        wrong = control_words(control)
    return wrong and f"the control was measured wrong: {wrong}"


def _is_exact(control: ControlEvidence) -> bool:
    """Whether the probe saw exactly the known capacity, in every respect."""
    capacity, seen = _seen(control)
    exact = capacity, True, capacity, control.processes, control.threads
    faultless = not any(
        round_.broken or round_.stalled for round_ in control.all_rounds
    )
    return faultless and seen[:5] == exact


def _seen(control: ControlEvidence) -> tuple[int, Numbers]:
    """The known capacity of the control, and the numbers of its rounds."""
    capacity = control.processes * control.threads
    return capacity, sum_up(control.rounds, capacity, control.steered, control.workers)


def control_words(control: ControlEvidence | None) -> str:
    """The known and the measured capacity of the control; empty without one."""
    if control is None:
        return ""
    capacity, seen = _seen(control)
    waited = "others waited" if seen.bounded else "no request was seen to wait"
    return (
        f"it can hold exactly {capacity} ({control.processes} processes with "
        f"{control.threads} threads); the probe saw at least {_number(seen.floor)} and "
        f"at most {_number(seen.ceiling)} in {_number(seen.processes)} processes with "
        f"{_number(seen.threads)} threads, and {waited}"
    )


def _number(number: int | None) -> str:
    return "no" if number is None else str(number)
