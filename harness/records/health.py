"""Records of health checks: how an orchestrator asks, and the answers it got.

An orchestrator is whatever asks: a kubelet, Docker, the proxy of a platform.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from harness.records.questions import QuestionSeen
from harness.records.words import PositiveInt
from harness.records.words import Result
from harness.records.words import Settled

Seconds = Annotated[float, msgspec.Meta(gt=0)]


class CheckBy(StrEnum):
    """What a health check asks for."""

    HTTP = "http"
    """An answer with a status from 200 to 399."""
    TCP = "tcp"
    """A connection, which the kernel opens even for an app that is stuck."""


class Consequence(StrEnum):
    """What follows when a health check has failed too often."""

    RESTARTS = "restarted"
    NO_REQUESTS = "sent no more requests"
    MARKS = "marked unhealthy"


class HealthCheck(Result, frozen=True, kw_only=True):
    """How an orchestrator asks whether a server is alive."""

    by: CheckBy = CheckBy.HTTP
    path: str = ""
    """Empty for the probe's own route, which answers at once."""
    port: int | None = None
    """The port to ask; null for the one that the app is served on."""
    headers: dict[str, str] = {}
    period: Seconds = 10.0
    """Seconds from the beginning of one check to that of the next."""
    timeout: Seconds = 1.0
    """Seconds that an answer may take."""
    failures: PositiveInt = 3
    """Failures in a row after which the consequence follows."""
    after_answer: bool = False
    """Whether the period begins when a check has ended, as with Docker."""
    then: Consequence = Consequence.RESTARTS
    says: str = "by Kubernetes' defaults"
    """The source of these settings, in words."""
    file: str = ""
    """The file with the settings; may be empty."""
    line: int = 0
    source: str = (
        "https://kubernetes.io/docs/concepts/workloads/pods/probes/"
        "#probe-configuration-fields"
    )
    """The page that documents the settings."""

    @property
    def seconds(self) -> tuple[float, float]:
        """Least and most seconds from the first failing check to the consequence.

        The first check that fails comes at once, or a whole period later. Each one
        fails by its timeout, and the next begins with the next period.
        """
        each = max(self.period, self.timeout)
        if self.after_answer:
            each = self.period + self.timeout
        least = (self.failures - 1) * each + self.timeout
        return least, least + self.period


class CheckOrder(StrEnum):
    """Which worker gets the held requests, and which gets the health check."""

    ONLY = "one process takes all requests"
    FULL_FIRST = "the first worker takes all that it can, then the check"
    ROOM = "the check reaches a worker that has room, if there is one"
    CHANCE = "left to chance"


class HealthStep(Result, frozen=True, kw_only=True):
    """One health check while some requests are held."""

    held: int
    """Requests offered."""
    order: CheckOrder
    in_app: int
    """Requests in the app when the check was sent and the server was quiet."""
    answered: bool
    """Whether the check was answered while all of them were still in the app."""
    status: int | None = None
    """Status of the answer; null for a check by TCP, and without an answer."""
    seconds: float | None = None
    """Seconds from sending the check to its answer; null if none came."""
    behind: int | None = None
    """How many requests had to be released until a waiting check was answered; null if
    this was not counted or not seen."""
    tcp: bool | None = None
    """Whether a connection could be opened meanwhile; null if not tried."""
    http: bool | None = None
    """For a check by TCP: whether an HTTP request was answered meanwhile."""
    settled: Settled
    lag_seconds: float = 0.0
    """How long the harness itself was held up meanwhile."""
    complete: bool = True
    """Whether the step ended before a worker had been stopped for too long."""

    @property
    def is_certain(self) -> bool:
        """Whether the server was known to be quiet when it was looked at."""
        return self.complete and (
            self.answered or self.settled is not Settled.STEADY_COUNT
        )


class ProbesSeen(QuestionSeen, frozen=True, kw_only=True, tag="probes"):
    """What was seen of health checks while requests were held."""

    check: HealthCheck = HealthCheck()
    steps: tuple[HealthStep, ...] = ()
    """Steps in the order in which they were tried."""


class HealthNumbers(Result, frozen=True, kw_only=True):
    """The result of the steps."""

    check: HealthCheck
    at_times: int | None
    """The least number of held requests at which the check waits, even if only when it
    reaches the wrong worker; null if it was always answered."""
    always: int | None
    """The least number from which on it always waits."""
    tried: int
    """The largest number of held requests that was tried."""
    behind: int | None
    """At ``always``: requests ahead of the check, one of which has to end."""
    status: int | None = None
    """Status of an unhealthy answer, if the check gets one instead of waiting."""
    chance: bool
    """Whether chance decided which worker the check reached."""
    idle_seconds: float | None
    """Seconds until the answer with no request in the app."""
    tcp: bool | None
    """Whether a connection can be opened even with all slots taken."""
    after: tuple[float, float]
    """Seconds from when checks begin to fail until the consequence, least and most."""

    @property
    def waits(self) -> bool:
        """Whether requests in the app can keep the check from being answered."""
        return self.at_times is not None
