"""Where environments are kept: where it is said, in the checkout, or in a cache."""

from pathlib import Path

import pytest

from harness.environments import folder


def test_in_a_checkout_they_are_in_the_folder_of_nox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(folder.ENVIRONMENTS, raising=False)
    assert folder.environments_folder() == Path(__file__).parents[3] / ".nox"


def test_at_a_named_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(folder.ENVIRONMENTS, str(tmp_path))
    assert folder.environments_folder() == tmp_path


def test_elsewhere_they_are_in_the_users_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(folder.ENVIRONMENTS, raising=False)
    monkeypatch.setattr(folder, "ROOT", tmp_path)
    assert folder.environments_folder() == folder.cached_environments()
    assert folder.cached_environments().parts[-2:] == (
        "flask-concurrency",
        "environments",
    )
