"""Runs short commands and returns what they print."""

import contextlib
import os
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

    Processes that it started and left are killed. ``env`` is its whole environment, by
    default that of this process. ``errors`` is how bytes that are not UTF-8 are
    decoded. Raises nothing: what goes wrong is the ``problem`` of the result.
    """
    try:
        process = subprocess.Popen(
            list(words),
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors=errors,
            process_group=0,
        )
    except OSError as error:
        return Output(problem=error.strerror or str(error))
    except ValueError as error:  # a null byte in a word
        return Output(problem=str(error))
    with process:
        try:
            text, error_text = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return Output(problem=f"it took over {seconds:g} s")
        finally:
            # Also after an interrupt. A wrapper, such as a pyenv shim, starts others.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return Output(text, error_text, process.returncode, _failed(process.returncode))


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
