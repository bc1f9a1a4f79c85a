"""Checks whether a server's claims about itself (PEP 3333) fit what was seen."""

from collections.abc import Sequence

from harness.records.evidence import Claims
from harness.records.rounds import Round


def claims_fault(claims: Claims | None, rounds: Sequence[Round]) -> str:
    """A sentence on how the rounds contradict a server's claims; empty if they do not.

    PEP 3333 lets a server claim more than it does, so only a false "no" is a fault.
    """
    if claims is None or not rounds:
        return ""
    threads = max(round_.threads for round_ in rounds)
    processes = max(round_.processes for round_ in rounds)
    kinds = (
        ("multithread", threads, f"{threads} requests were in one process at once"),
        ("multiprocess", processes, f"{processes} processes had requests at once"),
    )
    return "; ".join(
        f"it tells the app that wsgi.{name} is False, yet {seen}"
        for name, most, seen in kinds
        if most > 1 and not getattr(claims, name)
    )
