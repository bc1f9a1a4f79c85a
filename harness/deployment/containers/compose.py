"""A Compose project, made harmless: everything in it belongs to the check alone.

Compose is asked what its files come to. Of that a file is made whose containers,
volumes, networks and images have no name of the user's, whose mounts change nothing
(see ``mounts``), which publishes one port, to this machine, and in which every service
has the hook. The user's own files are only read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import NamedTuple

import msgspec

from harness.deployment.containers.compose_mounts import ProjectMounts
from harness.deployment.containers.compose_networks import replace_networks
from harness.deployment.containers.docker_run import Copy
from harness.deployment.containers.docker_run import is_for_tls
from harness.deployment.containers.docker_run import LOOPBACK
from harness.deployment.containers.docker_run import NONE
from harness.deployment.containers.mounts import AllowedMounts
from harness.deployment.containers.mounts import ContainerRefused
from harness.deployment.containers.privileges import refuse_namespace
from harness.deployment.containers.privileges import without_those_beyond

STAND_IN = "47731"
"""A stand-in for the port while Compose is asked; each start replaces it."""

VARIABLE = "FLASK_CONCURRENCY_PORT"

DROPPED = frozenset({"container_name", "logging", "restart", "profiles", "pull_policy"})
"""Keys of a service that name what is not its own, or what would outlive a check."""


# ------------------------------------------------------------------------- the file


class HarmlessProject(NamedTuple):
    """A project that touches nothing of the user's."""

    file: str
    copies: tuple[tuple[str, Copy], ...]
    """What is copied into the containers of a service before they start."""
    notes: tuple[str, ...]


class Additions(NamedTuple):
    """What is added to each service."""

    labels: Mapping[str, str]
    environment: Mapping[str, str]
    hook: str
    """The folder with the hook, and where it is mounted."""
    inside: str
    hosts: Sequence[str]


def harmless(
    model: dict[str, Any],
    additions: Additions,
    folder: Path,
    keep: Sequence[str],
    images: Images,
    taken: Mapping[str, str],
) -> HarmlessProject:
    """Make a harmless Compose file from the model that Compose prints.

    ``taken`` has the addresses of the engine's networks, each with its name. Raises
    ``ContainerRefused`` for what cannot be replaced.
    """
    allowed = AllowedMounts(keep, folder)
    made = _ProjectModel(model, additions, allowed, images)
    for name, service in model.get("services", {}).items():
        made.service(name, service)
    made.notes += replace_networks(model, additions.labels, taken)
    made.mounts.replace_volumes()
    made.ports()
    allowed.check()
    model.pop("name", None)
    text = msgspec.json.encode(_with_variable(model)).decode()
    notes = tuple(dict.fromkeys((*made.mounts.notes, *made.notes)))
    return HarmlessProject(text, made.mounts.copies, notes)


class Images(NamedTuple):
    """What is known about the images of a project."""

    name: str
    """Prefix of the names of images that are built."""
    build: bool
    """Whether to build images that are there already."""
    present: Mapping[str, Mapping[str, str]]
    """The variables of images that are on this machine."""


