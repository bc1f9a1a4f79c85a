"""Parses `docker compose … up`, and asks Compose for the project that it starts."""

import itertools
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import msgspec

from harness.deployment.containers.contained import PROBE
from harness.deployment.containers.engine import Engine
from harness.deployment.containers.engine import EngineFailed
from harness.deployment.containers.ports import LOOPBACK
from harness.deployment.containers.ports import STAND_IN
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal
from harness.measure.target import TARGET

OPTIONS_WITH_VALUE = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--ansi"}
    | {"--project-directory", "--parallel", "--progress"}
)
"""Options of Compose itself, which stand before `up`."""

REPLACED = frozenset({"-f", "--file", "-p", "--project-name", "--project-directory"})

REFUSED = {
    frozenset({"-d", "--detach", "--wait"}): Refusal.IN_BACKGROUND,
    frozenset({"-w", "--watch"}): Refusal.WATCHES,
    frozenset({"--dry-run", "--no-start"}): Refusal.STARTS_NOTHING,
    frozenset({"--pull"}): Refusal.PULLS,
}

CREATES_WITH_VALUE = frozenset({"--scale"})
"""Options of `up` with a value that `create` has too."""

UP_WITH_VALUE = frozenset(
    {"--attach", "--exit-code-from", "--no-attach", "-t", "--timeout"}
    | {"--wait-timeout", *CREATES_WITH_VALUE}
)


class Up(NamedTuple):
    """A parsed `docker compose … up`."""

    options: tuple[str, ...]
    """Options of Compose itself."""
    words: tuple[str, ...]
    """The words after `up`."""


def grouped(words: Sequence[str], valued: Collection[str]) -> Iterator[tuple[str, ...]]:
    """The words one by one, but options that are ``valued`` with their values."""
    rest = iter(words)
    for word in rest:
        yield (word, *itertools.islice(rest, 1)) if word in valued else (word,)


def leading_options(words: Sequence[str], valued: Collection[str]) -> tuple[str, ...]:
    """The options that words begin with, with the values of those that have one."""
    options = itertools.takewhile(
        lambda each: each[0].startswith("-"), grouped(words, valued)
    )
    return tuple(itertools.chain.from_iterable(options))


def parse(words: Sequence[str]) -> Up | None:
    """Parse the arguments of `compose`; ``None`` for any command but `up`.

    Raises ``ContainerRefused`` for what a check cannot do.
    """
    options = leading_options(words, OPTIONS_WITH_VALUE)
    if tuple(words[len(options) : len(options) + 1]) != ("up",):
        return None
    up = Up(options, tuple(words[len(options) + 1 :]))
    for word in map(name_of, up.options):
        if word in ("-p", "--project-name"):
            raise ContainerRefused(Refusal.NAMES_A_PROJECT)
    for word in (*up.options, *up.words):
        for names, refusal in REFUSED.items():
            if names & _options(word):
                raise ContainerRefused(refusal, option=word)
    return up


def _options(word: str) -> frozenset[str]:
    """The options in one word, which may be several letters such as ``-dV``."""
    if word.startswith("--") or not word.startswith("-"):
        return frozenset({name_of(word)})
    letters = word[1:].partition("t")[0]  # what follows is a time
    return frozenset(f"-{letter}" for letter in letters)


def name_of(word: str) -> str:
    """The name of an option without its value."""
    return word.partition("=")[0]


def config_words(up: Up) -> tuple[str, ...]:
    """The arguments of `compose` that print the model of what would start."""
    return (*up.options, "config", "--format", "json", *_services(up.words))


def scaled(model: dict[str, Any], up: Up) -> dict[str, Any]:
    """The model with the numbers of containers that `--scale` gives."""
    for option, *value in grouped(up.words, UP_WITH_VALUE):
        if name_of(option) != "--scale":
            continue
        given = "".join(value) or option.partition("=")[2]
        name, _, count = given.partition("=")
        service = model.get("services", {}).get(name)
        if service is not None and count.isdecimal():
            service.pop("scale", None)  # which may not differ from the other
            deploy = service.get("deploy") or {}
            service["deploy"] = {**deploy, "replicas": int(count)}
    return model


def _services(words: Sequence[str]) -> Iterator[str]:
    """The services that `up` names."""
    for word, *_ in grouped(words, UP_WITH_VALUE):
        if not word.startswith("-"):
            yield word


def with_stand_in(text: str) -> str:
    """A text with a placeholder for the port that is a number, as Compose needs it."""
    text = text.replace("{port}", STAND_IN)
    return text.replace("{host}", LOOPBACK)


def ask_compose(
    engine: Engine, words: Sequence[str], env: Mapping[str, str], project: str
) -> dict[str, Any]:
    """The model that Compose makes of its files. Raises ``ContainerRefused``."""
    given = {name: with_stand_in(value) for name, value in env.items()}
    variables = {
        **engine.variables,
        **given,
        "COMPOSE_PROJECT_NAME": project,
        "FLASK_CONCURRENCY_HOOK": str(TARGET),
        **dict.fromkeys(PROBE, ""),
    }
    compose = engine._replace(client=(), variables=variables)
    try:
        answer = compose.ask(*map(with_stand_in, words))
        model: dict[str, Any] = msgspec.json.decode(answer)
    except EngineFailed as problem:
        raise ContainerRefused(Refusal.UNREADABLE, problem=problem) from None
    except msgspec.DecodeError:
        raise ContainerRefused(Refusal.OTHER_COMPOSE) from None
    return model
