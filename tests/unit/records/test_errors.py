"""Hints for unknown names."""

import pytest

from harness.records.errors import did_you_mean

MANY = [f"1.{n}" for n in range(30)]


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("pol", ["own", "pool"], "did you mean pool? There are: own, pool"),
        ("zzz", ["own", "pool"], "there are: own, pool"),
        ("zzz", [], "there are: none"),
        ("1.30", MANY, "did you mean 1.3, 1.0 or 1.23?"),
        ("zzz", MANY, "there are 30, such as 1.0, 1.1, 1.2"),
    ],
)
def test_an_unknown_name_gets_a_similar_one_as_a_hint(
    name: str, known: list[str], hint: str
) -> None:
    assert did_you_mean(name, known) == hint
