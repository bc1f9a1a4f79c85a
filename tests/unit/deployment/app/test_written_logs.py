"""Log files are read to their ends while a process has them open."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.deployment.app.written_logs import TAIL_BYTES
from harness.deployment.app.written_logs import WrittenLogs


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with files that this process has open."""
    with (
        (tmp_path / "error.log").open("w") as log,
        (tmp_path / "shop.sqlite").open("w") as data,
        (tmp_path / "output.log").open("w") as output,
        (tmp_path / "data.log").open("wb") as binary,
    ):
        log.write("x" * TAIL_BYTES + "Error: at its end")
        data.write("rows")
        output.write("output")
        binary.write(b"\0\1")
        for each in (log, data, output, binary):
            each.flush()
        yield tmp_path


def test_the_end_of_a_log_is_known_after_the_file_is_gone(folder: Path) -> None:
    logs = WrittenLogs(folder / "tmp")
    logs.look([os.getpid()], instead_of=folder / "output.log")
    (folder / "error.log").unlink()
    text = logs.text()
    assert "error.log:\n" in text and text.endswith("Error: at its end\n")
    assert "rows" not in text and "output" not in text and "\0" not in text


def test_logs_in_the_temporary_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "web-stderr---supervisor-abc.log").write_text("Error: in a child\n")
    (tmp_path / "empty.log").write_text("")
    (tmp_path / "data").write_text("not this")
    words = "web-stderr---supervisor-abc.log:\nError: in a child\n"
    assert WrittenLogs(tmp_path).text() == words


def test_a_process_that_has_ended_has_no_logs(tmp_path: Path) -> None:
    logs = WrittenLogs(tmp_path / "none")
    logs.look([2**22 + 1], instead_of=tmp_path / "output")
    assert logs.text() == ""
