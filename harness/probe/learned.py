"""What the probe remembers of a server from one round to the next."""

from dataclasses import dataclass
from dataclasses import field

from harness.probe.look import Thread
from harness.records.evidence import Claims
from harness.records.witness import KernelAccount


@dataclass
class SleepersSeen:
    """What is remembered of threads that sleep for a time. ``sleepers`` writes it."""

    idle: set[Thread] = field(default_factory=set)
    """Threads that slept for a time before the last request that came alone."""
    had_turn: dict[Thread, float] = field(default_factory=dict)
    """Threads that have run while requests waited, each with the longest time that the
    probe waited for it, in seconds."""
    on_clock: set[Thread] = field(default_factory=set)
    """Threads that slept on a clock for all of the time that they were given."""
    too_long: set[Thread] = field(default_factory=set)
    """Threads that slept on a clock for all of the time that their worker ran alone."""


@dataclass
class Learned:
    """What is known of a server so far: what it declares, and what requests showed."""

    grows: bool = False
    """Whether its options say that it starts processes only while requests wait."""
    claims: Claims | None = None
    """What the server claims about itself (PEP 3333)."""
    answered_by: int | None = None
    """The process that answered first, if it gave its id."""
    boot_seconds: float = 0.0
    """How long importing the app was made to take."""
    processes: set[int] = field(default_factory=set)
    """The processes of the server before the last round."""
    tried: set[int] = field(default_factory=set)
    """Processes already tested for taking a request while no worker runs."""
    tries_too_long: int = 0
    """Number of such tests that kept workers stopped for too long."""
    pause_seconds: float = 0.0
    """The longest that a request took to enter the app with the server quiet: something
    in front of the app, such as middleware, pauses for that long."""
    admits_none: bool = False
    """Whether a request that was alone in the server was watched in vain."""
    shared_by_threads: bool = False
    """Whether several threads of the only worker accept more than they can serve."""
    alone_nanoseconds: int = 0
    """Processor time that a request needed to enter the app alone."""
    kernel: KernelAccount | None = None
    """The kernel's account, of when most requests were held."""
    sleepers: SleepersSeen = field(default_factory=SleepersSeen)
