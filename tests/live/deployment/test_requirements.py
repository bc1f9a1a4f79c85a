"""Environments are made from requirements, even while other checks make the same."""

import asyncio
import fcntl
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from harness.deployment.config import DeploymentFault
from harness.deployment.requirements import has_all
from harness.deployment.requirements import installable
from harness.deployment.requirements import Making
from harness.deployment.requirements import own_environment
from harness.system.command import output
from harness.system.install import CannotInstall
from tests.builders.programs import write_program
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Requirements that no environment meets."""
    path = tmp_path / "requirements.txt"
    path.write_text("# nothing\n")
    return path


def environment_of(requirements: Path) -> Path:
    """Return the environment of some requirements."""
    cache = requirements.parent / "cache"
    making = Making(cache)
    return own_environment(requirements, None, making, requirements.parent).parent


def test_an_environment_that_another_check_makes_is_waited_for(
    requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = environment_of(requirements)
    (place / "done").unlink()
    other = place.with_name(f"{place.name}.lock").open("a")
    fcntl.flock(other, fcntl.LOCK_EX)
    half = place / "half"
    half.touch()

    async def sleep(_: float) -> None:
        """Let the other check continue until it is done."""
        assert half.exists()
        (place / "done").touch()
        other.close()

    monkeypatch.setattr(asyncio, "sleep", sleep)
    assert environment_of(requirements) == place
    assert half.exists()  # it was not made again


def test_another_check_is_waited_for_a_limited_time(
    requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = environment_of(requirements)
    monkeypatch.setattr("harness.deployment.requirements.INSTALL_SECONDS", 0.0)
    with place.with_name(f"{place.name}.lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(CannotInstall, match="another check is still creating it"):
            environment_of(requirements)


def test_an_environment_without_its_python_is_made_again(requirements: Path) -> None:
    place = environment_of(requirements)
    python = place / "bin" / "python"
    python.unlink()
    python.symlink_to("is-not-there")
    assert environment_of(requirements) == place
    assert python.resolve().exists()


def test_an_environment_that_a_deployment_has_changed_is_made_again(
    requirements: Path,
) -> None:
    place = environment_of(requirements)
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "new-1.dist-info").mkdir()
    assert environment_of(requirements) == place
    assert not (packages / "new-1.dist-info").exists()


STUCK = """\
import os, pathlib, time
def build_wheel(*_, **__):
    pathlib.Path({note!r}).write_text(str(os.getpid()))
    time.sleep(600)
"""


STUCK_PROJECT = """\
[build-system]
requires = []
build-backend = "stuck"
backend-path = ["."]
[project]
name = "the-shop"
version = "1"
"""


def test_an_installer_ends_with_a_check_that_is_killed(
    requirements: Path, tmp_path: Path
) -> None:
    note, shop = tmp_path / "building", tmp_path / "shop"
    shop.mkdir()
    (shop / "pyproject.toml").write_text(STUCK_PROJECT)
    (shop / "stuck.py").write_text(STUCK.format(note=str(note)))
    requirements.write_text("./shop\n")
    code = (
        "import pathlib; from tests.live.deployment.test_requirements import *; "
        f"environment_of(pathlib.Path({str(requirements)!r}))"
    )
    check = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (note.exists() and note.read_text()):
        assert time.monotonic() < deadline and check.poll() is None
        time.sleep(0.05)
    tree = psutil.Process(check.pid).children(recursive=True)
    assert int(note.read_text()) in {process.pid for process in tree}
    check.kill()
    check.wait(30)
    left = psutil.wait_procs(tree, timeout=30)[1]
    for process in left:
        process.kill()
    assert not left


PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "the-shop"
version = "1"
[tool.setuptools]
py-modules = ["shop"]
"""


@pytest.mark.parametrize(
    "required", ["./shop", "-e ./shop", "the-shop @ file://{folder}/shop", "-r all.txt"]
)
def test_a_local_path_is_installed_in_its_present_state(
    requirements: Path, required: str
) -> None:
    folder = requirements.parent
    requirements.write_text(f"{required.format(folder=folder)}\n")
    (folder / "all.txt").write_text("./shop\n")
    (folder / "shop").mkdir()
    (folder / "shop" / "pyproject.toml").write_text(PROJECT)

    def shop(code: str) -> str:
        (folder / "shop" / "shop.py").write_text(code)
        python = environment_of(requirements) / "bin" / "python"
        words = [str(python), "-c", "import shop; print(shop.NAME)"]
        return output(words, seconds=20).all.strip()

    assert shop("NAME = 'old'") == "old"
    assert shop("NAME = 'newer'") == "newer"
    # Another environment: uv has a cached build of the earlier code.
    requirements.write_text(f"# more\n{requirements.read_text()}")
    assert shop("NAME = 'newest'") == "newest"


def test_a_broken_local_path_is_not_replaced_by_an_older_build(
    requirements: Path,
) -> None:
    project = requirements.parent / "shop" / "pyproject.toml"
    requirements.write_text("./shop\n")
    project.parent.mkdir()
    project.write_text(PROJECT)
    (project.parent / "shop.py").touch()
    environment_of(requirements)
    project.write_text(PROJECT.replace("py-modules", "no-modules"))
    for _ in range(2):
        with pytest.raises(CannotInstall, match="no-modules"):
            environment_of(requirements)
    project.write_text(PROJECT)
    assert (environment_of(requirements) / "done").exists()


