"""The number that a command declares, and the settings that determine it.

A number is derived only if the server's documentation leaves no doubt about it: a guess
would turn a misunderstanding into a verdict.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from harness.deployment.command.setting import IN_CODE
from harness.deployment.command.setting import Setting
from harness.deployment.config import Deployment
from harness.records import text
from harness.records.plan import Declaration


class Promise(NamedTuple):
    """What a command declares."""

    server: str
    declared: int | None
    """Requests at once; ``None`` for no bound."""
    because: str
    page: str
    settings: Mapping[str, Setting] = {}
    """Settings by the server's own names."""
    at_first: int | None = None
    """Requests at once right after the start, if processes are added only while
    requests wait."""
    by_chance: str = ""
    """Why chance decides how many threads the server starts; empty if it does not."""

    def value(self, name: str) -> int:
        """The value of a setting that is a number."""
        return int(self.settings[name].value)

    @property
    def release(self) -> str:
        """The release of the server; empty if it was not asked for."""
        return str(self.settings["version"].value) if "version" in self.settings else ""

    @property
    def is_in_code(self) -> bool:
        """Whether the number comes from arguments that a script passes its server."""
        return any(setting.source == IN_CODE for setting in self.settings.values())

    @property
    def kind(self) -> str:
        """The kind of worker, where a server has several, by its short name."""
        setting = self.settings.get("worker_class")
        return "" if setting is None else kind_of(str(setting.value))


_KINDS = {
    "SyncWorker": "sync",
    "ThreadWorker": "gthread",
    **dict.fromkeys(("gevent_wsgi", "gevent_pywsgi", "GeventWorker"), "gevent"),
    **dict.fromkeys(("GeventPyWSGIWorker", "GeventWebSocketWorker"), "gevent"),
    "EventletWorker": "eventlet",
}
"""Short names of worker classes, by their other names."""


def kind_of(worker_class: str) -> str:
    """The short name of a worker class, which may be given as a dotted path."""
    name = worker_class.rpartition(".")[2] or worker_class
    return _KINDS.get(name, name)


def listed(settings: Mapping[str, Setting]) -> str:
    """The sources of settings, as the end of a sentence."""
    given = {name: each.source or "the default" for name, each in settings.items()}
    places: dict[str, list[str]] = defaultdict(list)
    for name, place in given.items():
        places[place].append(name)
    parts = [f"{text.listed(names)} from {place}" for place, names in places.items()]
    return "; ".join(parts)


def declared_by(
    deployment: Deployment, source: str, promise: Promise | None, problem: str
) -> Declaration:
    """The declaration of a deployment: by its file, or else by its command.

    If neither says it, no bound is declared, and ``problem`` says why.
    """
    if promise is None:
        because = f"{UNDERIVED}: {problem}"
        own = Declaration(declared=None, because=because, source="")
    else:
        own = Declaration(
            declared=promise.declared,
            because=promise.because,
            source=promise.page,
            at_first=promise.at_first,
            by_chance=promise.by_chance,
        )
    declared = deployment.declared
    if declared is None:
        return own
    return msgspec.structs.replace(
        own,
        declared=None if declared == "unbounded" else declared,
        because=f"{source} says so" + (f"; {promise.because}" if promise else ""),
    )


UNDERIVED = "what it declares cannot be derived"
"""The sentence about a deployment that declares no number anywhere."""


def say_declared(number: int | str = 8) -> str:
    """How the user can declare how many requests at once a deployment handles."""
    value = f'"{number}"' if isinstance(number, str) else number
    return f"say how many requests at once it promises: declared = {value}"
