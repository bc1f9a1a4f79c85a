"""Keeps the start of a deployment from controlling services and programs that run.

Programs that control services, the machine or a store of data are found as ones that
refuse. Where the kernel does not confine signals, so are those that end processes.
Looking at what runs is allowed. Files are removed in the deployment's own folders only.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path

from harness.deployment.no_containers import REFUSED

LEAVES_ALONE = (
    "a check leaves alone what runs on this machine already; leave out that line, or "
    "write the command of the server itself"
)

LEAVES_DATA = (
    "a check empties no store of data; leave out that line, or start a store for the "
    "check in front of the server"
)

LEAVES_FILES = (
    "a check removes no file outside of the working tree and the home folder; leave "
    "out that line, or write the command of the server itself"
)

SERVICES = {
    "systemctl": "status show cat is-active is-enabled is-failed is-system-running "
    "list-units list-unit-files list-sockets list-timers list-dependencies help",
    "supervisorctl": "status version help avail tail pid",
    "service": "",
    "rc-service": "",
    "invoke-rc.d": "",
    "initctl": "status list version help",
    "pm2": "list ls status show describe logs",
    "monit": "status summary",
    "crontab": "",
}
"""Programs that control services, each with its commands that change nothing."""

MACHINE = ("reboot", "shutdown", "halt", "poweroff", "telinit")
"""Programs that halt the machine."""

OPTIONS_ALONE = frozenset({*MACHINE, "crontab"})
"""Programs that change something even if they get nothing but options."""

ENDING = ("pkill", "killall", "killall5", "skill", "fuser", "slay")
"""Programs that find processes and end them."""

STORES = ("redis-cli", "valkey-cli", "keydb-cli")
"""Clients of data stores, for which one word is enough to empty or stop a store."""

REMOVING = ("rm", "unlink")
"""Programs that remove files."""

FLAGS = {
    "crontab": " | -l",
    **dict.fromkeys(("service", "rc-service"), " | --status-all | status"),
    "invoke-rc.d": " | status",
}
"""Further words with which some of them change nothing, at any position."""

_HEAD = """\
#!/bin/sh
# Stands in for {name} while a deployment is checked.
refuse() {{
    echo "{refused} \\`{name} $*\\`: {remedy}" >&2
    exit 1
}}
"""

_SERVICES = (
    _HEAD
    + """\
verb=
for word in "$@"; do
    case $word in
    --help | --version{flags}) verb=help; break ;;
    -*) ;;
    *) [ -n "$verb" ] || verb=$word ;;
    esac
done
case $verb in
{looking}) ;;
*) refuse "$@" ;;
esac
exec {real} "$@"
"""
)

_ENDING = (
    _HEAD
    + """\
case $1 in --help | --version | -V | -l) exec {real} "$@" ;; esac
{looking}
refuse "$@"
"""
)

_FUSER_LOOKS = """\
for word in "$@"; do
    case $word in --kill) refuse "$@" ;; -*k*) refuse "$@" ;; esac
done
exec {real} "$@"
"""

_STORES = (
    _HEAD
    + """\
for word in "$@"; do
    case $word in
    [Ff][Ll][Uu][Ss][Hh][Aa][Ll][Ll] | [Ff][Ll][Uu][Ss][Hh][Dd][Bb]) refuse "$@" ;;
    [Ss][Hh][Uu][Tt][Dd][Oo][Ww][Nn]) refuse "$@" ;;
    esac
done
exec {real} "$@"
"""
)


_REMOVING = (
    _HEAD
    + """\
ended=
for word in "$@"; do
    case $ended$word in
    --) ended=x; continue ;;
    -*) continue ;;
    esac
    [ -e "$word" ] || [ -L "$word" ] || continue
    while [ "$word" != "${{word%/}}" ]; do word=${{word%/}}; done
    case $word in
    */*) at=${{word%/*}}/ ;;
    *) at=. ;;
    esac
    at=$(cd -P -- "$at" && pwd -P) || continue
    case ${{at%/}}/${{word##*/}} in
    {looking}) ;;
    *) refuse "$@" ;;
    esac
done
exec {real} "$@"
"""
)


def programs(search: str, *, confined: bool) -> dict[str, Path]:
    """The programs on a path that need a stand-in, by name.

    ``confined`` tells whether the kernel confines signals, so that those that end
    processes reach none but the deployment's own.
    """
    ending = () if confined else ENDING
    names = (*SERVICES, *MACHINE, *STORES, *REMOVING, *ending)
    found = ((name, shutil.which(name, path=search)) for name in names)
    return {name: Path(path) for name, path in found if path}


def stand_in(folder: Path, reals: Mapping[str, str], own: Iterable[Path]) -> None:
    """Write stand-ins for such programs to a folder.

    ``reals`` has the path of each of the others, which are run to look at something.
    Files may be removed in the folders ``own``.
    """
    for name, real in reals.items():
        if not (path := folder / name).exists():
            path.write_text(script(name, real, own))
            path.chmod(0o755)


def script(name: str, real: str, own: Iterable[Path]) -> str:
    """The shell script that stands in for a program."""
    looking = SERVICES.get(name, "").split()
    text, looks = _SERVICES, " | ".join(('""', "help", *looking))
    if name in STORES:
        text = _STORES
    elif name in ENDING:
        text, looks = _ENDING, ""
        if name == "fuser":
            looks = _FUSER_LOOKS.format(real=shlex.quote(real))
    elif name in REMOVING:
        text = _REMOVING
        looks = " | ".join(f"{shlex.quote(str(each.resolve()))}/*" for each in own)
    elif name in OPTIONS_ALONE:
        looks = "help"
    remedies = dict.fromkeys(STORES, LEAVES_DATA)
    remedies |= dict.fromkeys(REMOVING, LEAVES_FILES)
    return text.format(
        name=name,
        real=shlex.quote(real),
        refused=REFUSED,
        remedy=remedies.get(name, LEAVES_ALONE),
        looking=looks,
        flags=FLAGS.get(name, ""),
    )
