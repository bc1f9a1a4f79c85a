"""Programs that fetch and build sources, each with a deadline."""

import os
import re
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.environments.source import SourceFault
from harness.system.process import CannotExecute
from harness.system.process import running
from harness.system.spawn import Command

_NOT_PASSED_ON = re.compile(
    "PYTHONPATH|PYTHONHOME|VIRTUAL_ENV|GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT.*)"
)


async def run(
    command: Sequence[str],
    cwd: Path,
    log: Path,
    seconds: float,
    more: Mapping[str, str] | None = None,
) -> bool:
    """Run a command to its end; return whether it succeeded. Raises ``SourceFault``."""
    env = {**environment(), **(more or {})}
    try:
        async with running(Command(command, env, cwd, log)) as process:
            await process.wait(seconds)
            return process.status == 0
    except CannotExecute as problem:
        raise SourceFault(f"needs {command[0]}: {problem}", "install it") from None
    except TimeoutError:
        name = Path(command[0]).name
        raise SourceFault(f"took over {seconds:g} s in {name}", "try again") from None


def tail(log: Path) -> str:
    """The lines of a log that name what went wrong, as one line."""
    text = log.read_text("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [n for n, line in enumerate(lines) if re.match("fatal:|error:", line)]
    first = max(0, wrong[0] - 1) if wrong else max(0, len(lines) - 4)
    return "; ".join(lines[first : first + 4]) or "it printed nothing"


def environment() -> dict[str, str]:
    """The caller's variables without those that are about another project."""
    passed = {k: v for k, v in os.environ.items() if not _NOT_PASSED_ON.fullmatch(k)}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}
    return {**quiet, **passed, "LC_ALL": "C", "NO_COLOR": "1"}
