"""Mounts of the services of a Compose project, and the project's volumes."""

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from harness.deployment.containers.contained import apart
from harness.deployment.containers.contained import Copy
from harness.deployment.containers.mounts import AllowedMounts
from harness.deployment.containers.mounts import Mount
from harness.deployment.containers.mounts import note
from harness.deployment.containers.mounts import Treatment
from harness.deployment.containers.mounts import treatment
from harness.deployment.containers.run_options import OWN
from harness.deployment.containers.run_options import refuse_type


@dataclass
class ProjectMounts:
    """The mounts of a project, while they are replaced by harmless ones."""

    _model: dict[str, Any]
    _labels: Mapping[str, str]
    _allowed: AllowedMounts
    notes: list[str] = field(default_factory=list)
    _copies: list[tuple[str, Copy]] = field(default_factory=list)
    _targets: dict[str, list[str]] = field(default_factory=dict)
    """The paths at which something is mounted, by service."""
    _volumes: dict[str, str] = field(default_factory=dict)
    """The volumes that replace folders of this machine, by folder."""
    _unchanged: set[str] = field(default_factory=set)

    def replaced(
        self, service: str, each: dict[str, Any], read_only: bool
    ) -> Iterator[dict[str, Any]]:
        """Make the harmless mount that replaces a mount of a service."""
        self._targets.setdefault(service, []).append(each["target"])
        if each["type"] in OWN:
            yield each
            return
        if each["type"] not in ("bind", "volume"):
            refuse_type(each["type"], each["target"])
        mount = self._mount(each)
        what = treatment(mount, self._allowed, read_only)
        self.notes += filter(None, [note(mount, what)])
        target, source = mount.target, str(each.get("source", ""))
        if what is Treatment.UNCHANGED:
            if not mount.is_bind and source:
                self._unchanged.add(source)
            yield each
        elif mount.is_bind and what is Treatment.COPIED:
            self._copies.append((service, Copy(source, target)))
            if Path(source).is_dir():
                name = self._volume_for(source)
                own = {"type": "volume", "source": name, "target": target}
                yield {**own, "volume": {"nocopy": True}}
        elif what is Treatment.READ_ONLY:
            yield {**each, "read_only": True}
        elif what is Treatment.ALONE:
            yield {
                **each,
                "bind": {**(each.get("bind") or {}), "recursive": "disabled"},
            }
        elif mount.is_bind and what is Treatment.EMPTY:
            yield {"type": "volume", "target": target}
        elif what is Treatment.EMPTY:
            options = {**(each.get("volume") or {})}
            options.pop("subpath", None)  # an empty volume does not have that
            yield {**each, "volume": options}

    @property
    def copies(self) -> tuple[tuple[str, Copy], ...]:
        """What to copy into containers, each copy with its service."""
        return tuple(
            (service, each)
            for service, copy in self._copies
            for each in apart([copy], self._targets[service])
        )

    def _mount(self, each: Mapping[str, Any]) -> Mount:
        source, is_bind = str(each.get("source", "")), each["type"] == "bind"
        if not is_bind and source:
            source = self._name_of(source)
        # `Z` would give what is mounted to this container alone.
        alone = (each.get("bind") or {}).get("selinux") == "Z"
        read_only = bool(each.get("read_only")) and not alone
        return Mount(source, each["target"], read_only, is_bind)

    def _name_of(self, key: str) -> str:
        """The name of a volume from outside the project; empty for its own."""
        volume = self._model.get("volumes", {}).get(key) or {}
        name = str(volume.get("name", ""))
        own = f"{self._model.get('name')}_{key}"
        fixed = volume.get("external") or name != own or volume.get("driver_opts")
        return name if fixed else ""

    def _volume_for(self, folder: str) -> str:
        """The volume for a folder: one each, so that services still share it."""
        name = f"copied-{len(self._volumes) + 1}"
        return self._volumes.setdefault(folder, name)

    def replace_volumes(self) -> None:
        """Replace volumes that others may use too, unless the user allows them."""
        volumes = self._model.setdefault("volumes", {})
        for key, volume in volumes.items():
            volume = volume or {}
            if key in self._unchanged and self._name_of(key):
                volumes[key] = {"name": volume["name"], "external": True}
            else:
                volumes[key] = {"labels": dict(self._labels)}
        for name in self._volumes.values():
            volumes[name] = {"labels": dict(self._labels)}
