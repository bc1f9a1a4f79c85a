"""Runs short commands and returns what they print."""

import signal
import subprocess
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Output(NamedTuple):
    """The output of a command, and the problem if there was one."""

    text: str = ""
    """Its standard output."""
    errors: str = ""
    """Its standard error."""
    status: int | None = None
    """Its exit status, negative for a signal; ``None`` if it has none."""
    problem: str = ""
    """Why it failed, such as ``exit status 2``; empty when it succeeded."""

    @property
    def all(self) -> str:
        """Standard output and standard error together."""
        return self.text + self.errors


def output(
    words: Sequence[str],
    *,
    seconds: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    errors: str = "replace",
) -> Output:
    """Run a command for at most ``seconds``, with nothing to read on standard input.

    ``env`` is its whole environment, by default that of this process. ``errors`` is how
    bytes that are not UTF-8 are decoded. Raises nothing: what goes wrong is the
    ``problem`` of the result.
    """
    try:
        done = subprocess.run(
            list(words),
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors=errors,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return Output(problem=f"it took over {seconds:g} s")
    except OSError as error:
        return Output(problem=error.strerror or str(error))
    except ValueError as error:  # a null byte in a word
        return Output(problem=str(error))
    problem = _failed(done.returncode)
    return Output(done.stdout, done.stderr, done.returncode, problem)


def describe_status(status: int) -> str:
    """An exit status in words; negative is the signal that ended the process."""
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"


def _failed(status: int) -> str:
    if status < 0:
        return describe_status(status)
    return f"exit status {status}" if status else ""
