"""Unusual environments: an ASCII locale, a full disk, a deleted folder, no memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.records.results import REPORT

ROOT = Path(__file__).parents[3]
SECONDS = 300.0

APP = """\
from flask import Flask
app = Flask(__name__)
"""

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""Variables that make Python use ASCII unless told otherwise."""


def run(
    folder: Path, *arguments: str, output: int = subprocess.PIPE, path: str = ""
) -> tuple[int, str]:
    """Run the command line in an ASCII locale; return its exit code and its output."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", *arguments],
        cwd=folder,
        env={
            **os.environ,
            **ASCII,
            "PYTHONPATH": str(ROOT),
            "PATH": os.pathsep.join(filter(None, (path, os.environ["PATH"]))),
        },
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=SECONDS,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, (done.stdout or "") + done.stderr


def test_an_ascii_locale_changes_only_symbols(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(APP)
    server = f"{sys.executable} -m gunicorn shop:app -w 2 --threads 2"
    code, said = run(tmp_path, "check", "--ask", "overlap", "--", *server.split())
    assert code == 1 and "2-4 ~ uneven" in said, said
    # Other programs expect UTF-8, whatever the locale is.
    _, text = run(tmp_path, "report", "--output-format", "json")
    report = json.loads((tmp_path / "results" / REPORT).read_text(encoding="utf-8"))
    shown, end = json.JSONDecoder().raw_decode(text)
    assert shown["cells"] == report["cells"]
    assert text[end:].startswith("\nflask-concurrency: ")  # why the check failed
    _, text = run(tmp_path, "report", "--output-format", "markdown")
    assert "2–4" in text


@pytest.mark.parametrize("arguments", [["--help"], ["schema", "report"]])
def test_a_full_disk_as_output_is_one_line(
    arguments: list[str], tmp_path: Path
) -> None:
    with open("/dev/full", "wb") as full:
        code, said = run(tmp_path, *arguments, output=full.fileno())
    assert code == 2
    assert said.startswith("flask-concurrency: No space left on device; make room")
    assert said.count("\n") == 1


def test_a_deleted_current_folder_is_one_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    program = f"import os, runpy; os.rmdir({str(gone)!r}); import sys; "
    program += "sys.argv = ['harness', 'check', '--', 'gunicorn', 'shop:app']; "
    program += "runpy.run_module('harness', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    said = "flask-concurrency: the current folder is gone; change to another\n"
    assert (done.returncode, done.stderr) == (2, said)


@pytest.mark.parametrize("length", [300, 5000])
@pytest.mark.parametrize(
    "command",
    [
        "gunicorn shop:app --name {long}",
        "env SECRET={long} gunicorn shop:app",
        "sh -c 'gunicorn shop:app --access-logformat {long}'",
        "gunicorn {long}:app",
        "uwsgi --module shop:app --env SECRET={long}",
    ],
)
def test_a_word_too_long_for_a_path_is_not_a_path(
    command: str, length: int, tmp_path: Path
) -> None:
    scripts = str(Path(sys.executable).parent)
    code, said = run(
        tmp_path,
        *("check", "--list", "--command", command.format(long="x" * length)),
        path=scripts,
    )
    assert code == 0 and "declares 1: " in said, said[-500:]


def test_a_missing_loopback_interface_is_named(tmp_path: Path) -> None:
    alone = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("this user may make no network namespace")
    (tmp_path / "shop.py").write_text(APP)
    python = sys.executable
    done = subprocess.run(
        [*alone, python, "-m", "harness", "check", "--", python, "-m", "gunicorn"]
        + ["shop:app"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 4, done.stdout
    assert "bring up the loopback interface: `ip link set lo up`" in done.stderr
    assert "Traceback" not in done.stderr and "OSError" not in done.stderr


def test_too_little_memory_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    program = "import resource, sys; sys.path.insert(0, sys.argv[1]); "
    program += "from harness.cli.usage import measure; from harness import cli; "
    program += "import harness.cli.measure; import psutil; "
    program += "now = psutil.Process().memory_info().vms + 2**24; "
    program += "resource.setrlimit(resource.RLIMIT_AS, (now, now)); "
    program += "sys.exit(cli.main(['measure', '--results', '.']))"
    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "flask-concurrency: there is not enough memory; free some memory, or raise "
        "`ulimit -v`\n"
    )
