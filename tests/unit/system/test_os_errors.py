"""Errors of the operating system get a remedy, if a user can do something."""

import errno
import os
from pathlib import Path

import pytest

from harness.system import os_errors


def error(number: int, path: str | None = None) -> OSError:
    """An error of the operating system, with or without a path."""
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (error(errno.EMFILE), "Too many open files; raise `ulimit -n`"),
        (
            error(errno.EROFS, "/x"),
            "/x: Read-only file system; name another, where this user may write",
        ),
        (error(errno.EROFS), ""),
        (error(errno.EINVAL, "/x"), ""),
    ],
)
def test_an_error_has_a_remedy_or_is_not_for_users(
    problem: OSError, words: str
) -> None:
    assert os_errors.explain(problem) == words


def test_a_deleted_current_folder_has_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    words = "the current folder is gone; change to another"
    assert os_errors.explain(FileNotFoundError(errno.ENOENT, "no such file")) == words
