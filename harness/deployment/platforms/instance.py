"""What a file of a platform says about one kind of instance."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.shell import StartLine
from harness.deployment.platforms.catalog import Platform
from harness.records.health import HealthCheck


def last_step(steps: str | None) -> str:
    """The last name of a place in a file: the key itself."""
    return (steps or "").rpartition(".")[2].strip('"/')


class Waited(NamedTuple):
    """How long a platform waits for one thing, by its file or by default."""

    seconds: float
    line: int
    """Line of the setting, or of the instance if the default holds."""
    key: str = ""
    """The setting; empty for the default."""
    again: bool = False
    """Whether a request that it gives up on is sent again, to another instance."""


class Instance(NamedTuple):
    """What a platform's file says about one kind of instance."""

    platform: Platform
    name: str
    line: int
    """Line of its limit, or its first line without one."""
    path: Path = Path()
    """The file that describes it."""
    most: int | None = None
    """The most that it is ever sent at once; ``None`` for no limit."""
    aims: int | None = None
    """The number that the platform aims at; ``None`` if there is none."""
    of: str = "requests"
    written: str = ""
    """The key that says the limit; empty if it is the default."""
    because: str = ""
    """The origin of a default, or what becomes of requests beyond the limit."""
    processors: float | None = None
    memory: str = ""
    variables: Mapping[str, str] = {}
    computed: tuple[str, ...] = ()
    """Variables that are computed here by the platform's formula."""
    starts: tuple[StartLine, ...] = ()
    file: str = ""
    """The path of another file that says what starts; often empty."""
    check: HealthCheck | None = None
    not_asked: str = ""
    """A health check that cannot be sent from outside, and how it works."""
    answer: Waited | None = None
    """How long the platform waits for an answer; ``None`` if unknown."""
    idle: Waited | None = None
    """How long an idle connection is kept."""
    problem: str = ""
    """Why the limit is unknown, and what to write."""

    @property
    def limit(self) -> int | None:
        """The most requests it is sent, or the number that the platform aims at."""
        return self.most if self.most is not None else self.aims

    @property
    def key(self) -> str:
        """The setting that limits the instance, whether or not the file has it."""
        sends = self.platform.sends
        return self.written or last_step(sends.most or sends.aims) or sends.elsewhere

    @property
    def counted_processors(self) -> int | None:
        """What ``cpu_count()`` returns in the instance; ``None`` if unknown."""
        size = self.platform.size
        if size is None or size.counts == "host" or not self.processors:
            return None
        return math.ceil(self.processors)
