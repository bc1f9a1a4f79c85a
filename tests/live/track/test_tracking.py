"""Finds what changed in which release without being told.

Real releases of Flask and of servers are installed from the package index, started and
measured.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.plan.folder import FOLDER
from tests.live.sessions import ENVIRONMENTS

ROOT = Path(__file__).parents[3]
SECONDS = 300.0

ACCOUNTING = "gunicorn/accounting"
EVENTLET = "gunicorn/eventlet-connections-10"

CONFIGURATIONS = """
[[configuration]]
id = "accounting"
# gthread-1x4-connections-4; but said to be without a bound and tried up to 4 only:
# releases 21 to 23 leave what is beyond that unserved, and each round waits for it.
argv = ["--worker-class", "gthread", "--threads", "4", "--worker-connections", "4"]
declared = "unbounded"
because = "It is not tried beyond four."
source = "https://gunicorn.org/reference/settings/#worker_connections"

[[configuration]]
id = "eventlet-connections-10"
# Nothing here says which releases have the worker.
argv = ["--worker-class", "eventlet", "--worker-connections", "10"]
requires = ["gunicorn[eventlet]"]
declared = 10
because = "The worker serves up to 10 connections at once."
source = "https://docs.gunicorn.org/en/23.0.0/settings.html#worker-connections"
"""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One history for all tests: a measurement for one test serves the others."""
    return tmp_path_factory.mktemp("history")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog without constraints that would give the answer away or take long."""
    folder = tmp_path_factory.mktemp("catalog") / "catalog"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py*"))
    edit(folder / "servers" / "werkzeug.toml", "also-offered = [400, 500]", "")
    path = folder / "servers" / "gunicorn.toml"
    path.write_text(path.read_text() + CONFIGURATIONS)
    return folder


@pytest.fixture(scope="module")
def pinned(servers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with another gunicorn from Flask 3.1 on: there are two suspects."""
    folder = tmp_path_factory.mktemp("pinned") / "catalog"
    shutil.copytree(servers, folder)
    for name, release in (("3.0.txt", "25.3.0"), ("3.1.txt", "26.0.0")):
        path = folder / "constraints" / name
        path.write_text(f"{path.read_text()}gunicorn=={release}  # for this test\n")
    for path in (folder / "constraints").glob("[012]*.txt"):
        path.write_text(f"{path.read_text()}gunicorn==25.3.0  # for this test\n")
    path = folder / "servers" / "gunicorn.toml"
    edit(path, 'releases = ["27.0.1"]', "pinned-by-flask = true")
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def harness(verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    return subprocess.run(
        [sys.executable, "-m", "harness", verb, *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FLASK_CONCURRENCY_ENVIRONMENTS": str(ENVIRONMENTS),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def bisect(
    results: Path, servers: Path, history: Path, *arguments: str
) -> dict[str, Any]:
    """Return the result of a bisection."""
    folders = ("--results", str(results), "--catalog", str(servers))
    done = harness("bisect", *folders, "--history", str(history), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads((results / "bisection.json").read_text())
    found["printed"] = done.stdout
    return found


def sides(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Return release and number on both sides of a change."""
    return [(found[side]["release"], found[side]["said"]) for side in ("old", "new")]


def test_flask_1_0_changed_its_own_server(
    tmp_path: Path, servers: Path, history: Path
) -> None:
    found = bisect(tmp_path, servers, history, "werkzeug/run", "--limit", "16")
    old, new = sides(found)
    assert old == ("0.12.5", "1")
    # Flask 1.0 itself does not run on newer Pythons, and then it says so.
    assert new[0] in ("1.0", "1.0.3") and new[1] == "unbounded"
    between = [release for gap in found["between"] for release in gap["releases"]]
    assert between == ([] if new[0] == "1.0" else ["1.0", "1.0.1", "1.0.2"])
    assert len(found["releases"]) > 40 and len(found["tries"]) <= 8
    assert found["cause"] == "Flask, since nothing else differs."
    assert "went from 1 to unbounded" in found["printed"]


@pytest.fixture(scope="module")
def eventlet(
    tmp_path_factory: pytest.TempPathFactory, servers: Path, history: Path
) -> dict[str, Any]:
    """The bisection of gunicorn's eventlet worker; the history keeps the evidence."""
    results = tmp_path_factory.mktemp("eventlet")
    return bisect(results, servers, history, EVENTLET, "--good", "25.0.0")


def test_gunicorn_26_removed_eventlet(eventlet: dict[str, Any]) -> None:
    found = eventlet
    assert sides(found) == [("25.3.0", "10"), ("26.0.0", "not started")]
    assert found["package"] == "gunicorn" and not found["between"]


@pytest.mark.usefixtures("eventlet")
def test_known_releases_are_not_measured_again(
    tmp_path: Path, servers: Path, history: Path
) -> None:
    before = sorted(history.rglob("*.json"))
    found = bisect(tmp_path, servers, history, EVENTLET, "--good", "25.0.0")
    assert all(each["reused"] for each in found["tries"])
    assert sides(found) == [("25.3.0", "10"), ("26.0.0", "not started")]
    assert sorted(history.rglob("*.json")) == before


@pytest.fixture(scope="module")
def accounting(
    tmp_path_factory: pytest.TempPathFactory, servers: Path, history: Path
) -> dict[str, Any]:
    """The timeline of a gunicorn configuration; the history keeps the evidence."""
    results = tmp_path_factory.mktemp("accounting")
    ends = ("--since", "gunicorn==20.1.0", "--until", "gunicorn==24.0.0")
    done = harness(
        *("track", ACCOUNTING, "--of", "gunicorn", *ends, "--limit", "4"),
        *("--history", str(history), "--results", str(results)),
        # Those that leave requests unserved wait for these most of the time.
        *("--catalog", str(servers), "--jobs", "8"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = json.loads((results / "timeline.json").read_text())["lines"]
    return dict(line)


def test_gunicorn_21_changed_how_connections_are_counted_and_24_reverted_that(
    accounting: dict[str, Any],
) -> None:
    """The results of 21.0 and 21.1 in between differ from run to run."""
    line = accounting
    first, *_, fewer, last = line["spans"]
    assert first["releases"][0] == "20.1.0" and first["said"] == "unbounded"
    assert fewer["releases"][-2:] == ["22.0.0", "23.0.0"]
    assert fewer["said"] in ("3", "up to 3"), "which is by chance none at all"
    assert last["releases"] == ["24.0.0"] and last["said"] == "unbounded"
    assert last["change"] == "more" and not line["gaps"]


def test_gunicorn_24_stopped_losing_requests_on_a_reload(
    tmp_path: Path, servers: Path, history: Path
) -> None:
    found = bisect(
        *(tmp_path, servers, history, "gunicorn/gthread-2x4"),
        *("--good", "24.0.0", "--bad", "23.0.0", "--lost-on", "reload"),
    )
    old, new = sides(found)
    assert (old[0], *new) == ("23.0.0", "24.0.0", "none lost on reload")
    # One for each worker that ends: two, unless one had nothing on its way.
    assert old[1] in ("1 lost on reload", "2 lost on reload")
    assert "none lost on reload" in found["printed"]


def test_the_cause_is_named_as_flask_or_the_server(
    tmp_path: Path, pinned: Path, history: Path
) -> None:
    found = bisect(
        *(tmp_path, pinned, history, EVENTLET),
        *("--of", "Flask", "--good", "3.0.3", "--bad", "3.1.0"),
    )
    assert sides(found) == [("3.0.3", "10"), ("3.1.0", "not started")]
    differ = {each["name"] for each in found["versions"]}
    assert {"Flask", "gunicorn"} <= differ
    came = {
        (swap["on"], swap["packages"][0]["name"]): swap["like"]
        for swap in found["swaps"]
    }
    assert came["old", "gunicorn"] == "new" and came["old", "Flask"] == "old"
    assert came["new", "gunicorn"] == "old" and came["new", "Flask"] == "new"
    assert found["cause"].startswith("gunicorn, which makes the change alone")


@pytest.mark.usefixtures("accounting")
def test_equal_ends_are_one_error(tmp_path: Path, servers: Path, history: Path) -> None:
    done = harness(
        *("bisect", ACCOUNTING, "--good", "20.1.0", "--bad", "24.0.0"),
        *("--results", str(tmp_path / "results"), "--catalog", str(servers)),
        *("--history", str(history)),
    )
    assert done.returncode == 2
    assert "gunicorn 20.1.0 and 24.0.0 agree: unbounded at either end" in done.stderr
    assert "but in between " in done.stderr, "which is known by now"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bisect", "werkzeug/run", "--bad", "9.9"), "no release 9.9 of Flask"),
        (
            ("bisect", "werkzeug/run", "--good", "0.8", "--bad", "0.9"),
            "cannot be one end: not supported",
        ),
        (("track", "--since", "Flask==99"), "there is no release of Flask since 99"),
    ],
)
def test_bad_options_are_one_error(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = harness(*arguments, "--results", str(tmp_path), "--history", str(tmp_path))
    assert done.returncode == 2, done.stdout + done.stderr
    assert words in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.usefixtures("accounting")
def test_a_damaged_file_of_a_history_does_not_affect_others(
    tmp_path: Path, servers: Path, history: Path
) -> None:
    mine, results = tmp_path / "history", tmp_path / "results"
    shutil.copytree(history / ACCOUNTING, mine / ACCOUNTING)
    cut = next(mine.rglob("*gunicorn-24.0.0*/*.json"))
    cut.write_bytes(cut.read_bytes()[:1000])
    done = harness(
        *("track", ACCOUNTING, "--of", "gunicorn", "--since", "gunicorn==22.0.0"),
        *("--history", str(mine), "--results", str(results), "--show"),
        *("--catalog", str(servers)),
    )
    assert done.returncode == 6, done.stdout + done.stderr
    assert done.stderr.count(cut.name) == 1 and "is not whole" in done.stderr
    (line,) = json.loads((results / "timeline.json").read_text())["lines"]
    assert [span["releases"] for span in line["spans"]] == [["22.0.0", "23.0.0"]]
    assert cut.exists()


@pytest.mark.usefixtures("accounting")
def test_measurements_of_a_killed_run_are_kept_by_the_next(
    tmp_path: Path, servers: Path, history: Path
) -> None:
    """It leaves evidence in its results, but not in the history."""
    left = tmp_path / "results" / "evidence"
    left.mkdir(parents=True)
    for number, path in enumerate((history / ACCOUNTING).rglob("*.json")):
        shutil.copy(path, left / f"{number}.json")
    arguments = (ACCOUNTING, "--good", "24.0.0", "--bad", "22.0.0", "--limit", "4")
    mine = tmp_path / "history"
    found = bisect(tmp_path / "results", servers, mine, *arguments)
    assert all(each["reused"] for each in found["tries"])
    assert len(list(mine.rglob("*.json"))) >= len(found["tries"])
