"""A Docker engine: asks for its release, containers, images and networks.

Only what carries a label of ``labels`` is ever started, stopped or removed.
"""

import re
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import NamedTuple

import msgspec
import psutil

from harness.deployment.containers import labels
from harness.deployment.containers import remove
from harness.records.files import begin_of
from harness.system.command import output
from harness.system.warden import descendants

SECONDS = 60.0
"""How long the engine may take to answer."""

LISTS = (("ps", "--all"), ("network", "ls"), ("volume", "ls"))
"""Kinds of things that carry labels; images are removed with their containers."""


HERE = re.compile(
    r"$|<no value>|unix:|npipe:|fd:|tcp://(localhost|127[.\d]+|\[::1\])(:|/|$)"
)
"""Prefixes of the address of an engine on this machine."""


class EngineFailed(Exception):
    """The engine or its client failed; the message says why."""


class Container(NamedTuple):
    """A container that runs."""

    id: str
    process: int
    """Process id of its first process, as the engine sees it."""
    ports: Mapping[int, int]
    """Ports that it publishes on this machine, each with the one inside."""
    addresses: Mapping[str, str]
    """Addresses, by network."""
    on_host: bool
    """Whether the container uses this machine's network."""


class Engine(NamedTuple):
    """A client with its global options, and the variables that it runs with."""

    client: tuple[str, ...]
    folder: Path
    variables: Mapping[str, str]
    seconds: float = SECONDS
    """How long each answer may take."""

    def ask(self, *words: str) -> str:
        """Run the client; return what it prints. Raises ``EngineFailed``."""
        return self._run((*self.client, *words))

    def _run(self, words: Sequence[str]) -> str:
        env, seconds = self.variables, self.seconds
        done = output(words, seconds=seconds, cwd=self.folder, env=env)
        if done.problem:
            raise EngineFailed(" ".join(done.errors.split()) or done.problem)
        return done.text

    def release(self) -> tuple[str, str]:
        """The release of the engine, and its name if it is not Docker's.

        Raises ``EngineFailed``.
        """
        parts = "{{range .Server.Components}},{{.Name}}{{end}}"
        try:
            answer = self.ask("version", "--format", "{{.Server.Version}}" + parts)
        except EngineFailed as problem:
            if own := self._of_podman():
                return own, "Podman"
            raise EngineFailed(f"cannot reach the Docker engine: {problem}") from None
        release, *names = answer.strip().split(",")
        return release, next((name for name in names if "Podman" in name), "")

    def _of_podman(self) -> str:
        """The release of Podman, if the client is Podman by another name."""
        try:
            name, *words = self.ask("--version").split() or [""]
        except EngineFailed:
            return ""
        return words[-1] if name.lower() == "podman" and words else ""

    def elsewhere(self) -> str:
        """The address of an engine on another machine; empty for this one."""
        shown = "{{.Endpoints.docker.Host}}"
        try:
            place = self.ask("context", "inspect", "--format", shown).strip()
        except EngineFailed:
            return ""  # one that is too old for contexts, or cannot be reached
        return "" if HERE.match(place) else place

    def addresses(self) -> dict[str, str]:
        """The addresses of the engine's networks, by name. Raises ``EngineFailed``."""
        names = self.ask("network", "ls", "--quiet").split()
        networks = msgspec.json.decode(self.ask("network", "inspect", *names))
        return {
            config["Subnet"]: network["Name"]
            for network in networks
            for config in (network.get("IPAM") or {}).get("Config") or ()
            if "Subnet" in config
        }

    def mounted(self, container: str) -> list[str]:
        """The paths that a container mounts; none if there is no such container."""
        try:
            answer = self.ask("inspect", container, "--format", "{{json .Mounts}}")
            return [each["Source"] for each in msgspec.json.decode(answer)]
        except (EngineFailed, msgspec.DecodeError, KeyError):
            return []

    def image_variables(self, image: str) -> dict[str, str]:
        """The variables that an image sets; none when it is not on this machine."""
        try:
            answer = self.ask("image", "inspect", image, "--format", "{{json .Config}}")
            config = msgspec.json.decode(answer)
        except (EngineFailed, msgspec.DecodeError):
            return {}
        env = (each.partition("=") for each in (config or {}).get("Env") or ["PATH="])
        return {name: value for name, _, value in env}

    def containers(self, label: str) -> list[Container]:
        """The running containers with a label. Raises ``EngineFailed``."""
        ids = self.ask("ps", "--quiet", "--no-trunc", "--filter", f"label={label}")
        if not ids.split():
            return []
        answer = self.ask("inspect", *ids.split())
        return [_container(each) for each in msgspec.json.decode(answer)]

    def remove_what_was_left(self) -> None:
        """Remove what checks that were killed left behind. Raises ``EngineFailed``."""
        for owner in sorted(set(self._owners())):
            if labels.is_gone(owner):
                self._run(removing(f"{labels.OWNER}={owner}", self.client))

    def _owners(self) -> Iterator[str]:
        wanted = ("--filter", f"label={labels.OWNER}")
        shown = ("--format", f'{{{{.Label "{labels.OWNER}"}}}}')
        for words in LISTS:
            yield from self.ask(*words, *wanted, *shown).split()


def removing(label: str, client: Sequence[str]) -> tuple[str, ...]:
    """The command that removes everything with a label."""
    return (sys.executable, "-I", "-S", remove.__file__, label, *client)


def _container(inspected: Mapping[str, Any]) -> Container:
    networks = inspected["NetworkSettings"]
    ports = {
        int(binding["HostPort"]): int(inside.partition("/")[0])
        for inside, bindings in (networks["Ports"] or {}).items()
        for binding in bindings or ()
    }
    addresses = {
        name: each["IPAddress"]
        for name, each in networks["Networks"].items()
        if each["IPAddress"]
    }
    on_host = inspected["HostConfig"]["NetworkMode"] == "host"
    process = inspected["State"]["Pid"]
    return Container(inspected["Id"], process, ports, addresses, on_host)


# ------------------------------------------------------------ processes, as seen here


def are_seen_here(containers: Sequence[Container]) -> bool:
    """Whether the engine's processes are visible here under the same ids.

    They are not if it runs in a virtual machine, or on another machine.
    """
    return bool(containers) and all(map(_is_of, containers))


def processes(containers: Sequence[Container]) -> list[int]:
    """The processes in containers, as of now."""
    firsts = [container.process for container in containers]
    return [*firsts, *(below for first in firsts for below in descendants(first))]


def _is_of(container: Container) -> bool:
    """Whether a process id of the engine belongs to the same container here."""
    return container.id in begin_of(Path(f"/proc/{container.process}/cgroup"))


def proxies(port: int) -> list[int]:
    """The engine's own processes that forward connections to a port."""
    commands = ((p.pid, p.info["cmdline"]) for p in psutil.process_iter(["cmdline"]))
    return [
        process
        for process, words in commands
        if words and words[0].endswith("docker-proxy") and str(port) in words
    ]


def reached_from_inside(containers: Sequence[Container], port: int) -> str | None:
    """The ``HOST:PORT`` at which a container reaches the server behind a local port.

    ``None`` if none publishes it: then the address is the same as outside.
    """
    for container in containers:
        inside = container.ports.get(port)
        if inside is None:
            continue
        shared = sorted(
            container.addresses,
            key=lambda name: -sum(name in other.addresses for other in containers),
        )
        if shared:
            return f"{container.addresses[shared[0]]}:{inside}"
    return None
