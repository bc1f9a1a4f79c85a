"""Programs that a deployment finds in the place of others while it is checked.

They refuse commands that would start containers, which nobody would remove, or that
would change, empty or end something that is already running. If the kernel confines
signals, a deployment may end processes, since it reaches only its own. Looking at what
runs is allowed. Files are removed only in the deployment's own folders.
"""

import shlex
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path

from harness.deployment.isolation.on_path import on_path
from harness.records import toml
from harness.records.catalog import Sentence
from harness.records.words import Record

ENGINE = "DOCKER_HOST"
"""The variable that says where an engine is."""

REFUSED = "flask-concurrency: refused:"
"""The beginning of the line that names a refused command."""

STARTS_NONE = (
    "a check starts no containers except those of a deployment whose own command is "
    "`docker run …` or `docker compose … up`; write that as the command, or start what "
    "it needs before the check"
)

LEAVES_ALONE = (
    "a check leaves alone what is already running on this machine; leave out that "
    "line, or write the command of the server itself"
)

LEAVES_DATA = (
    "a check empties no data store; leave out that line, or start a store for the "
    "check in front of the server"
)

LEAVES_FILES = (
    "a check removes no file outside of the working tree and the home folder; leave "
    "out that line, or write the command of the server itself"
)

DEPLOYS_NOTHING = (
    "a check changes no cluster and deploys nothing; leave out that line, or write the "
    "command of the server itself"
)

_SCRIPT = """\
#!/bin/sh
# Stands in for {name} while a deployment is checked.
refuse() {{
    echo "{refused} \\`{name} $*\\`: {remedy}" >&2
    exit {status}
}}
{check}
exec {real} "$@"
"""

FILE = Path(__file__).with_name("stand_ins.toml")

CHECKS = {
    "starts containers": ("by-verb", STARTS_NONE),
    "starts as another user": ("as-others", STARTS_NONE),
    "deploys": ("by-verb", DEPLOYS_NOTHING),
    "controls services": ("by-verb", LEAVES_ALONE),
    "ends processes": ("ending", LEAVES_ALONE),
    "ends processes if told so": ("if-told", LEAVES_ALONE),
    "empties data stores": ("stores", LEAVES_DATA),
    "removes files": ("removing", LEAVES_FILES),
}
"""For each thing that a program does: the script that refuses it, and a remedy."""


class StandIn(Record, frozen=True, kw_only=True):
    """Programs that are replaced by a stand-in, and the arguments that are harmless."""

    names: tuple[Sentence, ...]
    does: Sentence
    looking: str = ""
    """Words that tell it what to do, and change nothing."""
    flags: str = ""
    """Further words with which it changes nothing, wherever these stand."""
    acts_alone: bool = False
    """Whether it changes something without a word that is not an option."""

    @property
    def starts_others(self) -> bool:
        """Whether a program starts containers, or programs that may."""
        return self.does.startswith("starts")


class StandIns(Record, frozen=True, kw_only=True):
    """The file ``stand_ins.toml``."""

    scripts: dict[str, str]
    """Shell lines that refuse something, by name."""
    program: tuple[StandIn, ...]


_FILE = toml.read(FILE, StandIns, "restore the file")

STAND_INS = {name: each for each in _FILE.program for name in each.names}
"""The stand-in for each program."""

CLIENTS = tuple(n for n, each in STAND_INS.items() if each.does == "starts containers")
"""Programs that start containers."""


def clients(search: str) -> dict[str, Path]:
    """The programs on a path that start containers, and those that may start them."""
    names = (n for n, each in STAND_INS.items() if each.starts_others)
    return on_path(names, search)


def controls(search: str, *, confined: bool) -> dict[str, Path]:
    """The programs on a path that control what runs already.

    ``confined`` tells whether the kernel confines signals, so that those that end
    processes reach none but the deployment's own.
    """
    others = ("starts", "ends") if confined else ("starts",)
    names = (n for n, each in STAND_INS.items() if not each.does.startswith(others))
    return on_path(names, search)


def write(
    folder: Path, reals: Mapping[str, str], own: Iterable[Path], engine: str
) -> None:
    """Write the programs to a folder, unless they are there.

    ``reals`` has the path of each real one, which is run to look at something, and
    ``engine`` is where clients then look; empty for the usual place. Files may be
    removed in the folders ``own``.
    """
    resolved = [each.resolve() for each in own]
    for name, real in reals.items():
        if not (path := folder / name).exists():
            path.write_text(script(name, real, resolved, engine), encoding="utf-8")
            path.chmod(0o755)


def script(name: str, real: str, own: Iterable[Path], engine: str) -> str:
    """A shell program that stands in for another; ``own`` has no symbolic links."""
    program = STAND_INS[name]
    refusal, remedy = CHECKS[program.does]
    words = ["help", *program.looking.split()]
    groups = " | compose | container | image | network | volume | system"
    check = _FILE.scripts[refusal].format(
        flags=f" | {program.flags}" if program.flags else "",
        groups=groups if program.starts_others else "",
        then="; break" if program.starts_others else "",
        looking=" | ".join(words if program.acts_alone else ['""', *words]),
        clients=" | ".join(CLIENTS),
        own=" | ".join(f"{shlex.quote(str(each))}/*" for each in own),
    )
    if program.starts_others:
        at = f"export {ENGINE}={shlex.quote(engine)}" if engine else f"unset {ENGINE}"
        check = f"{check}\n{at}"
    return _SCRIPT.format(
        name=name,
        refused=REFUSED,
        remedy=remedy.replace("`", "\\`"),
        status=125 if program.starts_others else 1,
        check=check,
        real=shlex.quote(real),
    )
