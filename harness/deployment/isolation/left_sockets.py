"""Removes the Unix sockets that a killed server left behind."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from harness.deployment.isolation.layers import stays_in_layer


def remove_left(paths: Iterable[Path], folder: Path, begun: float) -> None:
    """Remove the sockets that a server has made in a folder since it has ``begun``.

    That is a time of day, in seconds. Older sockets are not its own, and those in a
    layer are gone with it.
    """
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            # The clocks of files and of programs may differ by a tick of the kernel.
            is_own = path.is_socket() and path.stat().st_ctime >= begun - 1
            if is_own and not stays_in_layer(path, folder):
                path.unlink()
