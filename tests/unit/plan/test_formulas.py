"""Numbers that depend on the machine are computed by named formulas only."""

import os

import pytest

from harness.environments.needs import with_number
from harness.plan import formulas
from harness.records.plan import Declaration
from harness.records.plan import Formula
from harness.system.machine import processors_of


@pytest.mark.parametrize(
    ("spelled", "words", "here"),
    [
        ("thread-pool", "min(32, processors + 4)", 6),
        ("2 x thread-pool", "2 × min(32, processors + 4)", 12),
        ("10 x thread-pool", "10 × min(32, processors + 4)", 60),
    ],
)
def test_a_formula_has_words_and_a_value(spelled: str, words: str, here: int) -> None:
    parsed = formulas.parse(spelled)
    assert parsed is not None
    assert formulas.words(parsed) == words
    assert formulas.value(parsed, 2) == here


@pytest.mark.parametrize(
    ("processors", "threads"), [(1, 5), (4, 8), (27, 31), (28, 32), (64, 32)]
)
def test_the_thread_pool_of_python_depends_on_the_processors(
    processors: int, threads: int
) -> None:
    assert formulas.value(Formula(name="thread-pool"), processors) == threads


@pytest.mark.parametrize("declared", [8, "unbounded"])
def test_another_word_is_no_formula(declared: int | str) -> None:
    assert formulas.parse(declared) is None


@pytest.mark.parametrize(
    "text", ["many", "min(32, processors + 4)", "0 x thread-pool", "__import__", ""]
)
def test_an_expression_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match="is neither a number nor a formula"):
        formulas.parse(text)


def test_a_declaration_states_the_value_of_its_formula() -> None:
    declared = Declaration(
        declared=None,
        because="It runs in a pool.",
        source="https://example.org",
        formula="min(32, processors + 4)",
    )
    here = with_number(declared, Formula(name="thread-pool"), 3)
    assert here.declared == 7
    assert here.because == (
        "It runs in a pool. With the 3 processors here min(32, processors + 4) is 7."
    )
    assert (here.source, here.formula) == (declared.source, declared.formula)


def test_newer_pythons_count_usable_processors_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert [processors_of(each) for each in ("3.9", "3.12", "3.13")] == [16, 16, 2]
