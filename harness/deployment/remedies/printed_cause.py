"""Finds in a server's output the line that names the cause of its end."""

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from harness.deployment.isolation.no_engine import NOWHERE
from harness.deployment.isolation.stand_ins import REFUSED
from harness.probe.ready import CauseKnown

PROBES = "/.flask-concurrency/"
"""Text that marks log lines about the probe's own requests."""

NOT_PERMITTED = "Operation not permitted"

CAUSES = (
    re.compile(rf".*(?:{re.escape(REFUSED)}|{NOWHERE})"),
    re.compile(rf".*\b{NOT_PERMITTED}$"),
    re.compile(r".*\bexec format error$"),
    re.compile(r".*(?:toomanyrequests|429 Too Many Requests|[Nn]o space left on)"),
    re.compile(r"\(?(?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit)\b"),
    re.compile(r"Listen queue size is greater than the system max"),
    re.compile(r".*\battribute\b.*['\"]", re.IGNORECASE),
    re.compile(r"service .* didn't complete successfully"),
    re.compile(r"environment variable \"\w+\" required by"),
    re.compile(r"[\w./-]+: error: "),
    re.compile(r"[Uu]sage: \S"),
    re.compile(
        r".*\b(?:unable to|failed to|could not|cannot|not found"
        r"|no such file or directory|no python application found|unknown option)\b",
        re.IGNORECASE,
    ),
)
"""Beginnings of lines that name the cause of a server's end: something that a check or
the kernel refused, a rate limit or a full disk, an exception, an app that is not in its
module (in the words of gunicorn, uvicorn and waitress), a service that Compose waited
for in vain or a variable that it lacks, what argparse objects to, how a program is to
be called, any other error."""


NO_CAUSE = re.compile(
    r".*\b(?:INFO|DEBUG)\b|\[uWSGI\]|(?!\.?/|-\w*sh: )[^\w\[(]"
    r"|(?:spawned|mapped|your|uwsgi|thunder|detected|machine)\b"
    r"|\[.*\[ERROR\] (?:Worker \(pid|Shutting down|Reason: (?:Worker|App) failed"
    r"|Control server error)"
    r"|worker respawning|Respawned uWSGI|DAMN ! worker|.*\[emperor\] "
    r"|Attaching to |(?:Network|Container|Volume|Image) flask-concurrency-"
    r"|[\w.-]+ exited with code \d|[\w.-]+ +Built$|time=\S+ level=(?:info|warn)"
    r"|.*\bno longer\b|.*\bGracefully\b|SIGINT|goodbye",
    re.IGNORECASE,
)
"""Beginnings of lines that servers print at every start or stop."""


class PrintedCause(NamedTuple):
    """What a server printed that names the cause of its end."""

    words: str = ""
    """A clause with the line; empty if no line names a cause."""
    is_error: bool = False
    """Whether the line is an error, and not just the last one."""


def printed_cause(log: str, known: CauseKnown) -> PrintedCause:
    """The last of the lines that most likely name the cause."""
    if known is CauseKnown.SURELY:
        return PrintedCause()
    lines = [
        _OF_WHICH.sub("", line.strip())
        for line in _plain(log).splitlines()
        if PROBES not in line and not _OF_HONCHO.match(line)
    ]
    lines = [line for line in lines if line and not NO_CAUSE.match(line)]
    for cause in CAUSES:
        if errors := [line for line in lines if cause.match(line)]:
            said = f"it said: {errors[-1]}{_details(errors[-1], lines)}"
            return PrintedCause(said, is_error=True)
    lines = lines or _KILLED.findall(_plain(log))
    if not lines or known is CauseKnown.LIKELY:
        return PrintedCause()
    return PrintedCause(f"the last line that it printed: {lines[-1]}")


def _plain(log: str) -> str:
    """The output without sequences that move a cursor."""
    return _OF_TERMINALS.sub("", _WITHIN.sub("\n", log.replace("\r", "\n")))


_OF_TERMINALS = re.compile(r"(?m)\x1b\[[0-9;?]*[A-Za-z]|^\[K")

_OF_WHICH = re.compile(r"(?:\d\d:\d\d:\d\d )?[\w-]+[.-]\d+\s+\| ")
"""The prefix by which honcho, foreman and Compose name the process of a line."""

_WITHIN = re.compile(r"(?<=\S)(?=\[\d{4}-\d\d-\d\d [^]]+\] \[\d+\] \[[A-Z]+\] )")
"""Where a line of gunicorn begins inside one that another process has not ended yet."""

_OF_HONCHO = re.compile(r"\d\d:\d\d:\d\d system\s+\| ")
"""The beginning of lines that honcho and foreman write themselves."""

_KILLED = re.compile(
    r"Worker \(pid:\d+\) was sent SIG(?!TERM).*|[\w.-]+ exited with code [1-9]\d*"
)
"""gunicorn's message about a worker that something else killed."""

DETAILS = 3
"""Most lines after an error that are quoted with it."""


def _details(error: str, lines: Sequence[str]) -> str:
    """The names that a pydantic error lists on lines of their own."""
    if not re.search(r"\d validation errors? for \w+$", error):
        return ""
    after = lines[len(lines) - 1 - lines[::-1].index(error) + 1 :]
    listed = (
        f"{name}: {what.partition(' [')[0]}"
        for name, what in itertools.pairwise(after)
        if re.fullmatch(r"\w[\w.]*", name)
    )
    names = [*dict.fromkeys(listed)]  # each worker lists them
    more = ", …" if len(names) > DETAILS else ""
    return f": {', '.join(names[:DETAILS])}{more}" if names else ""
