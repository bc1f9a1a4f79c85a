"""Programs that a deployment finds in the place of others while it is checked.

They refuse what would start containers, which nobody would remove, and what would
change, empty or end something that runs already. Where the kernel confines signals, a
deployment may end processes: it reaches none but its own. Looking at what runs is
allowed. Files are removed in the deployment's own folders only.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path

ENGINE = "DOCKER_HOST"
"""The variable that says where an engine is."""

REFUSED = "flask-concurrency: refused:"
"""The beginning of the line that names a refused command."""

STARTS_NONE = (
    "a check starts no containers but those of a deployment whose own command is "
    "`docker run …` or `docker compose … up`; write that one as the command, or start "
    "before the check what it needs"
)

LEAVES_ALONE = (
    "a check leaves alone what runs on this machine already; leave out that line, or "
    "write the command of the server itself"
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

CLIENTS = (
    *("docker", "docker-compose", "podman", "podman-compose", "podman-remote"),
    *("nerdctl", "buildah", "finch", "ctr", "crictl"),
)
"""Programs that start containers."""

AS_OTHERS = ("sudo", "doas")
"""Programs that start others as another user."""

ENDING = ("pkill", "killall", "killall5", "skill", "fuser", "slay")
"""Programs that find processes and end them."""

STORES = ("redis-cli", "valkey-cli", "keydb-cli")
"""Clients of stores that need one word to empty them, or to end them."""

REMOVING = ("rm", "unlink")
"""Programs that remove files."""

OPTIONS_ALONE = ("crontab", "reboot", "shutdown", "halt", "poweroff", "telinit")
"""Programs that change something without a word that is no option."""

_OF_CLUSTERS = "get describe logs version config cluster-info explain diff wait auth"

DEPLOYING = {
    **dict.fromkeys(("kubectl", "oc"), _OF_CLUSTERS),
    "helm": "list ls status get history show template version lint search env",
    "nomad": "status version",
    **dict.fromkeys(("flyctl", "fly"), "status logs version"),
    **dict.fromkeys(("terraform", "tofu"), "version validate fmt show output plan"),
    "pulumi": "preview version whoami",
    "cdk": "ls list synth diff",
    **dict.fromkeys(("serverless", "sls"), "info logs print"),
    "zappa": "status tail",
    "eb": "status health list logs",
    **dict.fromkeys(("kamal", "ansible", "ansible-playbook"), ""),
}
"""Programs that deploy to other machines, and words that change nothing."""

LOOKING = {
    **DEPLOYING,
    **dict.fromkeys(
        CLIENTS,
        "ps images inspect logs port top stats events version info search history diff",
    ),
    "systemctl": "status show cat is-active is-enabled is-failed is-system-running "
    "list-units list-unit-files list-sockets list-timers list-dependencies",
    "supervisorctl": "status version avail tail pid",
    "initctl": "status list version",
    "pm2": "list ls status show describe logs",
    "monit": "status summary",
    **dict.fromkeys(("service", "rc-service", "invoke-rc.d"), ""),
    **dict.fromkeys(OPTIONS_ALONE, ""),
}
"""Programs that are told by a word what to do, and words that change nothing. They
control containers, services, the machine, and other machines."""

FLAGS = {
    **dict.fromkeys(CLIENTS, "-v"),
    "crontab": "-l",
    **dict.fromkeys(("service", "rc-service"), "--status-all | status"),
    "invoke-rc.d": "status",
}
"""Further words with which they change nothing, wherever these stand."""

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

_BY_VERB = """\
verb=
for word in "$@"; do
    case $word in
    --help | --version{flags}) verb=help; break ;;
    -*{groups}) ;;
    *) [ -n "$verb" ] || verb=$word{then} ;;
    esac
done
case $verb in {looking}) ;; *) refuse "$@" ;; esac"""

_AS_OTHERS = """\
for word in "$@"; do
    case ${{word##*/}} in {clients}) refuse "$@" ;; esac
done"""

_ENDING = 'case $1 in --help | --version | -V | -l) ;; *) refuse "$@" ;; esac'

_FUSER = """\
for word in "$@"; do
    case $word in -*k*) refuse "$@" ;; esac
done"""

_STORES = """\
for word in "$@"; do
    case $word in
    [Ff][Ll][Uu][Ss][Hh][Aa][Ll][Ll] | [Ff][Ll][Uu][Ss][Hh][Dd][Bb]) refuse "$@" ;;
    [Ss][Hh][Uu][Tt][Dd][Oo][Ww][Nn]) refuse "$@" ;;
    esac
done"""

_REMOVING = """\
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
    case ${{at%/}}/${{word##*/}} in {own}) ;; *) refuse "$@" ;; esac
done"""


def clients(search: str) -> dict[str, Path]:
    """The programs on a path that start containers, and those that may start them."""
    return _found((*CLIENTS, *AS_OTHERS), search)


def controls(search: str, *, confined: bool) -> dict[str, Path]:
    """The programs on a path that control what runs already.

    ``confined`` tells whether the kernel confines signals, so that those that end
    processes reach none but the deployment's own.
    """
    names = [name for name in LOOKING if name not in CLIENTS]
    return _found((*names, *STORES, *REMOVING, *(() if confined else ENDING)), search)


def _found(names: Iterable[str], search: str) -> dict[str, Path]:
    paths = ((name, shutil.which(name, path=search)) for name in names)
    return {name: Path(path) for name, path in paths if path}


def write(
    folder: Path, reals: Mapping[str, str], own: Iterable[Path], engine: str
) -> None:
    """Write the programs to a folder, unless they are there.

    ``reals`` has the path of each real one, which is run to look at something, and
    ``engine`` is where clients then look; empty for the usual place. Files may be
    removed in the folders ``own``.
    """
    for name, real in reals.items():
        if not (path := folder / name).exists():
            path.write_text(script(name, real, own, engine), encoding="utf-8")
            path.chmod(0o755)


def script(name: str, real: str, own: Iterable[Path], engine: str) -> str:
    """A shell program that stands in for another."""
    is_client = name in (*CLIENTS, *AS_OTHERS)
    check, remedy = _BY_VERB, LEAVES_ALONE
    if name in DEPLOYING:
        remedy = DEPLOYS_NOTHING
    elif name in STORES:
        check, remedy = _STORES, LEAVES_DATA
    elif name in REMOVING:
        check, remedy = _REMOVING, LEAVES_FILES
    elif name in ENDING:
        check = _FUSER if name == "fuser" else _ENDING
    elif is_client:
        check, remedy = _AS_OTHERS if name in AS_OTHERS else _BY_VERB, STARTS_NONE
    words = ["help", *LOOKING.get(name, "").split()]
    alone = [] if name in OPTIONS_ALONE else ['""']
    check = check.format(
        flags=f" | {FLAGS[name]}" if name in FLAGS else "",
        groups=" | compose | container | image | network | volume | system"
        if is_client
        else "",
        then="; break" if is_client else "",
        looking=" | ".join((*alone, *words)),
        clients=" | ".join(CLIENTS),
        own=" | ".join(f"{shlex.quote(str(each.resolve()))}/*" for each in own),
    )
    if is_client:
        place = (
            f"export {ENGINE}={shlex.quote(engine)}" if engine else f"unset {ENGINE}"
        )
        check = f"{check}\n{place}"
    return _SCRIPT.format(
        name=name,
        refused=REFUSED,
        remedy=remedy.replace("`", "\\`"),
        status=125 if is_client else 1,
        check=check,
        real=shlex.quote(real),
    )
