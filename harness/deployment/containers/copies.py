"""Copies files and folders into a container before it starts."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from typing import NamedTuple

from harness.deployment.containers import copy_in


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
