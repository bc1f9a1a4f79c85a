"""Answers a maintainer's questions: a server's history, and the effect of a change."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from tests import own_flask
from tests.live.sessions import probe


def cells(results: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return the cells of the report, by Flask, server release and configuration."""
    report = json.loads((results / "report.json").read_text())
    keys = ("flask", "server_version", "configuration")
    return {tuple(cell[key] for key in keys): cell for cell in report["cells"]}


def test_two_changes_in_the_history_of_gunicorn(tmp_path: Path) -> None:
    """Release 21 counted connections differently, and the eventlet worker disappeared.

    Releases 21 to 23 counted one excess connection against the threads, which 24
    corrected (https://github.com/benoitc/gunicorn/issues/3407). The eventlet worker of
    20.1 does not start with today's eventlet, and is gone since 26.
    """
    done = probe(
        tmp_path / "results",
        *("--server-release", "gunicorn==27.0.1,20.1.0,23.0.0,25.3.0"),
        *("--only", "*/gthread-1x4-connections-4/*"),
        *("--only", "*/gunicorn-2[057].*/eventlet/*"),
    )
    assert done.returncode == 0, done.stderr
    found = {key[1:]: cell for key, cell in cells(tmp_path / "results").items()}
    limited = {
        release: (found[release, "gthread-1x4-connections-4"])
        for release in ("20.1.0", "23.0.0", "25.3.0", "27.0.1")
    }
    assert {release: cell["ceiling"] for release, cell in limited.items()} == {
        "20.1.0": 4,
        "23.0.0": 3,
        "25.3.0": 4,
        "27.0.1": 4,
    }
    assert limited["23.0.0"]["verdict"] == "fewer"
    assert "ALREADY_HANDLED" in found["20.1.0", "eventlet"]["log_tail"]
    outcomes = [
        found[each, "eventlet"]["outcome"] for each in limited if each[1] != "3"
    ]
    assert outcomes == ["not started", "measured", "not supported"]
    assert found["25.3.0", "eventlet"]["ceiling"] == 1000
    assert (
        "(`gthread-1x4-connections-4`) handled 4 at once on gunicorn 20.1.0, 3 at once "
        "on gunicorn 23.0.0 and 4 at once on gunicorn 25.3.0 and later."
    ) in (tmp_path / "results" / "report.md").read_text()


def test_a_checkout_is_compared_with_the_release(tmp_path: Path) -> None:
    checkout = own_flask.make(tmp_path / "my flask")
    (checkout / "src" / "flask" / "more.py").write_text("")
    results = tmp_path / "results"
    glob = "*/werkzeug-*/run-without-threads/*"
    asked = ("--flask", "./my flask", "--only", glob)
    done = probe(results, *asked, "--flask", "3.1.3")
    assert done.returncode == 0, done.stderr
    both = cells(results)
    commit = own_flask.git(checkout, "rev-parse", "HEAD")
    (own,) = {flask for flask, *_ in both} - {"3.1.3"}
    assert own.startswith(f"{own_flask.version()}+checkout.{commit[:7]}")
    assert own.endswith(".dirty")
    assert [cell["ceiling"] for cell in both.values()] == [1, 1]

    own_flask.always_threaded(checkout)
    done = probe(results, *asked)
    assert done.returncode == 0, done.stderr
    ((_, cell),) = cells(results).items()
    assert cell["flask"] == own, "of the same name, and yet installed anew"
    assert (cell["ceiling"], cell["verdict"]) == (4, "more")
    assert cell["reproduce"].endswith("--flask './my flask'")
    changed = own_flask.git(checkout, "status", "--short", "--ignored").split()
    assert changed == ["M", "src/flask/cli.py", "??", "src/flask/more.py"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("./nowhere", "./nowhere is not there"),
        (".", ". is no Python project"),
        ("git+file://{0}@nowhere", "@nowhere is not there: the repository has no"),
        ("git+file://{0}/nowhere", "cannot be fetched, git says: "),
        ("{0}/pyproject.toml", "is not an archive"),
        ("{0}", "could not be built: "),
    ],
)
def test_an_unusable_source_is_one_error(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: str,
    words: str,
) -> None:
    checkout = own_flask.make(tmp_path / "flask")
    project = checkout / "pyproject.toml"
    project.write_text(project.read_text().replace("flit_core.buildapi", "no.such"))
    results = tmp_path / "results"
    results.mkdir()
    (results / "report.json").write_text("kept")
    monkeypatch.chdir(tmp_path)
    asked = ["--flask", "3.1.3", "--flask", source.format(checkout)]
    code = main(["probe", "--results", "results", *asked])
    said = capsys.readouterr().err
    assert code == 2, said
    assert words in said and "--flask: " in said
    assert len(said.splitlines()) == 2, "what is built, and what is wrong with it"
    assert (results / "report.json").read_text() == "kept"


def test_a_missing_release_is_reported(tmp_path: Path) -> None:
    results = tmp_path / "results"
    asked = ("--flask", "3.1.999", "--flask", "3.1.3", "--only")
    done = probe(results, *asked, "*/werkzeug-*/run-without-threads/*")
    assert done.returncode == 0, done.stderr
    found = {flask: cell for (flask, *_), cell in cells(results).items()}
    assert found["3.1.3"]["outcome"] == "measured"
    assert found["3.1.999"]["outcome"] == "not installed"
    assert found["3.1.999"]["reason"].endswith("the index has no Flask==3.1.999")
