"""The command and the configuration of a proxy in front of a server."""

import re
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.records.evidence import Front
from harness.records.plan import PlannedFront
from harness.system.command import output

VERSION_SECONDS = 10.0
"""Deadline for asking a proxy for its release."""


def front_of(
    planned: PlannedFront,
    env: Mapping[str, str],
    folder: Path,
    host: str,
    ports: Sequence[int],
) -> Front:
    """A planned proxy with all placeholders filled in.

    ``ports`` are the port of the server behind it, and its own.
    """
    behind, own = ports
    values = {
        "folder": str(folder),
        "host": host,
        "port": str(own),
        "upstream": f"{host}:{behind}",
    }
    filled = planned.fill(values)
    return Front(
        title=planned.title,
        version=_release(planned, env),
        command=filled.argv,
        file=filled.template,
    )


def _release(planned: PlannedFront, env: Mapping[str, str]) -> str:
    """The release that a proxy prints; empty if it prints none."""
    command = [planned.argv[0], *planned.version]
    printed = output(command, env=env, seconds=VERSION_SECONDS).all
    release = re.search(r"\d+(\.\d+)+", printed)
    return release[0] if release else ""
