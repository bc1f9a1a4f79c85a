"""Archives of projects are unpacked or refused."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from harness.environments import fetch
from harness.environments.source import SourceFault
from harness.records.versions import Kind


def tar(path: Path, **files: str) -> Path:
    """An archive with files of the given names, as they are."""
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


def test_a_project_is_found_in_its_archive(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar.gz", **{"flask-3/pyproject.toml": ""})
    found = fetch._archive(path, tmp_path)
    assert found.path == tmp_path / "unpacked" / "flask-3"
    assert (found.kind, len(found.content)) == (Kind.ARCHIVE, 64)


def test_a_zip_archive_may_be_a_project(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("setup.py", "")
    found = fetch._archive(tmp_path / "a.zip", tmp_path)
    assert found.path == tmp_path / "unpacked"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("flask/setup.cfg", "holds no Python project"),
        ("../../pyproject.toml", "cannot be unpacked"),
    ],
)
def test_a_folder_that_is_not_a_project_is_refused(
    tmp_path: Path, name: str, words: str
) -> None:
    path = tar(tmp_path / "a.tar.gz", **{name: ""})
    with pytest.raises(SourceFault, match=words):
        fetch._archive(path, tmp_path / "in" / "here")
    assert not list(tmp_path.rglob("pyproject.toml"))
