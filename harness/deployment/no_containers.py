"""Keeps a deployment from starting containers, which nobody would remove.

Clients of engines are found as programs that refuse, and the sockets of engines are
hidden, so that clients that are started by their path, and libraries, do not reach one
either. Looking at what an engine has is allowed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

ENGINE = "DOCKER_HOST"
"""The variable that says where an engine is."""

SOCKETS = (
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/containerd/containerd.sock",
)
"""Sockets of engines that run for all users."""

OF_A_USER = ("docker.sock", "podman/podman.sock")
"""The same in the folder ``XDG_RUNTIME_DIR`` of a user."""

NOWHERE = "no-containers.sock"
"""The name of the socket to which clients are led; it refuses everything."""

REFUSED = "flask-concurrency: refused:"
"""The beginning of the line that names a refused command."""

CLIENTS = (
    *("docker", "docker-compose", "podman", "podman-compose", "podman-remote"),
    *("nerdctl", "buildah", "finch", "ctr", "crictl", "sudo", "doas"),
)
"""Programs that start containers; the last two start programs as another user."""

_LOOKING = (
    *("ps", "images", "inspect", "logs", "port", "top", "stats", "events", "version"),
    *("info", "search", "history", "diff", "help"),
)
"""Commands of these programs that change nothing."""

REMEDY = (
    "a check starts no containers but those of a deployment whose own command is "
    "`docker run …` or `docker compose … up`; write that one as the command, or start "
    "before the check what it needs"
)

_STAND_IN = """\
#!/bin/sh
# Stands in for {name} while a deployment is checked.
refuse() {{
    echo "{refused} \\`{name} $*\\`: {remedy}" >&2
    exit 125
}}
real={real}
case {name} in
sudo | doas)
    for word in "$@"; do
        case ${{word##*/}} in {clients}) refuse "$@" ;; esac
    done
    ;;
*)
    verb=
    for word in "$@"; do
        case $word in
        --help | --version | -v) verb=help; break ;;
        -*) ;;
        compose | container | image | network | volume | system) ;;
        *) verb=$word; break ;;
        esac
    done
    case $verb in
    "" | {looking}) ;;
    *) refuse "$@" ;;
    esac
    ;;
esac
{engine}
exec "$real" "$@"
"""


def engine_sockets(variables: Mapping[str, str]) -> list[Path]:
    """The sockets of engines that exist, the default one first."""
    given = variables.get(ENGINE, "")
    own = variables.get("XDG_RUNTIME_DIR", "")
    named = [given.removeprefix("unix://")] if given.startswith("unix://") else []
    named += SOCKETS if own == "" else [*SOCKETS, *(f"{own}/{n}" for n in OF_A_USER)]
    named += _of_contexts(variables)
    found = (Path(os.path.realpath(each)) for each in named)
    return [path for path in dict.fromkeys(found) if path.is_socket()]


def _of_contexts(variables: Mapping[str, str]) -> list[str]:
    """The sockets in the contexts of Docker's client, which has a file for each."""
    home = os.path.join(variables.get("HOME", ""), ".docker")
    folder = Path(variables.get("DOCKER_CONFIG") or home, "contexts", "meta")
    named = []
    for file in sorted(folder.glob("*/meta.json")):
        try:
            text = file.read_text(errors="replace")
        except OSError:
            continue
        named += re.findall(r'"Host"\s*:\s*"unix://([^"]+)"', text)
    return named


def stand_in_for_clients(folder: Path, search: str, engine: str) -> None:
    """Write stand-ins for the clients of engines to a folder.

    Those that may look at something are handed to the real one, with ``engine`` as the
    place of the engine, if it is given.
    """
    for name in CLIENTS:
        if real := shutil.which(name, path=search):
            _stand_in(folder / name, real, engine)


def _stand_in(path: Path, real: str, engine: str) -> None:
    if path.exists():
        return
    place = f"export {ENGINE}={shlex.quote(engine)}" if engine else f"unset {ENGINE}"
    path.write_text(
        _STAND_IN.format(
            name=path.name,
            real=shlex.quote(real),
            engine=place,
            refused=REFUSED,
            remedy=REMEDY.replace("`", "\\`"),
            clients=" | ".join(CLIENTS[:-2]),
            looking=" | ".join(_LOOKING),
        ),
        encoding="utf-8",
    )
    path.chmod(0o755)
