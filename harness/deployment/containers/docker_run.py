"""`docker run`, made harmless: a name of its own, and nothing of the user's to change.

The command is parsed up to the image. Options about names, mounts, ports and the like
are replaced or refused; everything else stays as it is.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.containers.copies import apart
from harness.deployment.containers.copies import Copy
from harness.deployment.containers.mounts import AllowedMounts
from harness.deployment.containers.mounts import ContainerRefused
from harness.deployment.containers.mounts import note
from harness.deployment.containers.mounts import Treatment
from harness.deployment.containers.mounts import treatment
from harness.deployment.containers.privileges import changes_devices
from harness.deployment.containers.privileges import is_beyond
from harness.deployment.containers.privileges import refuse_namespace
from harness.deployment.containers.privileges import SHARED_MEMORY
from harness.deployment.containers.privileges import UNMASKED
from harness.deployment.containers.run_mounts import instead
from harness.deployment.containers.run_mounts import of_mount
from harness.deployment.containers.run_mounts import of_volume

PORT = "{port}"
LOOPBACK = "127.0.0.1"

NONE = "so nothing can be measured"
"""The end of the error about a command that publishes no port."""

PROBE = tuple(f"FLASK_CONCURRENCY_{word}" for word in ("PROBE", "TOKEN", "PLACES"))
"""Variables by which containers find the probe."""

SHORT = {
    **{"a": "attach", "c": "cpu-shares", "d": "detach", "e": "env", "h": "hostname"},
    **{"i": "interactive", "l": "label", "m": "memory", "P": "publish-all"},
    **{"p": "publish", "q": "quiet", "t": "tty", "u": "user", "v": "volume"},
    "w": "workdir",
}

OWN_NETWORKS = ("", "default", "bridge", "host", "none")
"""Networks in which nobody is found by a name."""

FLAGS = frozenset(
    {"detach", "disable-content-trust", "help", "init", "interactive"}
    | {"no-healthcheck", "oom-kill-disable", "privileged", "publish-all", "quiet"}
    | {"read-only", "rm", "sig-proxy", "tty", "use-api-socket"}
)
"""Options that stand alone."""

DROPPED = frozenset(
    # Names and addresses of the user's own, and what would outlive a check.
    {"name", "cidfile", "network-alias", "net-alias", "restart"}
    | {"ip", "ip6", "link-local-ip", "mac-address"}
    # What a proxy that watches the engine would find the container by.
    | {"label", "label-file"}
    # What is shared with other containers, or would have others ended in its place.
    | {"volume-driver", "cgroup-parent", "oom-score-adj", "oom-kill-disable"}
    # A terminal, which a check has none of.
    | {"tty", "interactive", "attach", "detach-keys", "sig-proxy"}
    # What would write to a log elsewhere.
    | {"log-driver", "log-opt", "disable-content-trust"}
)

REFUSED = {
    "detach": "starts containers in the background, where their end is not seen; leave "
    "out -d",
    "use-api-socket": "gives the container the engine's own socket, by which it can "
    "stop all others; leave out --use-api-socket",
}


class Option(NamedTuple):
    """An option, as it was written."""

    name: str
    """The long one, without dashes."""
    value: str
    words: tuple[str, ...]


class Run(NamedTuple):
    """A parsed `docker run`."""

    options: tuple[Option, ...]
    image: str
    arguments: tuple[str, ...]


def parse(words: Sequence[str]) -> Run:
    """Parse the arguments of `run`. Raises ``ContainerRefused``."""
    options: list[Option] = []
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        options += _option(rest)
    if rest[:1] == ["--"]:
        rest.pop(0)
    if not rest:
        raise ContainerRefused("names no image; write one behind the options")
    return Run(tuple(options), rest[0], tuple(rest[1:]))


def _option(rest: list[str]) -> Iterator[Option]:
    """Take the next word, and its value, and yield the options in it."""
    word = rest.pop(0)
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        if equals or name in FLAGS:
            yield Option(name, value, (word,))
        else:
            value = _value(word, rest)
            yield Option(name, value, (word, value))
        return
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = SHORT.get(letter, letter)
        if name in FLAGS:
            yield Option(name, "", (f"-{letter}",))
            continue
        value = letters.removeprefix("=") if letters else _value(word, rest)
        yield Option(name, value, (f"-{letter}", value))
        return


def _value(word: str, rest: list[str]) -> str:
    if not rest:
        raise ContainerRefused(f"has nothing behind {word}; write its value")
    return rest.pop(0)


class HarmlessRun(NamedTuple):
    """Options that touch nothing of the user's."""

    options: tuple[str, ...]
    copies: tuple[Copy, ...]
    notes: tuple[str, ...]
    variables: Mapping[str, str]
    """Variables that the command gives to the container, as far as known."""


