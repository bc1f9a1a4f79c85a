"""Records of what a slot costs: memory, threads and open files."""

from harness.records.questions import QuestionSeen
from harness.records.words import Result
from harness.records.words import Settled

MB = 1_000_000
"""Bytes of a megabyte."""


class Footprint(Result, frozen=True, kw_only=True):
    """What all processes of a server use with some number of requests in the app."""

    held: int
    """Requests in the app."""
    pss: int
    """Proportional set size in bytes: each process is charged its share of a page that
    several use, so that the sum is what the server takes from the machine."""
    uss: int
    """Unique set size in bytes: pages that no other process has."""
    processes: int
    threads: int
    files: int
    """Open files, sockets among them."""
    settled: Settled = Settled.ALL_ENTERED
    """How it was known that no more requests would enter."""


class MemorySeen(QuestionSeen, frozen=True, kw_only=True, tag="memory"):
    """What a server used with more and more requests in the app."""

    steps: tuple[Footprint, ...] = ()
    """Steps; the first has no request in the app, each further one has more."""
    after: Footprint | None = None
    """Memory after all requests had been let go."""


class MemoryNumbers(Result, frozen=True, kw_only=True):
    """What a slot costs, in a report.

    Sizes are bytes of PSS unless stated otherwise.
    """

    places: int
    """The most requests in the app."""
    idle: int
    full: int
    """Memory with all slots taken."""
    full_own: int
    """Memory with all slots taken, as USS."""
    each: int
    """Memory for each further request, from one in the app to all slots taken."""
    after: int
    """Memory after all requests had been let go."""
    processes: int
    threads: int
    """Threads with all slots taken."""
    threads_idle: int
    files: int
    """Open files with all slots taken."""
    files_idle: int
