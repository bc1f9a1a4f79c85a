"""The file of expected changes is read strictly and applied exactly."""

from pathlib import Path

import pytest

from harness.github.annotations import change_annotations
from harness.judge import expected
from harness.judge.compare import ALTERED
from harness.judge.compare import compare
from harness.records import toml
from harness.records.changes import Changes
from harness.records.choices import FailOn
from harness.records.errors import GateFailed
from harness.records.errors import UsageError
from harness.records.words import Outcome
from harness.report import markdown
from harness.report import plain
from harness.report.sections.changes import section
from tests.builders.gate import gate
from tests.builders.reports import DIED
from tests.builders.reports import EIGHT
from tests.builders.reports import even
from tests.builders.reports import EXPECTED_TOML
from tests.builders.reports import NEVER
from tests.builders.reports import report
from tests.builders.reports import unbounded


def read(folder: Path, text: str) -> expected.Expected:
    """Return the expected changes in a text."""
    path = folder / "expected.toml"
    path.write_text(text)
    return toml.read(path, expected.Expected)


def apply_file(folder: Path, found: Changes, text: str = EXPECTED_TOML) -> Changes:
    """Return changes after applying a file of expected changes."""
    return expected.acknowledge(found, read(folder, text))


def test_expected_changes_pass_and_show_the_reason(tmp_path: Path) -> None:
    worse = compare(report(EIGHT), report(even(4, 8)))
    with pytest.raises(GateFailed):
        gate(report(EIGHT), FailOn.REGRESSION, worse)
    known = apply_file(tmp_path, worse)
    gate(report(EIGHT), FailOn.CHANGE, known)
    assert not change_annotations(known, ALTERED) and not known.unmatched
    text = markdown.write([section(known)])
    assert "1 fewer, 1 of these expected" in text
    assert "🔴" not in text
    assert "fewer, because The pool is smaller now ([more](https://example.org/1))" in (
        text
    )
    assert "because The pool is smaller now (https://example.org/1)" in (
        plain.write([section(known)])
    )


@pytest.mark.parametrize(
    ("before", "now", "was", "became"),
    [
        (EIGHT, NEVER, "8", '"up to 8"'),
        (EIGHT, DIED, "8", '"died"'),
        (unbounded(), even(10), '"unbounded"', "10"),
        (None, EIGHT, '"absent"', "8"),
        (EIGHT, None, "8", '"absent"'),
    ],
)
def test_every_kind_of_side_can_be_written(
    tmp_path: Path, before: object, now: object, was: str, became: str
) -> None:
    def of(one: object) -> tuple[object, ...]:
        return (one,) if one else ()

    text = EXPECTED_TOML.replace("from = 8", f"from = {was}").replace(
        "to = 4", f"to = {became}"
    )
    found = compare(report(*of(before)), report(*of(now)))  # type: ignore[arg-type]
    known = apply_file(tmp_path, found, text)
    assert known.cells[0].expected, expected.spelled(known.cells[0])
    assert not known.unmatched


def test_an_expected_change_covers_no_other_change(tmp_path: Path) -> None:
    known = apply_file(tmp_path, compare(report(EIGHT), report(even(3, 8))))
    with pytest.raises(GateFailed):
        gate(report(EIGHT), FailOn.REGRESSION, known)
    (left,) = known.unmatched
    assert left.problem.startswith("flask-3.1.3/server-1/c0/py3.13 went from 8 to 3")
    (remark,) = [r for r in change_annotations(known, ()) if "expected" in r.title]
    assert remark.level == "warning"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (EXPECTED_TOML, "nothing changed (1 cell matched); remove it"),
        (EXPECTED_TOML.replace("c0", "c7"), "no cell of either run matches it"),
    ],
)
def test_unmatched_expectations_are_reported(
    tmp_path: Path, text: str, problem: str
) -> None:
    known = apply_file(tmp_path, compare(report(EIGHT), report(EIGHT)), text)
    assert problem in known.unmatched[0].problem
    assert "acknowledged, but nothing of the kind was found" in markdown.write(
        [section(known)]
    )
    assert problem in plain.write([section(known)])
    gate(report(EIGHT), FailOn.REGRESSION, known)
    with pytest.raises(GateFailed, match="1 expected change was not found"):
        gate(report(EIGHT), FailOn.CHANGE, known)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "from = 8",
            "form = 8",
            "change 1: form: is an unknown key; did you mean from?",
        ),
        ("to = 4\n", "", "change 1: to: is missing; add to = "),
        (
            "to = 4",
            "to = 0",
            "change 1: to: expected `int` >= 1; write a positive number",
        ),
        ("to = 4", 'to = "some"', "change 1: to: is not valid; "),
        ("to = 4", "to = 4.5", "change 1: to: expected `int | str`, got `float`"),
        (
            "https:",
            "http:",
            "change 1: link: .*; write an address that begins with http",
        ),
        ('"flask-*/server-*/c0/*"', '""', "change 1: cell: .*; write a glob"),
        ("[[change]]", "[[chance]]", "chance: is an unknown key; did you mean change?"),
        ("[[change]]", "[change]", r"change: expected `array`, .*\[\[change\]\]"),
        ("[[change]]", "[[change", "is not TOML: "),
    ],
)
def test_a_fault_names_the_key(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in EXPECTED_TOML
    with pytest.raises(UsageError, match=f"expected.toml: .*{words}"):
        read(tmp_path, EXPECTED_TOML.replace(old, new))


def test_a_missing_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file .*--expected"):
        toml.read(tmp_path / "expected.toml", expected.Expected, "see --expected")


def test_every_outcome_has_a_word() -> None:
    assert {str(word) for word in Outcome} - {"measured"} < set(expected.WORDS)
