"""Recognizes servers whose workers end again and again while they start.

gunicorn, uWSGI and uvicorn start a new worker in place of one that ended. An app that
ends its process when it is imported lets nobody in then, however long one waits. Two
things together tell that from an app that is slow: of the same kind several processes
were there and are gone, and nothing else lives beside the process that starts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple

import psutil

ENDED = 5
"""Number of workers that must have ended, one after the other or together."""

SECONDS = 8.0
"""The least time since the first of them was seen."""

MARGIN_SECONDS = 2.0
"""A worker that outlives the ended ones by this much may stay."""

SHELLS = re.compile(r"(?:ba|da|a|z|k)?sh\b|busybox")
"""Shells, which show nothing: a loop may be waiting for something."""

SUPERVISORS = frozenset({"supervisord", "circusd", "uwsgi", "runsv", "s6-supervise"})
"""Programs that restart others, whose command lines differ from their own."""

BESIDE = re.compile(r"multiprocessing\.(?:resource_tracker|semaphore_tracker)")
"""Processes that live beside the workers of Python's ``multiprocessing``."""

SPAWNED = "multiprocessing.spawn"


class Running(NamedTuple):
    """What shows whose worker a process is."""

    parent: int
    words: tuple[str, ...]
    program: str
    """The path of the executable."""


class _Seen(NamedTuple):
    first: float
    last: float


Kind = tuple[int, str]
"""The parent of workers, and their command line without numbers."""


class Respawning:
    """Remembers the workers of a server from one look to the next."""

    def __init__(self) -> None:
        self._seen: dict[Kind, dict[int, _Seen]] = {}

    def look(self, tree: Mapping[int, Running], now: float) -> bool:
        """Whether all that is left are workers that end again and again."""
        for process, running in tree.items():
            parent = tree.get(running.parent)
            if parent is not None and is_worker(running, parent):
                kind = running.parent, _but_numbers(running.words)
                group = self._seen.setdefault(kind, {})
                first = group[process].first if process in group else now
                group[process] = _Seen(first, now)
        return any(
            kind[0] in tree and self._is_vain(kind, tree, now) for kind in self._seen
        )

    def _is_vain(self, kind: Kind, tree: Mapping[int, Running], now: float) -> bool:
        group = self._seen[kind]
        ended = [seen for process, seen in group.items() if process not in tree]
        if len(ended) < ENDED or now - min(each.first for each in ended) < SECONDS:
            return False
        longest = max(each.last - each.first for each in ended) + MARGIN_SECONDS
        living = {process: seen for process, seen in group.items() if process in tree}
        if any(now - seen.first > longest for seen in living.values()):
            return False
        above = set(_upwards(kind[0], tree))
        return all(
            process in above
            or not living.keys().isdisjoint(_upwards(process, tree))
            or BESIDE.search(" ".join(running.words))
            for process, running in tree.items()
        )


def is_worker(process: Running, parent: Running) -> bool:
    """Whether a process is a worker that its parent replaces when it ends."""
    if SHELLS.match(PurePath(parent.program).name):
        return False
    if process.words == parent.words or SPAWNED in " ".join(process.words):
        return True
    return not SUPERVISORS.isdisjoint(PurePath(word).name for word in parent.words[:3])


def _but_numbers(words: Iterable[str]) -> str:
    return re.sub(r"\d+", "0", " ".join(words))


def _upwards(process: int, tree: Mapping[int, Running]) -> Iterable[int]:
    """A process and its ancestors within a tree."""
    while process in tree:
        yield process
        process = tree[process].parent


def processes_now(processes: Iterable[int]) -> dict[int, Running]:
    """The running processes of a tree."""
    tree = {}
    for number in processes:
        try:
            process = psutil.Process(number)
            with process.oneshot():
                if process.status() != psutil.STATUS_ZOMBIE:
                    words = tuple(process.cmdline())
                    tree[number] = Running(process.ppid(), words, process.exe())
        except psutil.Error:
            continue
    return tree
