"""Knows how a server's own code is asked what a command line comes to; must not know
what any setting means.

Command line, variables and configuration files come together in ways that only the
server's own code gets right in every release.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import Refused
from harness.deployment.environment import ask
from harness.deployment.environment import ask_command
from harness.deployment.environment import Surroundings

T = TypeVar("T")


def asked(
    server: str, arguments: Sequence[str], where: Surroundings, said: type[T]
) -> T:
    """What ``target/ask_SERVER.py`` says, which a server's Python runs.

    Raises ``Refused`` when the server would not start with these arguments, and
    ``CannotDerive`` when it does not say.
    """
    try:
        done = ask(f"ask_{server}.py", tuple(arguments), where)
        if done.returncode == 0:
            return msgspec.json.decode(done.stdout.splitlines()[-1], type=said)
    except (OSError, subprocess.TimeoutExpired, msgspec.MsgspecError, IndexError) as p:
        raise CannotDerive(f"{server} did not say: {p}") from None
    raise refusal(server, done)


def asked_whole(
    server: str, words: Sequence[str], where: Surroundings
) -> subprocess.CompletedProcess[str]:
    """What a whole command prints. Raises the same."""
    try:
        done = ask_command(words, where)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise CannotDerive(f"{server} did not say: {problem}") from None
    if done.returncode:
        raise refusal(server, done, lines=2)
    return done


def refusal(
    server: str, done: subprocess.CompletedProcess[str], lines: int = 1
) -> Refused:
    """Why a server would not start, in the last words that it said."""
    said = (done.stderr or done.stdout).strip().splitlines()[-lines:]
    return Refused(f"{server} refuses it: {'; '.join(said) or 'no reason'}")


def line_of(path: Path, *names: str) -> int:
    """The last line of a file, counted from one, that gives a setting; 0 if none does.

    Python, ini, TOML, YAML, JSON and XML are alike in this: the name comes first.
    """
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return 0
    names_or = "|".join(names)
    gives = re.compile(rf"""^(?![#;]).*?(?<![^\s{{<>"',])(?:{names_or})["']?\s*[:=>]""")
    return max((n for n, line in enumerate(lines, 1) if gives.match(line)), default=0)
