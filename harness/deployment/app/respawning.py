"""Recognizes servers whose workers end again and again while they start.

gunicorn, uWSGI and uvicorn start a new worker in place of one that ended; supervisors
and shell loops do the same with a whole server. An app that ends its process on import
then lets nobody in, however long one waits. Two signs together tell it from a slow app:
several processes of the same kind have come and gone, and apart from the process that
starts them, nothing is left that may answer.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from pathlib import PurePath
from typing import NamedTuple

import psutil

from harness.deployment.command.program import server_words
from harness.deployment.command.program import SERVERS
from harness.plan.wrappers import IS_PYTHON

ENDED = 5
"""Number of workers that must have ended, one after the other or together."""

ENDED_SUPERVISED = 3
"""The same for whole servers below a supervisor, which gives up after some."""

SECONDS = 8.0
"""The least time that must have passed since the first of them was seen."""

MARGIN_SECONDS = 2.0
"""A worker that outlives the ended ones by this much may stay."""

SHELLS = re.compile(r"(?:ba|da|a|z|k)?sh\b|busybox")
"""Shells: a loop in one may be waiting for something, unless it runs a server."""

WAITS = re.compile(r"wait|check|ping|health|migrat|upgrade|alembic|\bdb\b|^-c$", re.I)
"""Words of commands that a loop runs until they succeed, and that serve nothing."""

SUPERVISORS = frozenset({"supervisord", "circusd", "uwsgi", "runsv", "s6-supervise"})
"""Programs that restart others, whose command lines differ from their own."""

IDLE = frozenset({"supervisord", "circusd", "runsv", "runsvdir", "s6-supervise"})
"""Supervisors that answer nothing themselves, and start all that they have at once."""

BESIDE = re.compile(r"multiprocessing\.(?:resource_tracker|semaphore_tracker)")
"""Processes that live beside the workers of Python's ``multiprocessing``."""

NO_ANSWER = frozenset(
    {"nginx", "haproxy", "caddy", "envoy", "traefik", "sleep", "tail", "tee", "cat"}
)
"""Programs that answer nothing by themselves: a proxy needs a server behind it."""

SPAWNED = "multiprocessing.spawn"


SAID_SO = re.compile(
    rb"worker respawning too fast|\[emperor\] curse the uwsgi instance"
)
"""What uWSGI writes about workers and vassals that end at once.

It waits longer each time before it starts another, and most have ended before anyone
looks.
"""

MOST_READ = 100_000
"""Bytes that are read of a log at each look."""

SAID = 4
"""Number of such lines that uWSGI must have written."""


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

    def __init__(self, log: Path) -> None:
        self._seen: dict[Kind, dict[int, _Seen]] = {}
        self._log = log
        """What the server prints."""
        self._read = self._said = 0
        self._idle_since: float | None = None

    def is_idle(self, tree: Mapping[int, Running], now: float) -> bool:
        """Whether a supervisor has had no child process for a while."""
        if not any(_supervises(each, IDLE) for each in tree.values()) or not all(
            _supervises(each, IDLE) or SHELLS.match(PurePath(each.program).name)
            for each in tree.values()
        ):
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        return self._idle_since is not None and now - self._idle_since >= SECONDS

    def look(self, tree: Mapping[int, Running], now: float) -> bool:
        """Whether all that is left are workers that end again and again."""
        for process, running in tree.items():
            parent = tree.get(running.parent)
            if parent is not None and is_worker(running, parent):
                kind = running.parent, _but_numbers(running.words)
                group = self._seen.setdefault(kind, {})
                first = group[process].first if process in group else now
                group[process] = _Seen(first, now)
        return self._says_so(tree) or any(
            kind[0] in tree and self._is_vain(kind, tree, now) for kind in self._seen
        )

    def _says_so(self, tree: Mapping[int, Running]) -> bool:
        """Whether uWSGI says that workers keep ending, and nothing else is there."""
        kinds = {
            running.words
            for running in tree.values()
            if not SHELLS.match(PurePath(running.program).name)
        }
        if len(kinds) != 1 or "uwsgi" not in " ".join(*kinds):
            return False
        with self._log.open("rb") as file:
            file.seek(self._read)
            new = file.read(MOST_READ)
        end = new.rfind(b"\n") + 1
        if not end and len(new) == MOST_READ:
            end = len(new)  # uWSGI writes no line as long as this
        self._read += end
        self._said += len(SAID_SO.findall(new[:end]))
        return self._said >= SAID

    def _is_vain(self, kind: Kind, tree: Mapping[int, Running], now: float) -> bool:
        group, starter = self._seen[kind], tree[kind[0]]
        ended = [seen for process, seen in group.items() if process not in tree]
        enough = ENDED_SUPERVISED if _supervises(starter) else ENDED
        if len(ended) < enough or now - min(each.first for each in ended) < SECONDS:
            return False
        longest = max(each.last - each.first for each in ended) + MARGIN_SECONDS
        living = {process: seen for process, seen in group.items() if process in tree}
        elders = sum(now - seen.first > longest for seen in living.values())
        if elders > _routes(starter):
            return False
        above = set(_upwards(kind[0], tree))
        return all(
            process in above
            or not living.keys().isdisjoint(_upwards(process, tree))
            or _answers_nothing(running)
            for process, running in tree.items()
        )


def is_worker(process: Running, parent: Running) -> bool:
    """Whether a process is one that its parent restarts when it ends."""
    if SHELLS.match(PurePath(parent.program).name):
        return _serves(process.words)
    if process.words == parent.words or SPAWNED in " ".join(process.words):
        return True
    return _supervises(parent)


def _serves(words: tuple[str, ...]) -> bool:
    """Whether a command is that of a server, and not one that a loop waits for."""
    program, arguments = server_words(words)
    if any(map(WAITS.search, arguments)):
        return False
    return program in SERVERS or bool(IS_PYTHON.match(program))


def _supervises(running: Running, those: frozenset[str] = SUPERVISORS) -> bool:
    return not those.isdisjoint(PurePath(word).name for word in running.words[:3])


def _routes(running: Running) -> bool:
    """Whether uWSGI has a process that hands requests on, which has the same words."""
    words = running.words
    return "uwsgi" in " ".join(words[:3]) and any(map(_ROUTER.match, words))


_ROUTER = re.compile(r"--(?:http|https|http2|http11|fastrouter|rawrouter)(?:=|$)")


def _answers_nothing(running: Running) -> bool:
    if BESIDE.search(" ".join(running.words)):
        return True
    return PurePath(running.program).name in NO_ANSWER


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


def without_supervisors(processes: Iterable[int]) -> list[int]:
    """The processes that may answer: supervisors' ports are only for control."""
    running = processes_now(processes)
    return [number for number in running if not _supervises(running[number], IDLE)]
