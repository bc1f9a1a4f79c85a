"""A command is run to its end, and failures are values."""

import sys
import time
from pathlib import Path

import pytest

from harness.system.command import Output
from harness.system.command import output
from tests.live.conftest import left_over
from tests.live.waiting import wait_until


def python(script: str) -> list[str]:
    """Return a command that runs a script."""
    return [sys.executable, "-I", "-S", "-c", script]


def test_standard_output_and_error_are_separate() -> None:
    script = "import sys; print('one'); print('two', file=sys.stderr)"
    done = output(python(script), seconds=30)
    assert done == Output("one\n", "two\n", 0)
    assert done.all == "one\ntwo\n"


def test_a_failed_command_has_its_status() -> None:
    assert output(python("raise SystemExit(3)"), seconds=30).problem == "exit status 3"
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert output(python(killed), seconds=30).problem == "was ended by SIGKILL"


def test_a_command_that_cannot_be_run_raises_nothing(
    tmp_path: Path,
) -> None:
    done = output([str(tmp_path / "missing")], seconds=30)
    assert (done.status, done.problem) == (None, "No such file or directory")
    assert output(["a\0b"], seconds=30).problem == "embedded null byte"


def test_a_command_that_takes_too_long_is_killed() -> None:
    began = time.monotonic()
    done = output(python("import time; time.sleep(600)"), seconds=0.5)
    assert (done.status, done.problem) == (None, "it took over 0.5 s")
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("then", "problem"), [("exit 0", ""), ("wait", "it took over 1 s")]
)
def test_processes_that_a_command_leaves_are_killed(
    tmp_path: Path, then: str, problem: str
) -> None:
    """Not only a wrapper, such as a shim of pyenv, must end."""
    wrapper = ["sh", "-c", f"sleep 600 > /dev/null 2>&1 & {then}"]
    assert output(wrapper, seconds=1, cwd=tmp_path).problem == problem
    wait_until(lambda: not left_over(tmp_path))


def test_a_command_gets_no_standard_input() -> None:
    script = "import sys; print(repr(sys.stdin.read()))"
    assert output(python(script), seconds=30).text == "''\n"


def test_bytes_that_are_not_utf_8_are_decoded_as_requested() -> None:
    script = r"import sys; sys.stdout.buffer.write(b'\xff')"
    assert output(python(script), seconds=30).text == "\N{REPLACEMENT CHARACTER}"
    kept = output(python(script), seconds=30, errors="surrogateescape").text
    assert kept == "\udcff"
