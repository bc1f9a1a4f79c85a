"""Keeps a fault in one cell from ending the run.

A measured server runs foreign code, and may answer anything. If that causes an error in
the harness, only the cell of that server loses its numbers.
"""

import asyncio
import traceback
from collections.abc import Coroutine
from typing import Any
from typing import TypeVar

from harness.system.os_errors import EXHAUSTED

T = TypeVar("T")

TRACE_LINES = 20
"""Lines of a traceback that are kept as evidence."""

OF_A_CALLBACK = frozenset({"handle", "transport", "protocol", "socket"})
"""Keys that only the event loop's report on an error in a callback has."""


async def guarded(work: Coroutine[Any, Any, T]) -> T:
    """Await ``work``; an error in a callback of the event loop ends it too.

    Raises what the work raises, or what the first such callback raised.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    faults: list[BaseException] = []

    def take(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        problem = context.get("exception")
        if problem is None or not OF_A_CALLBACK & context.keys():
            loop.default_exception_handler(context)
            return
        faults.append(problem)
        task.cancel()

    before = loop.get_exception_handler()
    loop.set_exception_handler(take)
    try:
        return await task
    except asyncio.CancelledError:
        if not faults:
            raise
        raise faults[0] from None
    finally:
        loop.set_exception_handler(before)


def describe(problem: Exception) -> tuple[str, str]:
    """Describe an unexpected error: one line, and the end of its traceback."""
    words = " ".join(str(problem).split()).encode("utf-8", "replace").decode()
    name = type(problem).__name__
    if isinstance(problem, TimeoutError):
        line = "a wait reached its deadline"
    elif isinstance(problem, OSError):
        line = f"this machine did not let the probe go on: {_reason(problem, words)}"
    else:
        line = f"the probe came upon something unexpected: {name}: {words}"
    trace = "".join(traceback.format_exception(problem)).encode("utf-8", "replace")
    return line, "\n".join(trace.decode().splitlines()[-TRACE_LINES:])


def _reason(problem: OSError, words: str) -> str:
    """A system error, with a remedy where there is one."""
    remedy = EXHAUSTED.get(problem.errno or 0)
    if not remedy:
        return words or type(problem).__name__
    return f"{problem.strerror}; {remedy}"
