"""Every data file about a platform can be read, and names its source."""

import datetime
from pathlib import Path

import pytest

from harness.deployment.platforms.catalog import FOLDER
from harness.deployment.platforms.catalog import Platform
from harness.deployment.platforms.catalog import platforms
from harness.deployment.platforms.catalog import with_files_like
from harness.deployment.platforms.checks import FORMS
from harness.records import toml
from harness.records.errors import UsageError


@pytest.mark.parametrize("platform", platforms(), ids=lambda each: each.title)
def test_each_platform_names_its_source(platform: Platform) -> None:
    assert platform.source.startswith("https://")
    assert datetime.date(2026, 1, 1) < platform.read
    assert platform.sends.default_because
    assert all(check.source.startswith("https://") for check in platform.checks)
    assert all(check.form in FORMS for check in platform.checks)


def test_each_platform_has_one_data_file() -> None:
    assert len(platforms()) == len(list(FOLDER.glob("*.toml"))) > 10


def test_files_are_recognized_by_their_names() -> None:
    assert [each.title for each in with_files_like("fly.toml")] == ["Fly"]
    assert "Cloud Run" in {each.title for each in with_files_like("service.yaml")}
    assert with_files_like("app.py") == ()


def test_an_unknown_key_is_reported(tmp_path: Path) -> None:
    path = FOLDER / "fly.toml"
    with pytest.raises(UsageError, match="is an unknown key"):
        toml.read(_changed(path.read_text(), tmp_path), Platform)


def _changed(text: str, folder: Path) -> Path:
    path = folder / "fly.toml"
    path.write_text(text + "\n[wrong]\nkey = 1\n")
    return path
