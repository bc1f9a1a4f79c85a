"""Files that stay open while they are read again and again."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.system.kept_files import ENOUGH_FILES
from harness.system.kept_files import KeptFiles
from harness.system.kept_files import MOST_KEPT
from harness.system.kept_files import most_kept
from harness.system.machine import allow_open_files


@pytest.fixture
def kept_files() -> Iterator[KeptFiles]:
    with closing(KeptFiles()) as kept_files:
        yield kept_files


def content(file: int) -> bytes:
    """Return a file's content; a missing file has none, like one of ``/proc``."""
    if not os.fstat(file).st_nlink:
        raise ProcessLookupError
    return os.pread(file, 512, 0)


def files_open() -> int:
    return len(os.listdir("/dev/fd"))


def test_a_file_is_read_anew_each_time(kept_files: KeptFiles, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    assert kept_files.read(str(path), content) == b"before"
    path.write_bytes(b"now")
    assert kept_files.read(str(path), content) == b"now"


def test_a_new_file_of_the_same_name_is_opened(
    kept_files: KeptFiles, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first")
    kept_files.read(str(path), content)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        kept_files.read(str(path), content)
    path.write_bytes(b"other")
    assert kept_files.read(str(path), content) == b"other"


def test_only_a_few_files_stay_open_until_they_are_closed(
    kept_files: KeptFiles, tmp_path: Path
) -> None:
    allowed = allow_open_files()
    before = files_open()
    for number in range(2 * MOST_KEPT):
        path = tmp_path / str(number)
        path.write_bytes(b"%d" % number)
        assert kept_files.read(str(path), content) == b"%d" % number
    assert files_open() == before + most_kept(allowed)
    kept_files.close()
    assert files_open() == before


def test_a_file_that_cannot_be_read_does_not_stay_open(
    kept_files: KeptFiles, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    before = files_open()

    def fail(_: int) -> bytes:
        raise PermissionError

    with pytest.raises(PermissionError):
        kept_files.read(str(path), fail)
    assert files_open() == before


def test_no_file_stays_open_if_the_limit_is_low() -> None:
    assert most_kept(ENOUGH_FILES - 1) == 0
    assert most_kept(ENOUGH_FILES) == MOST_KEPT
