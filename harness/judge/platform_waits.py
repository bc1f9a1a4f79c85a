"""Compares how long a platform waits with how long the app's server does.

A request that a platform gives up on stays in the app, since no server tells the app;
``--ask abandoned`` measures that. ``--ask life``, with the act ``long-request``,
measures which requests a server ends by itself, and when.
"""

from typing import NamedTuple

from harness.records.declares import WaitVerdict

NEARLY = 1.0
"""Difference in seconds below which either side may be first: gunicorn checks once a
second."""


LOST = "a request that is sent just then is lost"
"""What becomes of a request on a connection that the server closes."""


class PlatformWaits(NamedTuple):
    """How long a platform waits."""

    platform: str
    seconds: float
    because: str
    """Where the number comes from, such as ``by default``; empty if its file has it."""
    then: str = ""
    """What the platform does when it gives up, such as ``answers 504``; for an idle
    connection, what becomes of a request sent just as it ends."""


class AppWaits(NamedTuple):
    """How long the app's server waits."""

    server: str
    seconds: float | None
    """Seconds; ``None`` if it never gives up."""
    setting: str
    """The option that sets the time."""
    of: str
    """The place of the command, as ``FILE:LINE``."""
    otherwise: str = ""
    """Another remedy, as the end of a sentence."""


class JudgedWait(NamedTuple):
    """Which side gives up first, whether that loses requests, and what to change."""

    verdict: WaitVerdict
    reason: str
    remedy: str = ""

    @property
    def fault(self) -> bool:
        """Whether this loses requests."""
        return self.verdict is WaitVerdict.APP_FIRST


def judge_answer(platform: PlatformWaits, app: AppWaits) -> JudgedWait:
    """Who gives up first on a request that takes long."""
    waits = f"{platform.platform} waits {platform.seconds:g} s for an answer"
    waits += f" ({platform.because})" if platform.because else ""
    if app.seconds is None:
        return JudgedWait(
            WaitVerdict.PLATFORM_FIRST,
            f"{waits}, then {platform.then}; {app.server} ends no request, so it stays "
            "in the app to its end and keeps its slot",
        )
    ends = f"{app.server} ends it after {app.seconds:g} s"
    if abs(app.seconds - platform.seconds) <= NEARLY:
        return JudgedWait(
            WaitVerdict.TOGETHER, f"{waits}, and {ends}: either may be first"
        )
    if app.seconds > platform.seconds:
        return JudgedWait(
            WaitVerdict.PLATFORM_FIRST,
            f"{waits}, then {platform.then}; {ends}, and until then it keeps its slot",
        )
    remedy = f"write {app.setting} {platform.seconds:g} in {app.of}"
    return JudgedWait(
        WaitVerdict.APP_FIRST,
        f"{waits}, and {ends}: the worker is killed, and the request is lost",
        f"{remedy}{app.otherwise}",
    )


def judge_idle(platform: PlatformWaits, app: AppWaits) -> JudgedWait | None:
    """Who closes an idle connection first; ``None`` if none is kept open."""
    if app.seconds == 0:
        return None
    keeps = f"{platform.platform} keeps an idle connection for {platform.seconds:g} s"
    keeps += f" ({platform.because})" if platform.because else ""
    if app.seconds is None or app.seconds > platform.seconds:
        return JudgedWait(
            WaitVerdict.PLATFORM_FIRST,
            f"{keeps}, and {app.server} for longer: none is closed under a request",
        )
    return JudgedWait(
        WaitVerdict.APP_FIRST,
        f"{keeps}, and {app.server} closes it after {app.seconds:g} s: "
        f"{platform.then or LOST}",
        f"write {app.setting} {platform.seconds + 5:g} in {app.of}{app.otherwise}",
    )
