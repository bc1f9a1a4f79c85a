"""Asks a server's own code which settings a command line sets.

Each release combines command line, variables and configuration files in its own way, so
only the server's own code is sure to do it right.
"""

import re
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import Refused
from harness.deployment.command.setting import Setting
from harness.deployment.environment import ask
from harness.deployment.environment import Where
from harness.records.files import begin_of
from harness.system.command import Output

T = TypeVar("T")


def ask_server(server: str, arguments: Sequence[str], where: Where, kind: type[T]) -> T:
    """The settings that ``target/ask_SERVER.py`` prints in the server's Python.

    Raises ``Refused`` when the server would not start with these arguments, and
    ``CannotDerive`` when it prints none.
    """
    done = checked(server, ask(f"ask_{server}.py", tuple(arguments), where))
    try:
        return msgspec.json.decode(done.text.splitlines()[-1], type=kind)
    except (msgspec.MsgspecError, IndexError) as problem:
        raise CannotDerive(f"{server} did not say: {problem}") from None


def checked(server: str, done: Output, lines: int = 1) -> Output:
    """The output of a command. Raises ``Refused`` and ``CannotDerive``.

    An error quotes its last ``lines``.
    """
    if done.status is None:
        raise CannotDerive(f"{server} did not say: {done.problem}")
    if done.status:
        last = (done.errors or done.text).strip().splitlines()[-lines:]
        raise Refused(f"{server} refuses it: {'; '.join(last) or 'no reason'}")
    return done


def line_of(path: Path, *names: str) -> int:
    """The last line of a file, counted from one, with a setting; 0 if none has it.

    In Python, ini, TOML, YAML, JSON and XML alike, the name comes first.
    """
    lines = begin_of(path).splitlines()
    names_or = "|".join(names)
    gives = re.compile(rf"""^(?![#;]).*?(?<![^\s{{<>"',])(?:{names_or})["']?\s*[:=>]""")
    return max((n for n, line in enumerate(lines, 1) if gives.match(line)), default=0)


def placed(
    value: int | str, given: Setting | None, files: Iterable[Path] = (), *names: str
) -> Setting:
    """A value and its most likely source, for a server that does not print the source.

    The source is an option or a variable that was ``given``, or the first of its
    ``files`` with a setting of one of these ``names``, or else the server's default.
    """
    if given is not None:
        return given._replace(value=value)
    for path in files:
        if line := line_of(path, *names):
            return Setting(value, path.name, path, line)
    return Setting(value, "")
