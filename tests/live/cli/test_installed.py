"""The built wheel, installed by itself outside of a checkout, can measure."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SECONDS = 300.0
WAITRESS = "flask-3.1.3/waitress-*/default/*"


def run(command: list[str], cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without anything of this checkout on its path."""
    own = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**own, **env},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


class Installed:
    """The program in an environment of its own, with its own cache."""

    def __init__(self, folder: Path) -> None:
        uv = shutil.which(
            "uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        )
        assert uv, "uv comes with nox[uv]"
        # Downloads of uv are not part of this program's cache.
        self._uv_cache = run([uv, "cache", "dir"], folder).stdout.strip()
        self._cache = folder / "cache"
        self.folder = folder / "elsewhere"
        self.folder.mkdir()
        for command in (
            [uv, "build", "--quiet", "--wheel", "-o", str(folder), str(ROOT)],
            [uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")],
        ):
            assert not run(command, folder).returncode
        (wheel,) = folder.glob("*.whl")
        python = folder / "venv" / "bin" / "python"
        install = [uv, "pip", "install", "--quiet", "--python", str(python), str(wheel)]
        done = run(install, folder)
        assert not done.returncode, done.stderr
        self.bin = python.parent

    def __call__(self, *words: str) -> str:
        """Run a verb, or a whole command line, that must succeed; return its output."""
        done = run(
            [str(self.bin / "flask-concurrency"), *words],
            self.folder,
            PATH="/usr/bin:/bin",
            UV_CACHE_DIR=self._uv_cache,
            XDG_CACHE_HOME=str(self._cache),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def read(self, name: str) -> Any:
        """Read a file of results."""
        return json.loads((self.folder / "results" / name).read_text())

    def environments(self) -> list[Path]:
        """Return the environments that were made."""
        return list((self._cache / "flask-concurrency" / "environments").iterdir())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The installed program, built once for all tests of this module."""
    return Installed(tmp_path_factory.mktemp("installed"))


def test_probe_measures_and_so_does_the_command_that_it_prints(
    installed: Installed,
) -> None:
    installed("probe", "--only", WAITRESS)
    (cell,) = installed.read("report.json")["cells"]
    assert (cell["outcome"], cell["ceiling"]) == ("measured", 4)
    assert installed.environments()
    program, *words = shlex.split(cell["reproduce"])
    assert program == "flask-concurrency"
    installed(*words)
    (again,) = installed.read("report.json")["cells"]
    assert (again["id"], again["ceiling"]) == (cell["id"], 4)


def test_measure_measures_a_plan(installed: Installed) -> None:
    installed("plan", "--only", WAITRESS, "--shards", "1")
    installed("measure", "--shard", "1/1")
    installed("report")
    (cell,) = installed.read("report.json")["cells"]
    assert (cell["outcome"], cell["ceiling"]) == ("measured", 4)


def test_track_measures_releases(installed: Installed) -> None:
    releases = ["--of", "waitress", "--since", "waitress==3.0.1"]
    told = installed(
        "track", "waitress/default", *releases, "--until", "waitress==3.0.2"
    )
    assert "3.0.1 – 3.0.2: 4" in told


def test_bisect_finds_the_release_that_made_flask_threaded(
    installed: Installed,
) -> None:
    ends = ["--good", "0.12.5", "--bad", "1.0.4"]
    installed("bisect", "werkzeug/run", *ends, "--since", "flask==0.12.4")
    found = installed.read("bisection.json")
    assert (found["old"]["release"], found["new"]["release"]) == ("0.12.5", "1.0.3")
