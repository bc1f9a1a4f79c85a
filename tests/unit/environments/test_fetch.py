"""What becomes of archives, of whatever kind and from whomever."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from harness.environments import build
from harness.environments import fetch
from harness.environments.fetch import Fault
from harness.records.versions import Kind

METADATA = """\
Metadata-Version: 2.4
Name: Flask
Version: 3.2.0.dev0
Requires-Python: >=3.10
Requires-Dist: werkzeug>=3.1.0
Requires-Dist: asgiref>=3.2; extra == "async"

The description: of it.
"""


def tar(path: Path, **files: str) -> Path:
    """An archive, with names as they are."""
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


def wheel(path: Path, year: int, text: str = "") -> Path:
    """A wheel whose files are of some year."""
    files = {"flask.py": text, "flask-3.2.0.dev0.dist-info/METADATA": METADATA}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), content)
    return path


def test_a_project_is_found_in_its_archive(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar.gz", **{"flask-3/pyproject.toml": ""})
    found = fetch._archive(path, tmp_path)
    assert found.path == tmp_path / "unpacked" / "flask-3"
    assert (found.kind, len(found.content)) == (Kind.ARCHIVE, 64)


def test_a_zip_may_be_a_project_too(tmp_path: Path) -> None:
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
def test_what_is_no_project_is_refused(tmp_path: Path, name: str, words: str) -> None:
    path = tar(tmp_path / "a.tar.gz", **{name: ""})
    with pytest.raises(Fault, match=words):
        fetch._archive(path, tmp_path / "in" / "here")
    assert not list(tmp_path.rglob("pyproject.toml"))


def test_a_wheel_tells_of_itself(tmp_path: Path) -> None:
    path = wheel(tmp_path / "flask-3.2.0.dev0-py3-none-any.whl", 2020)
    assert build._metadata(path) == (
        "Flask",
        "3.2.0.dev0",
        ">=3.10",
        ("werkzeug>=3.1.0", 'asgiref>=3.2; extra == "async"'),
    )


def test_the_content_of_a_wheel_is_not_when_it_was_made(tmp_path: Path) -> None:
    one, same = wheel(tmp_path / "1.whl", 2020), wheel(tmp_path / "2.whl", 2026)
    other = wheel(tmp_path / "3.whl", 2020, "changed")
    assert build._content(one) == build._content(same) != build._content(other)


@pytest.mark.parametrize("name", ["flask.whl", "flask-3.2.0.dev0-py3-none-any.whl"])
def test_what_is_no_wheel_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("no wheel")
    with pytest.raises(Fault, match="not a whole wheel"):
        build._metadata(tmp_path / name)


def test_what_a_command_said_went_wrong(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("Building\nValueError: no\nerror: Failed\n  cause: it\n\nhint: go\n")
    assert fetch.tail(log) == "ValueError: no; error: Failed; cause: it; hint: go"
    log.write_text("one\n\ntwo\n")
    assert fetch.tail(log) == "one; two"
    log.write_text("")
    assert fetch.tail(log) == "it said nothing"