class _ProjectModel:
    """The model that Compose makes of its files, while it is changed."""

    def __init__(
        self,
        model: dict[str, Any],
        additions: Additions,
        allowed: AllowedMounts,
        images: Images,
    ) -> None:
        self.model = model
        self.additions = additions
        self.images = images
        self.mounts = ProjectMounts(model, additions.labels, allowed)
        self.notes: list[str] = []

    # Services --------------------------------------------------------------------

    def service(self, name: str, service: dict[str, Any]) -> None:
        """Replace whatever a service could change, and add the hook."""
        _refuse(name, service)
        for key in DROPPED:
            service.pop(key, None)
        self._privileges(name, service)
        service["labels"] = {**(service.get("labels") or {}), **self.additions.labels}
        self._image(name, service)
        self._environment(service)
        mounts = [
            each
            for each in service.get("volumes", ())
            if each.get("target") != self.additions.inside
        ]
        service["volumes"] = [
            other
            for each in mounts
            for other in self.mounts.replaced(
                name, each, bool(service.get("read_only"))
            )
        ]
        service["volumes"].append(
            {
                "type": "bind",
                "source": self.additions.hook,
                "target": self.additions.inside,
                "read_only": True,
            }
        )

    def _privileges(self, name: str, service: dict[str, Any]) -> None:
        """Let a service change nothing of this machine."""
        if service.pop("privileged", False):
            self.notes.append(f"service {name}: privileged is left out")
        capabilities = service.get("cap_add") or []
        if less := without_those_beyond(capabilities):
            service["cap_add"] = less
        else:
            service.pop("cap_add", None)
        for each in sorted(set(capabilities) - set(less)):
            self.notes.append(f"service {name}: {each} of cap_add is left out")

    def _image(self, name: str, service: dict[str, Any]) -> None:
        """Build under a name of our own, unless the image is there and is not built."""
        image = service.get("image", "")
        build = service.get("build")
        if build is None:
            return
        if image in self.images.present and not self.images.build:
            del service["build"]
            return
        service["image"] = f"{self.images.name}-{name}"
        for key in ("tags", "cache_to", "privileged", "entitlements"):
            build.pop(key, None)
        build["labels"] = {**(build.get("labels") or {}), **self.additions.labels}

    def _environment(self, service: dict[str, Any]) -> None:
        given = service.get("environment") or {}
        image = self.images.present.get(service.get("image", ""), {})
        theirs = given.get("PYTHONPATH") or image.get("PYTHONPATH", "")
        hook = self.additions.environment["PYTHONPATH"]
        behind = [each for each in theirs.split(":") if each and each != hook]
        path = ":".join((hook, *behind))
        service["environment"] = {
            **given,
            **self.additions.environment,
            "PYTHONPATH": path,
        }
        if not re.match("service:|container:|none$", service.get("network_mode", "")):
            hosts = [re.sub("=", ":", e, count=1) for e in _listed(service)]
            service["extra_hosts"] = list(
                dict.fromkeys((*hosts, *self.additions.hosts))
            )

    # Ports ------------------------------------------------------------------------

    def ports(self) -> None:
        """Publish only the port that is measured, and only to this machine."""
        services = self.model.get("services", {}).values()
        published = [
            (service, port)
            for service in services
            for port in service.get("ports", ())
            if port.get("published")
        ]
        ours = [port for _, port in published if port["published"] == STAND_IN]
        every = [port for service in services for port in service.get("ports", ())]
        given = [port for _, port in published]
        plain = [port for port in given if not is_for_tls(str(port.get("target")))]
        for candidates in (given, plain, every):
            if not ours and len(candidates) == 1:
                ours = candidates  # which it is, is not in doubt
        on_host = any(each.get("network_mode") == "host" for each in services)
        if not ours and not on_host:
            raise ContainerRefused(_about_ports([port for _, port in published]))
        for _, port in published:
            if port not in ours:
                self.notes.append(f"port {port['published']}: not published")
        for name, service in self.model.get("services", {}).items():
            _refuse_replicas(name, service, ours)
            service["ports"] = [
                {**port, "published": STAND_IN, "host_ip": LOOPBACK}
                for port in service.get("ports", ())
                if port in ours
            ]


def _refuse_replicas(
    name: str, service: Mapping[str, Any], ours: Sequence[Mapping[str, Any]]
) -> None:
    """Raise ``ContainerRefused`` where several containers publish the one port."""
    replicas = (service.get("deploy") or {}).get("replicas")
    count = service.get("scale") or (1 if replicas is None else replicas)
    if count > 1 and any(port in ours for port in service.get("ports", ())):
        raise ContainerRefused(
            f"service {name} runs {count} times, and each would publish the port that "
            "is measured; publish that of a proxy in front of it, or check one"
        )


def _listed(service: Mapping[str, Any]) -> list[str]:
    """The extra hosts of a service, in either spelling."""
    hosts = service.get("extra_hosts") or []
    if isinstance(hosts, Mapping):
        return [f"{name}:{address}" for name, address in hosts.items()]
    return list(hosts)


def _about_ports(published: Sequence[Mapping[str, Any]]) -> str:
    listed = ", ".join(str(each["published"]) for each in published) or "no port"
    which = "and it cannot be told which is measured" if published else NONE
    return (
        f"publishes {listed}, {which}; write a variable in the Compose file, "
        'such as "127.0.0.1:${PORT:-8080}:80", and hand it on: '
        'env = { PORT = "{port}" }'
    )


def _refuse(name: str, service: Mapping[str, Any]) -> None:
    """Raise ``ContainerRefused`` for a service that reaches into other containers."""
    mode = service.get("network_mode", "")
    if mode.startswith("container:"):
        raise ContainerRefused(
            f"service {name} has the network of another container, {mode[10:]}, and "
            "would listen there; leave out network_mode"
        )
    for kind in ("pid", "ipc"):
        where = f"{kind} of service {name}"
        refuse_namespace(kind, str(service.get(kind) or ""), where)
    for each in service.get("volumes_from", ()):
        if each.startswith("container:") and not each.endswith(":ro"):
            raise ContainerRefused(
                f"service {name} could write to the volumes of another container; "
                f"write {each.removesuffix(':rw')}:ro in volumes_from"
            )
    if service.get("use_api_socket"):
        raise ContainerRefused(
            f"service {name} has the engine's own socket, by which it can stop all "
            "other containers; leave out use_api_socket"
        )
    for key in ("provider", "models"):
        if service.get(key):
            raise ContainerRefused(
                f"service {name} has a {key.removesuffix('s')}, which another program "
                "makes, and nobody would remove what that has made; start it before "
                f"the check, and leave out {key} in a Compose file for the check"
            )


def _with_variable(value: Any) -> Any:
    """The value with a variable in place of the port."""
    if isinstance(value, dict):
        return {key: _with_variable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_variable(each) for each in value]
    if isinstance(value, str) or value == int(STAND_IN):
        place = "${" + VARIABLE + "}"
        return re.sub(rf"(?<!\d){STAND_IN}(?!\d)", place, str(value))
    return value
