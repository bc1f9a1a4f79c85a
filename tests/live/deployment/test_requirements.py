"""Environments that are made of requirements, beside other checks that make them."""

from __future__ import annotations

import asyncio
import fcntl
import sys
from pathlib import Path

import pytest

from harness.deployment.config import DeploymentFault
from harness.deployment.requirements import has_all
from harness.deployment.requirements import own_environment
from harness.system.install import CannotInstall
from tests.live.deployment.conftest import Check


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Requirements that are met by nothing at all."""
    path = tmp_path / "requirements.txt"
    path.write_text("# nothing\n")
    return path


def made(requirements: Path) -> Path:
    """The environment of some requirements."""
    cache = requirements.parent / "cache"
    return own_environment(requirements, None, cache, requirements.parent).parent


def test_an_environment_that_another_check_makes_is_waited_for(
    requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = made(requirements)
    (place / "done").unlink()
    other = place.with_name(f"{place.name}.lock").open("a")
    fcntl.flock(other, fcntl.LOCK_EX)
    half = place / "half"
    half.touch()

    async def sleep(_: float) -> None:
        """The other check goes on until it is done."""
        assert half.exists()
        (place / "done").touch()
        other.close()

    monkeypatch.setattr(asyncio, "sleep", sleep)
    assert made(requirements) == place
    assert half.exists()  # it was not made once more


def test_another_check_is_not_waited_for_without_end(
    requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = made(requirements)
    monkeypatch.setattr("harness.deployment.requirements.INSTALL_SECONDS", 0.0)
    with place.with_name(f"{place.name}.lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(CannotInstall, match="another check still makes it"):
            made(requirements)


def test_an_environment_whose_python_is_gone_is_made_again(requirements: Path) -> None:
    place = made(requirements)
    python = place / "bin" / "python"
    python.unlink()
    python.symlink_to("is-not-there")
    assert made(requirements) == place
    assert python.resolve().exists()


def test_a_cache_that_cannot_be_used_is_named(requirements: Path) -> None:
    (requirements.parent / "cache").touch()
    with pytest.raises(DeploymentFault) as caught:
        made(requirements)
    assert caught.value.problem.endswith("; name another folder with --cache")


def test_an_environment_that_has_all_of_them_is_found(requirements: Path) -> None:
    python, folder = Path(sys.executable), requirements.parent
    more = folder / "more.txt"
    requirements.write_text("pytest>=1\n-r more.txt\n")
    more.write_text("nowhere; python_version < '3'\n")
    assert has_all(python, requirements, folder)
    for missing in ("pytest<1", "nowhere", "-e .", "https://127.0.0.1:1/x.tar.gz"):
        more.write_text(f"{missing}\n")
        assert not has_all(python, requirements, folder)
    assert not has_all(None, requirements, folder)


@pytest.mark.parametrize(
    ("required", "said"),
    [
        ("gunicorn", [f"{sys.executable} has all of requirements.txt: it is used"]),
        ("gunicorn==22.0.0", []),
    ],
)
def test_only_a_python_that_has_them_is_said_to_be_used(
    check: Check,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    required: str,
    said: list[str],
) -> None:
    heard: list[str] = []
    monkeypatch.setattr("harness.cli.check.say", heard.append)
    (tmp_path / "start.sh").write_text('#!/bin/sh\nexec gunicorn shop:app -b "$1"\n')
    (tmp_path / "start.sh").chmod(0o755)
    (tmp_path / "requirements.txt").write_text(f"flask\n{required}\n")
    words = ("--list", "--", "./start.sh", "127.0.0.1:{port}")
    checked = check(tmp_path, "--requirements", "requirements.txt", *words)
    assert checked.code == 0, checked.message
    assert heard == said
