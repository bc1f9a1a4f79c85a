"""Compares how many requests an instance is sent with how many its app takes."""

from typing import NamedTuple

from harness.records.declares import SendVerdict
from harness.records.text import bound

NUMBERS = (
    *("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve"),
)


class Limit(NamedTuple):
    """How many requests a platform sends one instance."""

    most: int | None
    """The most that it is ever sent; ``None`` for no limit."""
    aims: int | None
    """The number that the platform aims at, and exceeds if it has to."""
    counts: str
    """``requests`` or ``connections``."""
    key: str
    """The setting that limits requests; empty if the file has none."""
    where: str
    """The place of that setting, such as ``service.yaml:12``."""
    platform: str
    because: str = ""
    """The origin of the limit, or what becomes of requests beyond it."""

    @property
    def number(self) -> int | None:
        """The most that the instance is sent, or else what the platform aims at."""
        return self.most if self.most is not None else self.aims


class Takes(NamedTuple):
    """How many requests an app takes at once."""

    always: int | None
    """The number in the worst order of arrival; ``None`` for no bound."""
    at_most: int | None
    of: str
    """The source of the number: a place in a file, or a measurement."""
    because: str = ""
    """The origin of the number, or why it is not known."""
    known: bool = True


class Judged(NamedTuple):
    """A verdict, the reason for it, and what to change on either side."""

    verdict: SendVerdict
    reason: str
    remedy: str = ""


def in_words(number: int) -> str:
    """A small number as a word."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def judge_platform(limit: Limit, takes: Takes) -> Judged:
    """Judge whether all that is sent finds a slot, and whether slots stay empty."""
    sent, taken = limit.number, takes.always
    verb = "aims at" if limit.most is None and sent else "sends"
    if not takes.known:
        number = "any number" if sent is None else str(sent)
        words = f"the platform {verb} {number}; what the app takes is not known: "
        return Judged(SendVerdict.UNKNOWN, f"{words}{takes.because}")
    if sent is None:
        takes_words = f"the app takes {bound(taken)}"
        reason = f"{limit.platform} sends any number, {takes_words}"
        words = "; ".join(filter(None, (reason, limit.because)))
        return Judged(SendVerdict.NO_LIMIT, words)
    what = f" {limit.counts}" if limit.counts != "requests" else ""
    sends = f"the platform {verb} {sent}{what}"
    if taken is None:
        reason = f"{sends}, and the app sets no bound"
        return Judged(SendVerdict.AS_MANY, reason)
    at_most = takes.at_most or taken
    app = f"the app takes {taken}"
    if at_most > taken:
        app = f"the app always takes {taken} and at most {at_most}"
    if sent > taken:
        reason = f"{sends}, {app}: {_waiting(sent - at_most, sent - taken)}"
        return Judged(SendVerdict.MORE, _default(reason, limit), _lower(limit, takes))
    if sent < taken:
        slots = "slot stays" if taken - sent == 1 else "slots stay"
        reason = f"{sends}, {app}: {in_words(taken - sent)} {slots} empty"
        return Judged(SendVerdict.FEWER, _default(reason, limit), _raise(limit, takes))
    return Judged(SendVerdict.AS_MANY, f"{sends}, and {app}")


def _waiting(least: int, most: int) -> str:
    """How many requests wait, in words."""
    verb = "waits" if most == 1 else "wait"
    if least >= most:
        return f"{in_words(most)} {verb}"
    if least <= 0:
        return f"{in_words(most)} {verb} at times"
    return f"{in_words(least)} to {in_words(most)} wait"


def _default(reason: str, limit: Limit) -> str:
    return f"{reason} ({limit.because})" if limit.because else reason


def _lower(limit: Limit, takes: Takes) -> str:
    """The remedy if some requests wait, on the platform's side or the app's."""
    now = f", which is {takes.because} now" if takes.because else ""
    return _either(limit, takes, f"let {takes.of} take {limit.number}{now}")


def _raise(limit: Limit, takes: Takes) -> str:
    remedy = _either(limit, takes, f"start fewer in {takes.of}")
    return f"{remedy}; a health check needs a slot beside the requests"


def _either(limit: Limit, takes: Takes, app: str) -> str:
    """The remedy in the platform's file, if it can set a number, or in the ``app``."""
    if not limit.key:
        return app
    return f"set {limit.key} to {takes.always} in {limit.where}, or {app}"