def harmless(run: Run, folder: Path, keep: Sequence[str]) -> HarmlessRun:
    """The options with everything replaced that they could change.

    Raises ``ContainerRefused`` for what cannot be replaced.
    """
    allowed = AllowedMounts(keep, folder)
    words: list[str] = []
    copies: list[Copy] = []
    targets: list[str] = []
    notes: list[str] = []
    read_only = any(e.name == "read-only" and e.value != "false" for e in run.options)
    variables: dict[str, str] = {}
    networks = _networks(run)
    for each in run.options:
        _refuse(each)
    measured = _measured(run)
    for each in run.options:
        if each.name in ("volume", "mount"):
            mount = (of_volume if each.name == "volume" else of_mount)(
                each.value, folder
            )
            what = treatment(mount, allowed, read_only)
            targets.append(mount.target)
            words += instead(each.words, mount, what)
            copies += [Copy(mount.source, mount.target)] * (what is Treatment.COPIED)
            notes += filter(None, [note(mount, what)])
        elif each.name in ("publish", "publish-all"):
            words += _published(each) if each is measured else ()
            if each is not measured:
                notes.append(f"`{' '.join(each.words)}`: not published")
        elif each.name in DROPPED:
            continue
        elif _is_beyond(each, networks):
            notes.append(f"`{' '.join(each.words)}`: left out")
        elif each.name == "ipc" and each.value == "host":
            notes.append(f"`{' '.join(each.words)}`: has shared memory of its own")
            words += ("--shm-size", SHARED_MEMORY)
        elif each.name in ("network", "net"):
            words += ("--network", _network(each.value))
        else:
            variables |= _variables(each, folder)
            words += each.words
    allowed.check()
    return HarmlessRun(tuple(words), apart(copies, targets), tuple(notes), variables)


def _refuse(each: Option) -> None:
    if each.name in REFUSED and each.value != "false":
        raise ContainerRefused(REFUSED[each.name])
    if each.name in ("network", "net") and each.value.startswith("container:"):
        raise ContainerRefused(
            f"has the network of another container, {each.value[10:]}, and would "
            f"listen there; leave out --{each.name}"
        )
    if each.name in ("pid", "ipc"):
        refuse_namespace(each.name, each.value, f"`{' '.join(each.words)}`")
    read_only = each.value.endswith(":ro")
    if each.name == "volumes-from" and not read_only:
        raise ContainerRefused(
            f"could write to the volumes of another container, {each.value}; write "
            f"--volumes-from {each.value.partition(':')[0]}:ro"
        )


def _is_beyond(each: Option, networks: set[str]) -> bool:
    """Whether a container could change this machine, or be taken for another, by it."""
    if each.name in ("privileged", "device-cgroup-rule"):
        return each.value != "false"
    if each.name in ("hostname", "domainname"):
        return not networks.issubset(OWN_NETWORKS)
    return (
        (each.name == "cap-add" and is_beyond(each.value, "host" in networks))
        or (each.name == "device" and changes_devices(each.value))
        or (each.name == "security-opt" and each.value == UNMASKED)
        or (each.name == "pull" and each.value == "always")
    )


def _networks(run: Run) -> set[str]:
    """The networks that a container is in, by name."""
    given = [each for each in run.options if each.name in ("network", "net")]
    return {_network(each.value) for each in given}


def _network(value: str) -> str:
    """A network without what a container would be found by in it."""
    pairs = [each.partition("=") for each in value.split(",")]
    names = [given for name, equals, given in pairs if equals and name == "name"]
    return names[0] if names else value


def _variables(each: Option, folder: Path) -> dict[str, str]:
    """Variables that an option sets."""
    lines = [each.value] if each.name == "env" else []
    if each.name == "env" and each.value in os.environ:
        lines = [f"{each.value}={os.environ[each.value]}"]
    if each.name == "env-file":
        try:
            lines = (folder / each.value).read_text(errors="replace").splitlines()
        except OSError:
            return {}  # the client says so
    pairs = (line.strip().partition("=") for line in lines)
    return {name: value for name, equals, value in pairs if equals}


# --------------------------------------------------------------------------- ports


def _measured(run: Run) -> Option | None:
    """The option that publishes what is measured; ``None`` where nothing has to be."""
    given = [each for each in run.options if each.name == "publish"]
    published = [each for each in given if not each.value.endswith("/udp")]
    ours = [each for each in published if PORT in each.value]
    inside = {each.value.rpartition(":")[2].removesuffix("/tcp") for each in published}
    if not ours and len(inside) == 1:
        ours = published[:1]  # at several addresses
    for candidates in (published, [e for e in published if not is_for_tls(e.value)]):
        if not ours and len(candidates) == 1:
            ours = candidates  # which it is, is not in doubt
    if ours and ours[0].value != PORT:
        return ours[0]
    if "host" in _networks(run):
        return None
    listed = ", ".join(each.value for each in published)
    if not listed and any(each.name == "publish-all" for each in run.options):
        listed = "whatever the image exposes"
    which = "and it cannot be told which is measured" if listed else NONE
    raise ContainerRefused(
        f"publishes {listed or 'no port'}, {which}; write "
        f"`-p {LOOPBACK}:{PORT}:8000`, with the port that the image listens on"
    )


def is_for_tls(published: str) -> bool:
    """Whether a port is one for TLS, beside which there is one for plain requests."""
    port = published.rpartition(":")[2].partition("/")[0]
    return port in ("443", "8443")


def _published(each: Option) -> tuple[str, ...]:
    """Publish the port that is measured to this machine only."""
    inside = each.value.rpartition(":")[2]
    return ("--publish", f"{LOOPBACK}:{PORT}:{inside}")


# -------------------------------------------------------------------------- command


def command(
    client: Sequence[str], name: str, own: Sequence[str], run: Run, made: HarmlessRun
) -> tuple[str, ...]:
    """The command that starts it, with options of ``own``."""
    words = ("--name", name, *own, *made.options, run.image, *run.arguments)
    if not made.copies:
        return (*client, "run", *words)
    steps = [shlex.join((*client, "create", *words)) + " > /dev/null"]
    for each in made.copies:
        steps.append(each.command(client, name))
    steps.append("exec " + shlex.join((*client, "start", "--attach", name)))
    return ("sh", "-ec", "\n".join(steps))
