"""Finds what a deployment declares: by its file, or else by its command."""

from __future__ import annotations

import msgspec

from harness.deployment.config import Deployment
from harness.deployment.declared.promise import Promise
from harness.records.plan import Declaration


def declared_by(
    deployment: Deployment, source: str, promise: Promise | None, problem: str
) -> Declaration:
    """The declaration of a deployment: by its file, or else by its command.

    Where neither does, no bound is declared, and ``problem`` says why.
    """
    if promise is None:
        because = f"{UNDERIVED}: {problem}"
        own = Declaration(declared=None, because=because, source="")
    else:
        own = Declaration(
            declared=promise.declared,
            because=promise.because,
            source=promise.page,
            at_first=promise.at_first,
            by_chance=promise.by_chance,
        )
    declared = deployment.declared
    if declared is None:
        return own
    return msgspec.structs.replace(
        own,
        declared=None if declared == "unbounded" else declared,
        because=f"{source} says so" + (f"; {promise.because}" if promise else ""),
    )


UNDERIVED = "what it declares cannot be derived"
"""The sentence about a deployment that declares no number anywhere."""


def say_declared(source: str, number: int | str = 8) -> str:
    """How the user can declare how many requests at once a deployment handles."""
    if source.startswith("the option"):
        return f"say how many requests at once it promises: --declared {number}"
    value = f'"{number}"' if isinstance(number, str) else number
    return f"say how many requests at once it promises: declared = {value}"
