"""A run as a user starts it: ``nox -s probe``, in a process of its own."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.live.sessions import command
from tests.live.sessions import probe

QUICK = "flask-3.1.3/werkzeug-*/run-without-threads/*"


def cells(results: Path) -> dict[str, dict[str, Any]]:
    """Return the cells of the report, by configuration."""
    report = json.loads((results / "report.json").read_text())
    return {cell["configuration"]: cell for cell in report["cells"]}


def test_one_selected_cell_is_measured_and_reported(tmp_path: Path) -> None:
    done = probe(tmp_path / "results here", "--only", QUICK)
    assert done.returncode == 0, done.stderr
    assert "1 cell in 1 environment" in done.stderr.splitlines()
    assert "1/1         1  flask-3.1.3/werkzeug-" in done.stderr
    (verdict,) = done.stdout.splitlines()[-1:]
    assert verdict.startswith("passed: 1 cell, as declared, in ")
    assert "\x1b" not in done.stdout, "plain lines where there is no terminal"
    cell = cells(tmp_path / "results here")["run-without-threads"]
    assert cell["outcome"] == "measured"
    assert cell["verdict"] == "as declared"
    assert (cell["ceiling"], cell["floor"], cell["bounded"]) == (1, 1, True)
    assert (cell["processes"], cell["threads"]) == (1, 1)
    assert (tmp_path / "results here" / "report.md").read_text()


def test_the_callers_variables_do_not_change_what_is_measured(tmp_path: Path) -> None:
    glob = "flask-3.1.3/gunicorn-27*/default/*"
    done = probe(
        tmp_path / "results",
        *("--only", glob),
        GUNICORN_CMD_ARGS="--threads 3",
        WEB_CONCURRENCY="5",
        FLASK_RUN_PORT="1",
        FLASK_DEBUG="1",
    )
    assert done.returncode == 0, done.stderr
    assert cells(tmp_path / "results")["default"]["ceiling"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--only", "flask-3.1.3/no-such/*"), 2, "matches no cell"),
        (("--server", "gunicron"), 2, "gunicorn"),
        (("--flask", "three"), 2, "three"),
        (("--limit", "0"), 2, "--limit"),
        (("--limit", "100000000"), 2, "--limit"),
        (("--flask", "99", "--only", "*/run/*"), 3, "no cell could be measured"),
    ],
)
def test_faults_have_their_exit_codes(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = probe(tmp_path / "results", *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def start(results: Path) -> subprocess.Popen[str]:
    """Start a run of several cells, and return once the first is measured."""
    process = subprocess.Popen(
        command(results, "--only", "flask-3.1.3/werkzeug-*", "--limit", "400"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.lstrip().startswith("1/"):
            return process
    raise AssertionError("the run ended before a cell was measured")


def test_measured_cells_are_reported_after_an_interrupt(tmp_path: Path) -> None:
    process = start(tmp_path / "results")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "Traceback" not in said
    measured = [
        cell
        for cell in cells(tmp_path / "results").values()
        if cell["outcome"] == "measured"
    ]
    assert measured and len(measured) < 5


def test_nothing_is_left_when_the_harness_is_killed(tmp_path: Path) -> None:
    process = start(tmp_path / "results")
    nox = psutil.Process(process.pid)
    tree = nox.children(recursive=True)
    (harness,) = (p for p in nox.children() if "harness" in p.cmdline())
    harness.kill()
    process.communicate(timeout=30)
    assert process.returncode != 0
    _, alive = psutil.wait_procs(tree, timeout=20)
    assert not alive


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_nox_is_ended(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = start(tmp_path / "results")
    tree = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    process.communicate(timeout=60)
    _, alive = psutil.wait_procs(tree, timeout=20)
    assert not alive
    measured = [cell["outcome"] for cell in cells(tmp_path / "results").values()]
    assert "measured" in measured
