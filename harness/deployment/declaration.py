"""What a deployment declares: what its file says, or else its command."""

from __future__ import annotations

from harness.deployment.config import Deployment
from harness.deployment.declared.promise import Promise
from harness.records.plan import Declaration


def declared_by(
    deployment: Deployment, source: str, promise: Promise | None, problem: str
) -> Declaration:
    """The declaration of a deployment: by its file, or else by its command.

    Where neither does, no bound is declared, and ``problem`` says why.
    """
    declared = deployment.declared
    if declared is not None:
        because = f"{source} says so"
        return Declaration(
            declared=None if declared == "unbounded" else declared,
            because=f"{because}; {promise.because}" if promise else because,
            source=promise.page if promise else "",
            at_first=promise.at_first if promise else None,
            by_chance=promise.by_chance if promise else "",
        )
    if promise is None:
        return Declaration(declared=None, because=f"{UNDERIVED}: {problem}", source="")
    return Declaration(
        declared=promise.declared,
        because=promise.because,
        source=promise.page,
        at_first=promise.at_first,
        by_chance=promise.by_chance,
    )


UNDERIVED = "what it declares cannot be derived"
"""The sentence for a deployment of which nothing says what it declares."""


def say_declared(source: str, number: int | str = 8) -> str:
    """How to say how many requests at once a deployment declares."""
    if source.startswith("the option"):
        return f"say how many requests at once it promises: --declared {number}"
    value = f'"{number}"' if isinstance(number, str) else number
    return f"say how many requests at once it promises: declared = {value}"
