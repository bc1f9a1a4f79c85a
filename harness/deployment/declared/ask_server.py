"""Knows how a server's own code is asked what a command line comes to; must not know
what any setting means.

Command line, variables and configuration files come together in ways that only the
server's own code gets right in every release.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import Refused
from harness.deployment.environment import ask
from harness.deployment.environment import ask_command
from harness.deployment.environment import Where
from harness.system.command import Output

T = TypeVar("T")


def asked(server: str, arguments: Sequence[str], where: Where, said: type[T]) -> T:
    """What ``target/ask_SERVER.py`` says, which a server's Python runs.

    Raises ``Refused`` when the server would not start with these arguments, and
    ``CannotDerive`` when it does not say.
    """
    done = _asked(server, ask(f"ask_{server}.py", tuple(arguments), where))
    try:
        return msgspec.json.decode(done.text.splitlines()[-1], type=said)
    except (msgspec.MsgspecError, IndexError) as problem:
        raise CannotDerive(f"{server} did not say: {problem}") from None


def asked_whole(server: str, words: Sequence[str], where: Where) -> Output:
    """What a whole command prints. Raises the same."""
    return _asked(server, ask_command(words, where), lines=2)


def _asked(server: str, done: Output, lines: int = 1) -> Output:
    if done.status is None:
        raise CannotDerive(f"{server} did not say: {done.problem}")
    if done.status:
        last = (done.errors or done.text).strip().splitlines()[-lines:]
        raise Refused(f"{server} refuses it: {'; '.join(last) or 'no reason'}")
    return done


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
