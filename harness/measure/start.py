"""Knows how a server is started with a proxy in front of it, or alone; must not know
what is asked of them.

Rule 1: each process of a chain has a warden of its own, so that nothing of any is left
whatever becomes of the harness. Rule 2: what stands in front is stopped first.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.records.evidence import Front
from harness.records.plan import PLACEHOLDER
from harness.records.plan import PlannedFront
from harness.system.command import output
from harness.system.process import ProcessTree
from harness.system.process import running

VERSION_SECONDS = 10.0


class Link(NamedTuple):
    """A command, and where it is run."""

    argv: list[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    remove: Sequence[str] = ()


def _filled(text: str, places: Mapping[str, str]) -> str:
    """The text of a proxy, with what its placeholders stand for."""
    return PLACEHOLDER.sub(lambda word: places[word[1]], text)


def front_of(
    planned: PlannedFront,
    env: Mapping[str, str],
    folder: Path,
    host: str,
    ports: Sequence[int],
) -> Front:
    """A planned proxy with all placeholders filled in.

    ``ports`` are that of the server behind, and its own.
    """
    behind, own = ports
    places = {
        "folder": str(folder),
        "host": host,
        "port": str(own),
        "upstream": f"{host}:{behind}",
    }
    return Front(
        title=planned.title,
        version=_release(planned, env),
        command=tuple(_filled(word, places) for word in planned.argv),
        file=_filled(planned.template, places),
    )


def _release(planned: PlannedFront, env: Mapping[str, str]) -> str:
    """What the proxy says that its release is; empty when it says nothing."""
    command = [planned.argv[0], *planned.version]
    printed = output(command, env=env, seconds=VERSION_SECONDS).all
    release = re.search(r"\d+(\.\d+)+", printed)
    return release[0] if release else ""


@contextlib.asynccontextmanager
async def started(
    server: Link, front: Link | None = None, title: str = ""
) -> AsyncIterator[ProcessTree]:
    """A server and what stands in front of it, if anything does, called ``title``.

    The one that clients reach is given, and speaks for both. Raises ``CannotExecute``.
    """
    name = f"the server behind {title}" if front else "the server"
    async with contextlib.AsyncExitStack() as stack:
        last = await stack.enter_async_context(
            running(**server._asdict(), name=name),
        )
        if front is not None:
            last = await stack.enter_async_context(
                running(**front._asdict(), name=title, behind=last)
            )
        yield last
