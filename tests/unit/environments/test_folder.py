"""Where environments are kept: a named folder, the checkout, or a cache."""

from pathlib import Path

import pytest

from harness.environments import folder


def test_in_a_checkout_environments_are_in_the_folder_of_nox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(folder.ENVIRONMENTS, raising=False)
    assert folder.environments_folder() == Path(__file__).parents[3] / ".nox"


def test_a_named_folder_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(folder.ENVIRONMENTS, str(tmp_path))
    assert folder.environments_folder() == tmp_path


def test_outside_of_a_checkout_environments_are_in_the_users_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(folder.ENVIRONMENTS, raising=False)
    monkeypatch.setattr(folder, "ROOT", tmp_path)
    assert folder.environments_folder() == folder.cached_environments()
    assert folder.cached_environments().parts[-2:] == (
        "flask-concurrency",
        "environments",
    )
