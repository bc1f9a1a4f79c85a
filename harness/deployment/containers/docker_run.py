"""Makes `docker run` harmless: it uses a name of our own and changes nothing.

The command is parsed up to the image. Options about names, mounts, ports and the like
are replaced or refused; everything else stays as it is.
"""

import os
import shlex
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.containers.contained import apart
from harness.deployment.containers.contained import Copy
from harness.deployment.containers.mounts import AllowedMounts
from harness.deployment.containers.mounts import note
from harness.deployment.containers.mounts import Treatment
from harness.deployment.containers.mounts import treatment
from harness.deployment.containers.ports import measured_port
from harness.deployment.containers.ports import network_of
from harness.deployment.containers.ports import networks_of
from harness.deployment.containers.ports import published_words
from harness.deployment.containers.privileges import changes_devices
from harness.deployment.containers.privileges import is_beyond
from harness.deployment.containers.privileges import refuse_namespace
from harness.deployment.containers.privileges import SHARED_MEMORY
from harness.deployment.containers.privileges import UNMASKED
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal
from harness.deployment.containers.run_options import instead
from harness.deployment.containers.run_options import of_mount
from harness.deployment.containers.run_options import of_volume
from harness.deployment.containers.run_options import Option
from harness.deployment.containers.run_options import Run
from harness.records.files import begin_of

OWN_NETWORKS = ("", "default", "bridge", "host", "none")
"""Networks in which containers are not found by name."""


DROPPED = frozenset(
    # The user's own names and addresses, and settings that would outlive a check.
    {"name", "cidfile", "network-alias", "net-alias", "restart"}
    | {"ip", "ip6", "link-local-ip", "mac-address"}
    # Settings by which a proxy that watches the engine would find the container.
    | {"label", "label-file"}
    # Sharing with other containers, and settings that get others killed in its place.
    | {"volume-driver", "cgroup-parent", "oom-score-adj", "oom-kill-disable"}
    # A terminal, which a check does not have.
    | {"tty", "interactive", "attach", "detach-keys", "sig-proxy"}
    # Logs that are written elsewhere.
    | {"log-driver", "log-opt", "disable-content-trust"}
)

REFUSED = {
    "detach": Refusal.IN_BACKGROUND,
    "use-api-socket": Refusal.ENGINE_API,
}


class HarmlessRun(NamedTuple):
    """Options that touch nothing of the user's."""

    options: tuple[str, ...]
    copies: tuple[Copy, ...]
    notes: tuple[str, ...]
    variables: Mapping[str, str]
    """Variables that the command gives to the container, as far as known."""


def harmless(run: Run, folder: Path, keep: Sequence[str]) -> HarmlessRun:
    """The options, with everything of the user's that they could change replaced.

    Raises ``ContainerRefused`` for what cannot be replaced.
    """
    allowed = AllowedMounts(keep, folder)
    words: list[str] = []
    copies: list[Copy] = []
    targets: list[str] = []
    notes: list[str] = []
    read_only = any(e.name == "read-only" and e.value != "false" for e in run.options)
    variables: dict[str, str] = {}
    networks = networks_of(run)
    for each in run.options:
        _refuse(each)
    measured = measured_port(run)
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
            words += published_words(each) if each is measured else ()
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
            words += ("--network", network_of(each.value))
        else:
            variables |= _variables(each, folder)
            words += each.words
    allowed.check()
    return HarmlessRun(tuple(words), apart(copies, targets), tuple(notes), variables)


def _refuse(each: Option) -> None:
    if each.name in REFUSED and each.value != "false":
        raise ContainerRefused(REFUSED[each.name], option="-d")
    if each.name in ("network", "net") and each.value.startswith("container:"):
        other, option = each.value[10:], f"--{each.name}"
        raise ContainerRefused(Refusal.NETWORK_OF_ANOTHER, other=other, option=option)
    if each.name in ("pid", "ipc"):
        refuse_namespace(each.name, each.value, f"`{' '.join(each.words)}`")
    read_only = each.value.endswith(":ro")
    if each.name == "volumes-from" and not read_only:
        name = each.value.partition(":")[0]
        raise ContainerRefused(Refusal.VOLUMES_OF_ANOTHER, other=each.value, name=name)


def _is_beyond(each: Option, networks: set[str]) -> bool:
    """Whether this option lets a container change this machine or pass for another."""
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


def _variables(each: Option, folder: Path) -> dict[str, str]:
    """The variables that an option sets."""
    lines = [each.value] if each.name == "env" else []
    if each.name == "env" and each.value in os.environ:
        lines = [f"{each.value}={os.environ[each.value]}"]
    if each.name == "env-file":
        lines = begin_of(folder / each.value).splitlines()
    pairs = (line.strip().partition("=") for line in lines)
    return {name: value for name, equals, value in pairs if equals}


# -------------------------------------------------------------------------- command


def command(
    client: Sequence[str], name: str, own: Sequence[str], run: Run, made: HarmlessRun
) -> tuple[str, ...]:
    """The command that starts the container, with the options in ``own``."""
    words = ("--name", name, *own, *made.options, run.image, *run.arguments)
    if not made.copies:
        return (*client, "run", *words)
    steps = [shlex.join((*client, "create", *words)) + " > /dev/null"]
    for copy in made.copies:
        steps.append(copy.command(client, name))
    steps.append("exec " + shlex.join((*client, "start", "--attach", name)))
    return ("sh", "-ec", "\n".join(steps))
