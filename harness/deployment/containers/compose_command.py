"""Parses `docker compose … up`, and starts the project from a file of our own."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import msgspec

from harness.deployment.containers import compose
from harness.deployment.containers.compose import HarmlessProject
from harness.deployment.containers.contained import Copy
from harness.deployment.containers.contained import PROBE
from harness.deployment.containers.engine import Engine
from harness.deployment.containers.engine import EngineFailed
from harness.deployment.containers.mounts import ContainerRefused
from harness.deployment.containers.ports import LOOPBACK
from harness.deployment.containers.ports import STAND_IN
from harness.measure.target import TARGET

OPTIONS_WITH_VALUE = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--ansi"}
    | {"--project-directory", "--parallel", "--progress"}
)
"""Options of Compose itself, which stand before `up`."""

REPLACED = frozenset({"-f", "--file", "-p", "--project-name", "--project-directory"})

REFUSED = {
    frozenset({"-d", "--detach", "--wait"}): (
        "starts containers in the background, where the check cannot see them end; "
        "leave out {}"
    ),
    frozenset({"-w", "--watch"}): (
        "changes what runs while it is measured; leave out {}"
    ),
    frozenset({"--dry-run", "--no-start"}): "starts nothing; leave out {}",
    frozenset({"--pull"}): (
        "may move the tags of your images; pull beforehand, and leave out {}"
    ),
}

CREATES = frozenset({"--build", "--no-build", "--force-recreate", "--quiet-pull"})
"""Options of `up` that `create` has too; then those with a value."""

CREATES_WITH_VALUE = frozenset({"--scale"})

UP_WITH_VALUE = frozenset(
    {"--attach", "--exit-code-from", "--no-attach", "-t", "--timeout"}
    | {"--wait-timeout", *CREATES_WITH_VALUE}
)

PYTHON_PATH = (
    '{{range .Config.Env}}{{with split . "="}}'
    '{{if eq (index . 0) "PYTHONPATH"}}:{{index . 1}}{{end}}{{end}}{{end}}'
)
"""A template that prints ``:/srv`` and the like, or nothing."""


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
    for word in map(_name, up.options):
        if word in ("-p", "--project-name"):
            raise ContainerRefused(
                "names a project, but a check uses its own and removes it afterwards; "
                "leave the name out"
            )
    for word in (*up.options, *up.words):
        for names, problem in REFUSED.items():
            if names & _options(word):
                raise ContainerRefused(problem.format(word))
    return up


def _options(word: str) -> frozenset[str]:
    """The options in one word, which may be several letters such as ``-dV``."""
    if word.startswith("--") or not word.startswith("-"):
        return frozenset({_name(word)})
    letters = word[1:].partition("t")[0]  # what follows is a time
    return frozenset(f"-{letter}" for letter in letters)


def _name(word: str) -> str:
    """The name of an option without its value."""
    return word.partition("=")[0]


def config_words(up: Up) -> tuple[str, ...]:
    """The arguments of `compose` that print the model of what would start."""
    return (*up.options, "config", "--format", "json", *_services(up.words))


def scaled(model: dict[str, Any], up: Up) -> dict[str, Any]:
    """The model with the numbers of containers that `--scale` gives."""
    for option, *value in grouped(up.words, UP_WITH_VALUE):
        if _name(option) != "--scale":
            continue
        given = "".join(value) or option.partition("=")[2]
        name, _, count = given.partition("=")
        service = model.get("services", {}).get(name)
        if service is not None and count.isdecimal():
            service.pop("scale", None)  # which may not differ from the other
            deploy = service.get("deploy") or {}
            service["deploy"] = {**deploy, "replicas": int(count)}
    return model


def command(
    compose: Sequence[str],
    client: Sequence[str],
    label: str,
    project: str,
    file: str,
    up: Up,
    made: HarmlessProject,
) -> tuple[str, ...]:
    """The command that starts a project of our own, from a file of our own."""
    own = (*compose, *_others(up.options), "-p", project, "-f", file)
    words, steps = up.words, []
    if made.built and "--no-build" not in words:
        steps = [shlex.join((*own, "build")), *_paths(client, made.built)]
        words = tuple(word for word in words if word != "--build")
    if made.copies:
        steps.append(shlex.join((*own, "create", *_creating(words))))
        steps += _copying(client, label, made.copies)
        created = ("--build", "--force-recreate")
        words = ("--no-recreate", *(word for word in words if word not in created))
    start = (*own, "up", *words)
    if not steps:
        return start
    return ("sh", "-ec", "\n".join((*steps, "exec " + shlex.join(start))))


def _paths(client: Sequence[str], built: Mapping[str, str]) -> Iterator[str]:
    """Shell lines that find out the Python paths of images."""
    for variable, name in built.items():
        image = name.replace("${" + compose.VARIABLE + "}", "{port}")
        ask = (*client, "image", "inspect", image, "--format", PYTHON_PATH)
        yield f"{variable}=$({shlex.join(ask)})"
        yield f"export {variable}"


def _copying(
    client: Sequence[str], label: str, copies: Sequence[tuple[str, Copy]]
) -> Iterator[str]:
    """Shell lines that copy files into the containers of services."""
    for service, each in copies:
        wanted = [f"label={label}", f"label=com.docker.compose.service={service}"]
        filters = [word for each_ in wanted for word in ("--filter", each_)]
        look = shlex.join((*client, "ps", "--all", "--quiet", *filters))
        copy = each.command(client, '"$each"')
        yield f"for each in $({look}); do {copy}; done"


def _others(options: Sequence[str]) -> tuple[str, ...]:
    """The options of Compose, without those that name the project."""
    several = grouped(options, OPTIONS_WITH_VALUE)
    return tuple(w for each in several if _name(each[0]) not in REPLACED for w in each)


def _services(words: Sequence[str]) -> Iterator[str]:
    """The services that `up` names."""
    for word, *_ in grouped(words, UP_WITH_VALUE):
        if not word.startswith("-"):
            yield word


def _creating(words: Sequence[str]) -> tuple[str, ...]:
    """The options and services of `up` that `create` takes as well."""
    taken = CREATES | CREATES_WITH_VALUE
    return tuple(
        word
        for each in grouped(words, UP_WITH_VALUE)
        if not each[0].startswith("-") or _name(each[0]) in taken
        for word in each
    )


def with_stand_in(text: str) -> str:
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
        model: dict[str, Any] = msgspec.json.decode(compose.ask(*words))
    except EngineFailed as problem:
        raise ContainerRefused(
            f"Compose cannot read its files: {problem}; correct that, or "
            "install Compose 2"
        ) from None
    except msgspec.DecodeError:
        raise ContainerRefused("Compose 2 is needed, and this is another one") from None
    return model
