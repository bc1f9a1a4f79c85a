"""Installs packages, first with what uv has in its cache."""

import asyncio
from collections.abc import Callable
from collections.abc import Mapping

from harness.system.process import CannotExecute
from harness.system.process import running
from harness.system.spawn import Command

INSTALL_SECONDS = 900.0
"""Deadline for an installation, which may compile packages."""

TAIL = 2_000
"""Characters of an installer's output that are stored."""

OFFLINE = {"UV_OFFLINE": "1"}


class CannotInstall(Exception):
    """An installation failed; the message is the end of the installer's output."""


def end_of(output: str) -> str:
    """The end of an installer's output, never empty."""
    return output[-TAIL:].strip() or "the installer printed nothing"


def offline_first(
    install: Callable[[dict[str, str]], str | None], env: Mapping[str, str]
) -> str | None:
    """Install from uv's cache or, if that fails, from the index.

    Online, uv asks the index for every package again and rebuilds old source releases.
    ``install`` takes variables, and returns ``None`` or, if it failed, the end of its
    output; so does this function.
    """
    failure = install({**env, **OFFLINE})
    return None if failure is None else install(dict(env))


def run_installer(command: Command) -> str | None:
    """Run an installer; if it failed, return the end of its output.

    All that it started ends with this process, even if this is killed.
    """

    async def run() -> int | None:
        async with running(command) as process:
            await process.wait(INSTALL_SECONDS)
            return process.status

    try:
        status = asyncio.run(run())
    except (CannotExecute, OSError) as problem:
        return str(problem)
    except TimeoutError:
        return f"{command.argv[0]}: it took over {INSTALL_SECONDS:g} s"
    return end_of(command.log.read_text("utf-8", "replace")) if status else None
