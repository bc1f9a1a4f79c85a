"""Which loads are offered: below, at and above what is declared."""

import pytest

from harness.probe.loads import offers
from harness.records.words import Arrival


def asked(declared: int | None, limit: int = 64, also: tuple[int, ...] = ()) -> str:
    """The offers in short: a load, with s when staggered."""
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
    assert asked(declared) == expected


def test_limit_takes_the_place_of_a_missing_bound() -> None:
    assert asked(None, limit=8) == "1 8 8s 8o"
    assert asked(None, limit=1) == "1"


def test_the_limit_does_not_bound_a_declared_number() -> None:
    assert asked(100, limit=8) == asked(100)


def test_loads_that_are_offered_besides() -> None:
    assert asked(None, also=(500, 400, 64)).endswith("64o 400 500")
    assert asked(4, also=(8, 6)).endswith("4o 5 6 8")
