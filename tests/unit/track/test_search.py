"""Which releases a search measures, and which ends it starts from."""

from collections.abc import Mapping
from collections.abc import Sequence

import pytest

from harness.plan.plan import plan_cells
from harness.records.catalog import Selection
from harness.records.errors import NothingMeasured
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Environment
from harness.records.plan import Plan
from harness.records.words import Outcome
from harness.track.bisection import make_bisection
from harness.track.follow import find_package
from harness.track.follow import find_targets
from harness.track.follow import follow
from harness.track.search import find_change
from harness.track.search import find_ends
from harness.track.search import KnownCells
from harness.track.search import Search
from tests.builders.catalogs import REAL
from tests.samples.make import cell
from tests.samples.make import evidence
from tests.samples.make import rounds
from tests.samples.make import unmeasured

RELEASES = [f"24.{minor}" for minor in range(10)]

Truth = Mapping[str, int | Outcome]
"""The number or the outcome of each release."""


def evidence_of(where: Environment, truth: Truth) -> Evidence:
    """Evidence of a release, as a measurement gives it."""
    number = truth[where.server_version]
    if isinstance(number, Outcome):
        return evidence(where, [unmeasured(where, "sync-4", number, "so it is")])
    seen = rounds(number, (1, number), [number] * 8)
    return evidence(where, [cell(where, "sync-4", number, seen)])


class Measured:
    """A search over releases of gunicorn, and the releases that it measured."""

    def __init__(self, truth: Truth, known: Sequence[str] = ()) -> None:
        self.asked: list[str] = []
        self.truth = truth
        targets = find_targets(REAL, "gunicorn/sync-4")
        package = find_package(REAL, "gunicorn")
        (self.followed,) = follow(REAL, targets, package, truth, "3.11")
        plan = plan_cells(REAL, Selection(python="3.11"), self.followed.cells)
        stored = {
            str(each): evidence_of(each.environment, truth)
            for each in self.followed.cells
            if each.server_version in known
        }
        self.search = Search(self.followed, plan, KnownCells(stored, {}), self.measure)

    def measure(self, plan: Plan) -> list[Evidence]:
        """Return evidence of a plan."""
        environments = [environment.environment for environment in plan.environments]
        self.asked += [environment.server_version for environment in environments]
        return [evidence_of(environment, self.truth) for environment in environments]


def changed_in(first: int) -> dict[str, int | Outcome]:
    """Return numbers of releases: four before a given one, three from there on."""
    return {release: 3 if n >= first else 4 for n, release in enumerate(RELEASES)}


def ends(measured: Measured, good: str | None, bad: str | None) -> tuple[str, ...]:
    """Return the releases of both ends."""
    return tuple(end.release for end in find_ends(measured.search, good, bad))


def test_a_change_is_found_and_each_release_measured_once() -> None:
    measured = Measured(changed_in(7))
    change = find_change(measured.search, *find_ends(measured.search, None, None))
    assert (change.old.release, change.new.release) == ("24.6", "24.7")
    assert measured.asked == ["24.0", "24.9", "24.4", "24.6", "24.7"]
    assert measured.search.order == measured.asked


def test_earlier_measurements_are_not_repeated() -> None:
    measured = Measured(changed_in(7), known=RELEASES)
    change = find_change(measured.search, *find_ends(measured.search, None, None))
    assert (change.old.release, change.new.release) == ("24.6", "24.7")
    assert not measured.asked
    assert measured.search.order == ["24.0", "24.9", "24.6", "24.7"]


def test_a_retryable_failure_is_measured_again() -> None:
    truth = changed_in(7) | {"24.9": Outcome.HARNESS_FAILED}
    measured = Measured(truth, known=["24.9"])
    assert ends(measured, None, None) == ("24.0", "24.8")
    assert "24.9" in measured.asked and not measured.search.is_reused("24.9")


def test_releases_that_cannot_be_measured_are_skipped() -> None:
    """Only measuring shows it, and the history stores nothing about it."""
    measured = Measured(changed_in(7) | {"24.0": Outcome.NOT_SUPPORTED})
    assert ends(measured, None, None) == ("24.1", "24.9")


@pytest.mark.parametrize(
    ("good", "bad", "wanted"),
    [
        ("24.2", None, ("24.2", "24.9")),
        (None, "24.8", ("24.0", "24.8")),
        ("24.8", "24.3", ("24.3", "24.8")),
        ("24.8.0", "24.3", ("24.3", "24.8")),
    ],
)
def test_an_end_that_is_not_named_is_the_outermost(
    good: str | None, bad: str | None, wanted: tuple[str, ...]
) -> None:
    assert ends(Measured(changed_in(7)), good, bad) == wanted


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("24.1", "24.2", "gunicorn 24.1 and 24.2 agree: 4 at either end"),
        ("24.2", "24.2", "24.2 and 24.2 agree"),
        ("24.5", None, "gunicorn 24.5 cannot be one end: not installed: so it is"),
        ("24.11", None, "there is no release 24.11 of gunicorn; there are "),
        (None, "newest", "there is no release newest of gunicorn"),
    ],
)
def test_ends_without_a_difference_are_one_error(
    good: str | None, bad: str | None, words: str
) -> None:
    measured = Measured(changed_in(7) | {"24.5": Outcome.NOT_INSTALLED})
    with pytest.raises(UsageError, match=words) as error:
        find_ends(measured.search, good, bad)
    assert "\n" not in str(error.value)


def test_a_known_difference_between_equal_ends_is_named() -> None:
    truth = changed_in(7) | {"24.9": 4}
    with pytest.raises(UsageError, match=r"but in between 24\.7 \(3\) differs"):
        find_ends(Measured(truth, known=["24.7"]).search, None, None)


def test_no_release_that_can_be_measured_is_one_error() -> None:
    measured = Measured(dict.fromkeys(RELEASES, Outcome.NOT_INSTALLED))
    with pytest.raises(NothingMeasured, match="the last: so it is"):
        find_ends(measured.search, None, None)


def test_the_record_has_both_sides_and_every_measurement() -> None:
    truth = changed_in(7) | {"24.6": Outcome.NOT_INSTALLED}
    measured = Measured(truth, known=["24.0"])
    change = find_change(measured.search, *find_ends(measured.search, None, None))
    found = make_bisection(
        measured.followed, measured.search, change, [], lambda *_: "measure again"
    )
    assert (found.old.release, found.old.said) == ("24.5", "4")
    assert (found.new.release, found.new.said) == ("24.7", "3")
    assert found.new.reproduce == "measure again"
    assert [gap.releases for gap in found.between] == [("24.6",)]
    assert [each.release for each in found.tries if each.reused] == ["24.0"]
    assert found.cause == "gunicorn, since nothing else differs."
