"""Runs a command as a process tree that leaves nothing behind.

Rule 1: a command runs below a warden (``warden.py``), so that nothing of it is left
when the harness stops it, is interrupted, or is killed. Rule 2: every wait has a
deadline, by the monotonic clock, and ends at once when the command does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import psutil

from harness.system import warden
from harness.system.command import describe_status
from harness.system.one_done import one_done
from harness.system.proc import KEPT_FILES
from harness.system.spawn import Command
from harness.system.spawn import LINUX
from harness.system.spawn import spawn

TAIL_BYTES = 4_000
"""How much of a command's output is kept as evidence."""

STOP_SECONDS = 15.0
"""How long killed processes may take to disappear before the harness has failed."""

T = TypeVar("T")


class Ended(Exception):
    """A command ended while something was awaited; the message names it."""


class CannotExecute(Exception):
    """A command could not be executed at all; the message says which and why."""


class SomethingLeft(Exception):
    """A process could not be killed within ``STOP_SECONDS``."""


class ProcessTree:
    """A running command and everything that it starts.

    With another tree ``behind`` it, as a proxy has, it stands for both: it has ended
    when either has, and its processes and its output are those of both.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        lifeline: int,
        log: Path,
        name: str,
        behind: ProcessTree | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.log = log
        self.name = name
        self.started: asyncio.Future[int] = loop.create_future()
        """The process id of the command, or ``CannotExecute``."""
        self.ended: asyncio.Future[str] = loop.create_future()
        """Which command ended and how, in words; empty while none has."""
        self.status: int | None = None
        """The command's exit status once it has ended; negative is the signal."""
        self._gone: asyncio.Future[None] = loop.create_future()
        self._behind = behind
        if behind is not None:
            behind.ended.add_done_callback(lambda ended: self._end(ended.result()))
        self._warden = process
        self._lifeline = lifeline
        self._pending = b""
        self._not_removed = ""
        assert process.stdout is not None
        self._status = process.stdout
        os.set_blocking(self._status.fileno(), False)
        loop.add_reader(self._status.fileno(), self._read_status)

    def _read_status(self) -> None:
        data = os.read(self._status.fileno(), 4096)
        if not data:
            asyncio.get_running_loop().remove_reader(self._status.fileno())
            self._end(f"{self.name} lost its warden")
            if not self.started.done():
                self.started.set_exception(CannotExecute("its warden ended"))
            self._gone.set_result(None)
            return
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            word, _, value = line.decode().partition(" ")
            self._take(word, value)

    def _take(self, word: str, value: str) -> None:
        if word == "started":
            self.started.set_result(int(value))
        elif word in ("failed", "refused"):
            error = OSError(int(value), os.strerror(int(value)))
            self.started.set_exception(
                CannotExecute(error.strerror) if word == "failed" else error
            )
        elif word == "left":
            self._not_removed = describe_status(int(value))
        elif word == "exited":
            self.status = int(value)
            self._end(f"{self.name} {describe_status(self.status)}")

    def _end(self, words: str) -> None:
        if not self.ended.done():
            self.ended.set_result(words)

    def processes(self) -> list[int]:
        """Process ids of the whole tree as of now, the command first."""
        behind = self._behind.processes() if self._behind else []
        return self._own_processes() + behind

    @property
    def origin(self) -> ProcessTree:
        """The tree behind all others, where requests end up."""
        return self if self._behind is None else self._behind.origin

    def _own_processes(self) -> list[int]:
        if LINUX:
            return warden.descendants(self._warden.pid)
        with contextlib.suppress(psutil.NoSuchProcess):
            tree = psutil.Process(self._warden.pid).children(recursive=True)
            return [process.pid for process in tree]
        return []

    def tail(self) -> str:
        """The end of the output, about ``TAIL_BYTES``.

        With another tree behind it, half as much of each, below its name.
        """
        if self._behind is None:
            return self._own_tail(TAIL_BYTES)
        return "\n".join(
            f"[{each.name}]\n{each._own_tail(TAIL_BYTES // 2)}"
            for each in (self, self._behind)
        )

    def _own_tail(self, most: int) -> str:
        with self.log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            text = file.read().decode("utf-8", "replace")
        return text if size <= most else "…" + text

    async def unless_ended(self, awaited: Awaitable[T], seconds: float) -> T:
        """Wait for work that depends on the command.

        Raises ``Ended`` as soon as a command has ended, and ``TimeoutError`` after
        ``seconds``.
        """
        task = asyncio.ensure_future(awaited)
        try:
            await one_done((task, self.ended), seconds)
            if task.done():
                return task.result()
            if self.ended.done():
                raise Ended(self.ended.result())
            raise TimeoutError
        finally:
            if not task.done():
                task.cancel()

    async def wait(self, seconds: float) -> None:
        """Wait until a command has ended. Raises ``TimeoutError`` after ``seconds``."""
        await asyncio.wait_for(asyncio.shield(self.ended), seconds)

    def go_on_after(self, seconds: float) -> None:
        """Ask the warden to continue stopped processes of this tree after ``seconds``.

        Zero cancels that. The warden continues them whatever happens to this process.
        """
        with contextlib.suppress(OSError):  # the tree is gone
            os.write(self._lifeline, f"{seconds}\n".encode())

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Kill the whole tree, run ``remove``, and wait until everything is gone.

        Raises ``SomethingLeft`` when that takes longer than ``seconds``.
        """
        by_itself = self.ended.done()
        if self._lifeline >= 0:
            with contextlib.suppress(OSError):  # the warden is gone
                os.write(self._lifeline, warden.CLOSED + b"\n")
            os.close(self._lifeline)
            self._lifeline = -1
        try:
            await asyncio.wait_for(asyncio.shield(self._gone), seconds)
        except TimeoutError:
            left = self._own_processes()
            raise SomethingLeft(f"processes {left} survived SIGKILL") from None
        finally:
            self._close()
        # A command that ended by itself, such as a client without an engine, may
        # have left nothing.
        if self._not_removed and not by_itself:
            raise SomethingLeft(
                f"the command that removes its containers {self._not_removed}"
            )

    def _close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._status.fileno())
        self._status.close()
        self._warden.wait(STOP_SECONDS)
        KEPT_FILES.close()
        if self.started.done():
            self.started.exception()  # retrieved: asyncio reports lost errors


@contextlib.asynccontextmanager
async def running(
    command: Command,
    *,
    name: str = "the server",
    behind: ProcessTree | None = None,
    output: int | None = None,
) -> AsyncIterator[ProcessTree]:
    """Run a command; its whole process tree is gone when the block is left.

    ``name`` names the command in messages, and ``behind`` is the tree that it passes
    requests on to. With an open file ``output`` its output goes there, not to its log.
    Raises ``CannotExecute`` for no such command, ``OSError`` for no process to run it.
    """
    with command.log.open("wb") as file:
        process, lifeline = spawn(command, output or file.fileno())
    tree = ProcessTree(process, lifeline, command.log, name, behind)
    try:
        try:
            await asyncio.wait_for(asyncio.shield(tree.started), STOP_SECONDS)
        except CannotExecute as problem:
            raise CannotExecute(
                f"cannot execute {command.argv[0]}: {problem}"
            ) from None
        yield tree
    finally:
        # Shielded: a second interrupt must not keep the tree from being killed.
        seconds = STOP_SECONDS + (warden.REMOVE_SECONDS if command.remove else 0)
        await asyncio.shield(tree.stop(seconds))
