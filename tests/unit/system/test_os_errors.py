"""What the system refuses is told with a remedy, where a user can mend it."""

import errno
import os
from pathlib import Path

import pytest

from harness.system import os_errors


def error(number: int, path: str | None = None) -> OSError:
    """An error of the system, about a path or about none."""
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


def test_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    words = "the current folder is gone; change to another"
    assert os_errors.explain(FileNotFoundError(errno.ENOENT, "no such file")) == words
