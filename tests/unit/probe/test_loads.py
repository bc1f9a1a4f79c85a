"""Which loads are offered: below, at and above the declared number."""

import pytest

from harness.probe.loads import offers
from harness.records.words import Arrival


def in_short(declared: int | None, limit: int = 64, also: tuple[int, ...] = ()) -> str:
    """Return the offers in short: a load, with s for requests one by one."""
    letters = {Arrival.BURST: "", Arrival.STAGGERED: "s", Arrival.OPENED: "o"}
    loads = offers(declared, limit, also)
    return " ".join(f"{offer.asked}{letters[offer.arrival]}" for offer in loads)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (1, "1 2"),
        (2, "1 2 2s 2o 3"),
        (4, "1 4 4s 4o 5"),
        (99, "1 99 99s 99o 100"),
        (100, "1 100 100s 101"),
        (257, "1 257 258"),
        (1000, "1 1000 1001"),
        (None, "1 64 64s 64o"),
    ],
)
def test_loads_around_the_declared_number(declared: int | None, expected: str) -> None:
    assert in_short(declared) == expected


def test_without_a_bound_the_limit_is_offered() -> None:
    assert in_short(None, limit=8) == "1 8 8s 8o"
    assert in_short(None, limit=1) == "1"


def test_the_limit_does_not_bound_a_declared_number() -> None:
    assert in_short(100, limit=8) == in_short(100)


def test_additional_loads_are_offered() -> None:
    assert in_short(None, also=(500, 400, 64)).endswith("64o 400 500")
    assert in_short(4, also=(8, 6)).endswith("4o 5 6 8")
