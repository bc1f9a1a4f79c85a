"""Programs on a path are looked up again only if one of its folders has changed."""

import os
import shutil
from pathlib import Path

import pytest

from harness.deployment.isolation.on_path import on_path


def test_an_added_or_removed_program_is_noticed(tmp_path: Path) -> None:
    search = f"{tmp_path / 'first'}:{tmp_path / 'second'}"
    assert on_path(["docker"], search) == {}
    for folder in (tmp_path / "second", tmp_path / "first"):
        folder.mkdir()
        on_path(["docker"], search)
        (folder / "docker").touch(0o755)
        assert on_path(["docker", "sudo"], search) == {"docker": folder / "docker"}
    (tmp_path / "first" / "docker").unlink()
    second = tmp_path / "second" / "docker"
    assert on_path(["docker", "sudo"], search) == {"docker": second}


def test_without_a_change_programs_are_looked_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "docker"
    program.touch(0o755)
    os.utime(tmp_path, (0, 0))
    monkeypatch.setattr(shutil, "which", lambda name, path: asked.append(name))
    asked: list[str] = []
    for _ in range(2):
        assert on_path(["docker"], str(tmp_path)) == {}
    assert asked == ["docker"]
    os.utime(tmp_path, (1, 1))
    on_path(["docker"], str(tmp_path))
    assert asked == ["docker", "docker"]
