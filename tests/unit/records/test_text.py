"""Values in English sentences."""

import pytest

from harness.records.text import bound
from harness.records.text import listed
from harness.records.text import plural
from harness.records.text import without_user


@pytest.mark.parametrize(
    ("parts", "phrase"),
    [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")],
)
def test_items_are_joined_to_a_phrase(parts: list[str], phrase: str) -> None:
    assert listed(parts, "or") == phrase


def test_a_noun_agrees_with_its_number() -> None:
    assert [plural(n, "cell") for n in (0, 1, 2)] == ["0 cells", "1 cell", "2 cells"]
    assert [plural(n, "process") for n in (1, 2)] == ["1 process", "2 processes"]


def test_a_declaration_without_a_bound_has_its_words() -> None:
    assert [bound(number) for number in (8, 0, None)] == ["8", "0", "no bound"]


@pytest.mark.parametrize("user", ["", "me@", "me:secret@", ":secret@"])
def test_credentials_in_a_url_are_not_shown(user: str) -> None:
    assert without_user(f"git+https://{user}a.b/c@v1") == "git+https://a.b/c@v1"
