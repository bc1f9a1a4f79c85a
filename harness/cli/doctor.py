"""The verb ``doctor``: what this machine can do."""

from harness.environments.doctor import abilities
from harness.environments.doctor import Ability
from harness.environments.doctor import first_missing
from harness.report.escape import printable


def doctor() -> int:
    """Show what this machine can do, and what to install for the rest."""
    every = abilities()
    width = max(len(each.name) for each in every)
    for each in every:
        print(line(each, width))
    if missing := first_missing(every):
        print(f"\nNext: for {missing.for_what}: {missing.install}")
    else:
        print("\nEverything is there.")
    return 0


def line(each: Ability, width: int) -> str:
    """Describe one ability in a line: what was found, or what to install and why."""
    what = each.here or f"missing, for {each.for_what}: {each.install}"
    return f"{'✓' if each.here else '–'} {each.name:<{width}}  {printable(what)}"
