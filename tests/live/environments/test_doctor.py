"""The doctor's statements about this machine are true."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli import run
from harness.environments.doctor import abilities
from harness.environments.doctor import first_missing
from harness.system.pythons import pythons


def test_it_describes_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    every = abilities()
    for each in every:
        assert f"{'✓' if each.here else '–'} {each.name} " in out
    here = {each.name: bool(each.here) for each in every}
    assert here["nginx"] == bool(shutil.which("nginx"))
    assert here["processors"] and here["Pythons"] and here["open files"]
    missing = first_missing(every)
    assert (missing.install if missing else "Everything is there.") in out


def test_every_listed_python_can_make_an_environment(
    tmp_path: Path,
) -> None:
    found = pythons()
    assert "{}.{}".format(*sys.version_info) in found
    for release in found:
        words = [sys.executable, "-m", "uv", "python", "find", release]
        done = subprocess.run(
            words, capture_output=True, text=True, cwd=tmp_path, timeout=60
        )
        assert done.returncode == 0, done.stderr
