"""Starts commands that start containers.

The processes of a container belong to the engine, so killing its client leaves them
running. Therefore everything that a check makes in an engine is labelled, and whatever
carries the label is removed. Files and folders may be copied into a container before it
starts.
"""

import os
import re
import shlex
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.shell import CommandLine
from harness.deployment.containers import copy_in
from harness.deployment.containers.engine import Engine
from harness.deployment.containers.engine import removing


class Copy(NamedTuple):
    """A file or a folder to copy into a container before it starts."""

    source: str
    target: str
    left_out: tuple[str, ...] = ()
    """Paths where something else is mounted."""

    def command(self, client: Sequence[str], container: str) -> str:
        """The shell line that makes this copy; ``container`` is already quoted."""
        words = (self.source, self.target, ":".join(self.left_out), *client)
        program = shlex.join((sys.executable, "-I", "-S", copy_in.__file__))
        return f"{program} {container} {shlex.join(words)}"


def apart(copies: Sequence[Copy], targets: Sequence[str]) -> tuple[Copy, ...]:
    """Copies that leave out whatever is mounted at other targets."""
    places = [os.path.normpath(target) for target in targets]
    return tuple(
        copy._replace(
            left_out=tuple(p for p in places if p != os.path.normpath(copy.target))
        )
        for copy in copies
    )


INSIDE = "/flask-concurrency"
"""Path of the folder with the hook in a container."""

HOOK = f"{INSIDE}/hook"

HOST = "host.docker.internal"
"""The name by which a container reaches the machine that it runs on."""

LISTEN = "0.0.0.0"
"""Address at which the probe listens for holds from containers, which cannot reach its
loopback."""

PROBE = tuple(f"FLASK_CONCURRENCY_{word}" for word in ("PROBE", "TOKEN", "PLACES"))
"""Variables by which containers find the probe."""

FOLDER = "/flask-concurrency-own"
"""Placeholder for the folder of a check, which is created at its start."""

FILE = "compose.json"

GATEWAY = f"{HOST}:host-gateway"


class Contained(NamedTuple):
    """A command that starts containers."""

    command: CommandLine
    """The command as given, without a shell around it."""
    started: CommandLine
    """The harmless command that is run instead, with what the probe needs."""
    engine: Engine
    label: str
    """The label of all that the command creates, with a placeholder for the port."""
    file: str = ""
    """Content of ``FILE`` in ``FOLDER``."""
    notes: tuple[str, ...] = ()
    """Notes on differences from production."""
    problem: str = ""
    """Why the engine cannot be reached, if it cannot."""
    release: str = ""

    @property
    def platforms(self) -> list[str]:
        """The platforms of the requested images, such as ``linux/arm64``."""
        words = " ".join(self.started.words)
        env = self.started.env.get("DOCKER_DEFAULT_PLATFORM", "")
        given = re.findall(r"--platform[= ](\S+)", words) or [env]
        found = {*re.findall(r'"platform":\s*"([^"]+)"', self.file), *given}
        return sorted(filter(None, found))

    def in_folder(self, folder: Path) -> CommandLine:
        """Write the files that the command needs to a folder; return the command."""
        if self.file:
            (folder / FILE).write_text(self.file)
        words = (word.replace(FOLDER, str(folder)) for word in self.started.words)
        return self.started._replace(words=tuple(words))

    def removing(self, port: int) -> Sequence[str]:
        """The command that removes the containers that were started with a port."""
        return removing(self.label.replace("{port}", str(port)), self.engine.client)


def behind_hook(theirs: str) -> list[str]:
    """The folders of a container's Python path that come after the hook."""
    return [each for each in theirs.split(":") if each not in ("", HOOK)]


def variables(own: Mapping[str, str]) -> dict[str, str]:
    """The variables with the probe's address as it is inside a container."""
    port = own["FLASK_CONCURRENCY_PROBE"].rpartition(":")[2]
    return {**own, "FLASK_CONCURRENCY_PROBE": f"{HOST}:{port}"}
