"""Makes a Compose project harmless: everything in it belongs to the check alone.

Compose is asked for the model that it makes of its files. That is turned into a file
whose containers, volumes, networks and images have none of the user's names, whose
mounts change nothing (see ``mounts``), which publishes one port, only to this machine,
and in which every service has the hook. The user's own files are only read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from typing import NamedTuple

import msgspec

from harness.deployment.containers import labels
from harness.deployment.containers.compose_mounts import ProjectMounts
from harness.deployment.containers.compose_networks import replace_networks
from harness.deployment.containers.contained import behind_hook
from harness.deployment.containers.contained import Copy
from harness.deployment.containers.contained import GATEWAY
from harness.deployment.containers.contained import HOOK
from harness.deployment.containers.contained import INSIDE
from harness.deployment.containers.contained import PROBE
from harness.deployment.containers.mounts import AllowedMounts
from harness.deployment.containers.ports import publish_measured
from harness.deployment.containers.ports import STAND_IN
from harness.deployment.containers.privileges import drop_privileges
from harness.deployment.containers.privileges import refuse_reaching
from harness.measure.target import TARGET

VARIABLE = "FLASK_CONCURRENCY_PORT"
PLACE = "${" + VARIABLE + "}"
PATH = "FLASK_CONCURRENCY_PATH"

DROPPED = frozenset(
    {"container_name", "restart", "profiles", "annotations", "label_file"}
    | {"cgroup_parent", "oom_score_adj", "oom_kill_disable"}
)
"""Keys of a service about things that others share, or that would outlive a check."""

LOGGING = {"driver": "json-file"}
"""Logging settings of every container of a check, in place of the engine's own."""

MOUNT = {"type": "bind", "source": str(TARGET), "target": INSIDE, "read_only": True}
"""The mount that has the hook, in every service."""

OWN_NETWORK = re.compile(r"(service:.*|host|none|bridge|default|)$")
"""Network modes in which a container is not found by any name."""


# ------------------------------------------------------------------------- the file


class HarmlessProject(NamedTuple):
    """A Compose project that touches nothing of the user's."""

    file: str
    copies: tuple[tuple[str, Copy], ...]
    """Files to copy into the containers of a service before they start."""
    notes: tuple[str, ...]
    built: Mapping[str, str] = MappingProxyType({})
    """Images that are built first, to see what follows the hook in their Python path;
    each by the variable in the file that takes that path."""


def harmless(
    model: dict[str, Any],
    labels: Mapping[str, str],
    folder: Path,
    keep: Sequence[str],
    images: Images,
    in_use: Mapping[str, str],
) -> HarmlessProject:
    """Make a harmless Compose file from the model that Compose prints.

    Everything in it has the ``labels``. ``in_use`` has the addresses of the engine's
    networks, each with its name. Raises ``ContainerRefused`` for what cannot be
    replaced.
    """
    allowed = AllowedMounts(keep, folder)
    mounts = ProjectMounts(model, labels, allowed)
    made = _ProjectModel(model, labels, images, mounts)
    for name, service in model.get("services", {}).items():
        made.service(name, service)
    made.notes += replace_networks(model, labels, in_use)
    mounts.replace_volumes()
    made.notes += publish_measured(model)
    allowed.check()
    model.pop("name", None)
    text = msgspec.json.encode(_with_variable(model)).decode()
    notes = tuple(dict.fromkeys((*mounts.notes, *made.notes)))
    return HarmlessProject(text, mounts.copies, notes, made.built)


class Images(NamedTuple):
    """The known facts about the images of a project."""

    name: str
    """Prefix of the names of images that are built."""
    build: bool
    """Whether to build images that are there already."""
    present: Mapping[str, Mapping[str, str]]
    """The variables of images that are on this machine."""


@dataclass
class _ProjectModel:
    """The model that Compose makes of its files, while it is changed."""

    model: dict[str, Any]
    labels: Mapping[str, str]
    images: Images
    mounts: ProjectMounts
    notes: list[str] = field(default_factory=list)
    built: dict[str, str] = field(default_factory=dict)

    # Services --------------------------------------------------------------------

    def service(self, name: str, service: dict[str, Any]) -> None:
        """Replace whatever a service could change, and add the hook."""
        refuse_reaching(name, service)
        for key in DROPPED:
            service.pop(key, None)
        self.notes += drop_privileges(name, service)
        service["labels"] = {**labels.PASSED_OVER, **self.labels}
        service["logging"] = LOGGING
        if service.get("pull_policy") != "never":
            service.pop("pull_policy", None)
        self._network(name, service)
        self._image(name, service)
        self._environment(name, service)
        read_only = bool(service.get("read_only"))
        service["volumes"] = [
            other
            for each in service.get("volumes", ())
            if each.get("target") != INSIDE
            for other in self.mounts.replaced(name, each, read_only)
        ] + [MOUNT]

    def _network(self, name: str, service: dict[str, Any]) -> None:
        """Replace a network that other containers are in by one of the project."""
        mode = service.get("network_mode", "")
        if not OWN_NETWORK.match(mode):
            self.notes.append(f"network {mode}: one of the check's own in its place")
            del service["network_mode"]
            service["networks"] = {"default": None}
            self.model.setdefault("networks", {}).setdefault("default", {})

    def _image(self, name: str, service: dict[str, Any]) -> None:
        """Build an image under our own name, unless a finished image is to be used."""
        image = service.get("image", "")
        build = service.get("build")
        if build is None:
            return
        if image in self.images.present and not self.images.build:
            del service["build"]
            return
        service["image"] = f"{self.images.name}-{name}"
        for key in ("tags", "cache_to", "privileged", "entitlements", "pull"):
            build.pop(key, None)
        build["labels"] = dict(self.labels)

    def _environment(self, name: str, service: dict[str, Any]) -> None:
        given = service.get("environment") or {}
        image = self.images.present.get(service.get("image", ""), {})
        theirs = given.get("PYTHONPATH") or image.get("PYTHONPATH", "")
        behind = behind_hook(theirs)
        path = ":".join((HOOK, *behind))
        if not behind and "build" in service:
            variable = f"{PATH}_{len(self.built) + 1}"
            self.built[variable] = service["image"]
            path = f"{HOOK}${{{variable}:-}}"
        empty = labels.emptied({**image, **given})
        self.notes += map(labels.note, empty)
        probe = {each: f"${{{each}}}" for each in PROBE}
        service["environment"] = {**given, **empty, **probe, "PYTHONPATH": path}
        if not re.match("service:|container:|none$", service.get("network_mode", "")):
            hosts = [re.sub("=", ":", e, count=1) for e in _listed(service)]
            service["extra_hosts"] = list(dict.fromkeys((*hosts, GATEWAY)))


def _listed(service: Mapping[str, Any]) -> list[str]:
    """The extra hosts of a service, in either spelling."""
    hosts = service.get("extra_hosts") or []
    if isinstance(hosts, Mapping):
        return [f"{name}:{address}" for name, address in hosts.items()]
    return list(hosts)


def _with_variable(value: Any) -> Any:
    """Replace the port in a value by a variable."""
    if isinstance(value, dict):
        return {key: _with_variable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_variable(each) for each in value]
    if isinstance(value, str) or value == int(STAND_IN):
        return re.sub(rf"(?<!\d){STAND_IN}(?!\d)", PLACE, str(value))
    return value
