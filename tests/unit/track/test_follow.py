"""Which cells follow a configuration from release to release."""

import pytest
from packaging.version import Version

from harness.plan.plan import plan_cells
from harness.records.catalog import Selection
from harness.records.errors import UsageError
from harness.track.follow import find_package
from harness.track.follow import find_targets
from harness.track.follow import follow
from harness.track.follow import measured_releases
from harness.track.follow import packages_of
from harness.track.follow import within_limits
from tests.builders.catalogs import REAL
from tests.samples.make import environment
from tests.samples.make import evidence


def cells(text: str, of: str, *releases: str, python: str = "3.11") -> list[str]:
    """Return the ids of the cells that follow one configuration."""
    package = find_package(REAL, of)
    (line,) = follow(REAL, find_targets(REAL, text), package, releases, python)
    return [str(cell) for cell in line.cells]


def test_flask_is_followed_with_a_fitting_werkzeug_for_each_release() -> None:
    assert cells("werkzeug/run", "Flask", "3.0.0", "0.12", "0.10.1") == [
        "flask-0.10.1/werkzeug-0.16.1/run/py3.11",
        "flask-0.12/werkzeug-0.16.1/run/py3.11",
        "flask-3.0.0/werkzeug-3.1.9/run/py3.11",
    ]


def test_flask_is_followed_under_one_release_of_a_server() -> None:
    (usual,) = REAL.servers[1].releases
    assert cells("gunicorn/sync-4", "Flask", "2.0.0", "3.1.3") == [
        f"flask-2.0.0/gunicorn-{usual}/sync-4/py3.11",
        f"flask-3.1.3/gunicorn-{usual}/sync-4/py3.11",
    ]
    named = "flask-3.1.3/gunicorn-23.0.0/sync-4/py3.9"
    assert cells(named, "Flask", "2.0.0") == [
        "flask-2.0.0/gunicorn-23.0.0/sync-4/py3.9"
    ]


def test_a_server_is_followed_under_one_release_of_flask() -> None:
    newest = REAL.matrix.flask[-1]
    releases = ("21.2.0", "9.0", "21.10.0")
    assert cells("gunicorn/sync-4", "gunicorn", *releases) == [
        f"flask-{newest}/gunicorn-9.0/sync-4/py3.11",
        f"flask-{newest}/gunicorn-21.2.0/sync-4/py3.11",
        f"flask-{newest}/gunicorn-21.10.0/sync-4/py3.11",
    ]
    named = "flask-2.3.3/gunicorn-23.0.0/sync-4/py3.9"
    assert cells(named, "gunicorn", "21.2.0") == [
        "flask-2.3.3/gunicorn-21.2.0/sync-4/py3.9"
    ]
    assert cells("werkzeug/run", "Werkzeug", "3.1.3") == [
        f"flask-{newest}/werkzeug-3.1.3/run/py3.11"
    ]


def test_a_release_that_is_in_no_catalog_can_be_planned() -> None:
    package = find_package(REAL, "Flask")
    targets = find_targets(REAL, "werkzeug/run")
    releases = ("0.1", "0.12.4", "4.0rc1")
    (line,) = follow(REAL, targets, package, releases, "3.11")
    plan = plan_cells(REAL, Selection(python="3.11"), line.cells)
    obstacles = [c.not_supported for e in plan.environments for c in e.cells]
    assert "Python 2 only" in str(obstacles[0]) and obstacles[1:] == [None, None]
    assert line.beside == "" and line.release(line.cells[0]) == "0.1"


def test_globs_select_several_and_names_are_normalized_like_on_the_index() -> None:
    found = find_targets(REAL, "gunicorn/gthread-?x4")
    assert {each.configuration.id for each in found} == {"gthread-1x4", "gthread-2x4"}
    assert find_package(REAL, "FLASK").server is None
    assert find_package(REAL, "Werkzeug").name == "werkzeug"
    both = packages_of(REAL, found, ["gunicorn", "flask", "Gunicorn"])
    assert [each.name for each in both] == ["gunicorn", "Flask"]


def test_older_releases_are_left_out_by_default_or_on_request() -> None:
    gunicorn = find_package(REAL, "gunicorn")
    releases = ["19.9.0", "20.0.0", "27.0.1"]
    assert within_limits(gunicorn, releases, {}, {}) == releases[1:]
    asked = {"gunicorn": Version("19")}, {"gunicorn": Version("26")}
    assert within_limits(gunicorn, releases, *asked) == releases[:2]
    with pytest.raises(UsageError, match="no release of gunicorn since 99 and until"):
        within_limits(gunicorn, releases, {"gunicorn": Version("99")}, {})
    with pytest.raises(UsageError, match="since 20.0.0 and until 1; choose"):
        within_limits(gunicorn, releases, {}, {"gunicorn": Version("1")})


def test_a_word_that_is_not_a_release_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        cells("werkzeug/run", "Flask", "3.1.3", "latest")
    said = "Flask: Invalid version: 'latest'; write a release like 3.1.3"
    assert str(caught.value) == said


def test_a_word_that_is_not_a_version_is_not_followed() -> None:
    stored = [
        evidence(environment(flask, "gunicorn", server), [])
        for flask, server in (("3.1.3", "x"), ("\u00e9", "27.0.1"), ("2.0", "9"))
    ]
    flask, gunicorn = (find_package(REAL, name) for name in ("flask", "gunicorn"))
    assert measured_releases(flask, stored) == ["2.0", "3.1.3"]
    assert measured_releases(gunicorn, stored) == ["9", "27.0.1"]
