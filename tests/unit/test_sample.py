"""One row in four of each shape table is tested, unless tests are named."""

from typing import Any
from typing import cast

import pytest

from tests.conftest import outside_the_sample


class Collected:
    """The parts of a collected test that the sample looks at."""

    def __init__(self, nodeid: str, marked: bool = True) -> None:
        self.nodeid = nodeid
        self.marked = marked

    def get_closest_marker(self, name: str) -> str | None:
        return name if self.marked and name == "shapes" else None


def left_out(*items: Collected) -> list[str]:
    """Return the tests outside of the sample."""
    return [item.nodeid for item in outside_the_sample(cast(Any, items))]


def test_the_first_row_of_every_table_is_in_the_sample() -> None:
    tables = [Collected(f"{table}[{n}]") for table in ("a", "b") for n in range(5)]
    assert left_out(*tables) == [f"{table}[{n}]" for table in "ab" for n in (1, 2, 3)]


@pytest.mark.parametrize("rows", [1, 20])
def test_other_tests_are_never_left_out(rows: int) -> None:
    assert not left_out(*(Collected(f"a[{n}]", marked=False) for n in range(rows)))