def test_an_unusable_cache_is_named(requirements: Path) -> None:
    (requirements.parent / "cache").touch()
    with pytest.raises(DeploymentFault) as caught:
        environment_of(requirements)
    assert caught.value.problem.endswith("; name another folder with --cache")


def test_an_environment_that_meets_all_requirements_is_found(
    requirements: Path,
) -> None:
    python, folder = Path(sys.executable), requirements.parent
    more = folder / "more.txt"
    requirements.write_text("pytest>=1\n-r more.txt\n")
    more.write_text("nowhere; python_version < '3'\n")
    assert has_all(python, requirements, folder)
    for missing in ("pytest<1", "nowhere", "-e .", "https://127.0.0.1:1/x.tar.gz"):
        more.write_text(f"{missing}\n")
        assert not has_all(python, requirements, folder)
    assert not has_all(None, requirements, folder)


LOCKED = {
    "pyproject.toml": "[tool.poetry.dependencies]\npython = '*'\ngunicorn = '>=20'\n",
    "poetry.lock": "[[package]]\nname = 'gunicorn'\nversion = '22.0.0'\n",
}
PIPENV = {
    "Pipfile": "[packages]\ngunicorn = '>=20'\n",
    "Pipfile.lock": '{"default": {"gunicorn": {"version": "==22.0.0"}}}',
}


@pytest.mark.parametrize("files", [LOCKED, PIPENV])
def test_packages_locked_by_poetry_and_pipenv_are_installed(
    tmp_path: Path, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    required = installable(tmp_path / next(iter(files)), tmp_path / "cache")
    scripts = own_environment(required, None, Making(tmp_path / "cache"), tmp_path)
    words = [str(scripts / "gunicorn"), "--version"]
    assert "22.0.0" in output(words, seconds=20).all
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {*files, "cache"}  # nothing was built or written beside them


def test_hashes_of_a_lock_are_checked(tmp_path: Path) -> None:
    lock = '{"default": {"gunicorn": {"version": "==22.0.0", "hashes": ["sha256:%s"]}}}'
    (tmp_path / "Pipfile.lock").write_text(lock % ("0" * 64))
    required = installable(tmp_path / "Pipfile.lock", tmp_path / "cache")
    with pytest.raises(CannotInstall, match="(?i)hash"):
        own_environment(required, None, Making(tmp_path / "cache"), tmp_path)


@pytest.mark.parametrize(
    ("required", "said"),
    [
        (
            "gunicorn",
            [f"{sys.executable} already satisfies requirements.txt and is used"],
        ),
        ("gunicorn==22.0.0", []),
    ],
)
def test_only_a_python_that_meets_the_requirements_is_reported_as_used(
    check: Check,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    required: str,
    said: list[str],
) -> None:
    heard: list[str] = []
    monkeypatch.setattr("harness.cli.check.say", heard.append)
    script = '#!/bin/sh\nexec gunicorn shop:app -b "$1"\n'
    write_program(tmp_path / "start.sh", script)
    (tmp_path / "requirements.txt").write_text(f"flask\n{required}\n")
    words = ("--list", "--", "./start.sh", "127.0.0.1:{port}")
    checked = check(tmp_path, "--requirements", "requirements.txt", *words)
    assert checked.code == 0, checked.message
    assert heard == said


@pytest.mark.parametrize(
    "line", ['PATH="/nowhere/bin:$PATH"', "VIRTUAL_ENV=/nowhere PATH=/nowhere:$PATH"]
)
def test_an_environment_of_an_image_does_not_hide_the_one_that_was_made(
    check: Check, tmp_path: Path, line: str
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "shop" / "shop.py").write_text("")
    (tmp_path / "web.py").write_text(
        "import shop\nfrom flask import Flask\napp = Flask(__name__)\n"
    )
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n./shop\n")
    words = '["gunicorn", "-w", "2", "web:app"]'
    (tmp_path / "Dockerfile").write_text(f"FROM x\nENV {line}\nCMD {words}\n")
    checked = check(tmp_path, "--requirements", "requirements.txt")
    assert (checked.code, checked.cells["image"]["ceiling"]) == (0, 2), checked.message


@pytest.mark.parametrize(
    ("words", "code"), [((), 0), (("--requirements", "requirements.txt"), 5)]
)
def test_detected_requirements_that_cannot_be_installed_are_reported(
    check: Check,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
) -> None:
    heard: list[str] = []
    monkeypatch.setattr("harness.cli.check.say", heard.append)
    (tmp_path / "shop.py").write_text("from flask import Flask\napp = Flask('a')\n")
    (tmp_path / "Procfile").write_text("web: gunicorn -w 2 shop:app\n")
    (tmp_path / "requirements.txt").write_text("flask\nnowhere-to-be-found==1\n")
    checked = check(tmp_path, *words)
    assert checked.code == code, checked.message
    begin = "requirements.txt could not be installed, so this is measured on "
    assert [each.startswith(begin) for each in heard] == [True][code:]
    assert code or checked.cells["production"]["ceiling"] == 2
