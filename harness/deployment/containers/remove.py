"""Remove what a check made in an engine: everything with its label, nothing else.

Run by path with ``-I -S`` as a process of its own, when the client that started the
containers has been killed: ``remove.py LABEL=VALUE CLIENT [OPTION ...]``, where CLIENT
is ``docker`` with its global options. The engine may still be creating a container that
the client asked for, so everything is looked for again until nothing is found.
"""

import subprocess
import sys
import time

KINDS = (
    (("ps", "--all", "--no-trunc"), ("rm", "--force", "--volumes")),
    (("network", "ls", "--no-trunc"), ("network", "rm")),
    (("volume", "ls"), ("volume", "rm", "--force")),
    (("images", "--no-trunc"), ("rmi", "--force")),
)
"""How to list and remove each kind, ordered so that nothing is still in use."""

SECONDS = 50.0
"""How long all removals may take: less than the warden waits."""

REST = 0.3
"""Seconds between two looks; a second look finds what was created meanwhile."""


def listed(
    client: list[str], words: tuple[str, ...], label: str, until: float
) -> list[str]:
    """The ids of things of one kind that carry the label."""
    done = subprocess.run(
        [*client, *words, "--quiet", "--filter", "label=" + label],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
        timeout=max(until - time.monotonic(), 0),
    )
    return sorted(set(done.stdout.decode().split()))


def remove_all(client: list[str], label: str, until: float) -> int:
    """Remove everything with the label before a deadline; return how much it was."""
    count = 0
    for look, remove in KINDS:
        ids = listed(client, look, label, until)
        count += len(ids)
        if ids:
            subprocess.run(
                [*client, *remove, *ids],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                timeout=max(until - time.monotonic(), 0),
            )
    return count


def main() -> int:
    label, client = sys.argv[1], sys.argv[2:]
    until = time.monotonic() + SECONDS
    try:
        remove_all(client, label, until)
        while time.monotonic() < until:
            time.sleep(REST)
            if not remove_all(client, label, until):
                return 0
    except (OSError, subprocess.SubprocessError):
        pass
    return 1


if __name__ == "__main__":
    sys.exit(main())
