"""Starts a Compose project from a file of our own, as `up` would."""

import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from harness.deployment.containers import compose
from harness.deployment.containers.compose import HarmlessProject
from harness.deployment.containers.compose_command import CREATES_WITH_VALUE
from harness.deployment.containers.compose_command import grouped
from harness.deployment.containers.compose_command import name_of
from harness.deployment.containers.compose_command import OPTIONS_WITH_VALUE
from harness.deployment.containers.compose_command import REPLACED
from harness.deployment.containers.compose_command import Up
from harness.deployment.containers.compose_command import UP_WITH_VALUE
from harness.deployment.containers.contained import Copy
from harness.deployment.containers.contained import FILE
from harness.deployment.containers.contained import FOLDER

CREATES = frozenset({"--build", "--no-build", "--force-recreate", "--quiet-pull"})
"""Options of `up` without a value that `create` has too."""

PYTHON_PATH = (
    '{{range .Config.Env}}{{with split . "="}}'
    '{{if eq (index . 0) "PYTHONPATH"}}:{{index . 1}}{{end}}{{end}}{{end}}'
)
"""A template that prints ``:/srv`` and the like, or nothing."""


class OwnProject(NamedTuple):
    """The project of our own that is started in place of the user's."""

    compose: Sequence[str]
    """The words that start Compose."""
    client: Sequence[str]
    """The words that start the client of its engine."""
    label: str
    """The label of all that belongs to it: a key, and the name of the project."""


def command(project: OwnProject, up: Up, made: HarmlessProject) -> tuple[str, ...]:
    """The command that starts a project of our own, from a file of our own."""
    named = ("-p", project.label.partition("=")[2], "-f", f"{FOLDER}/{FILE}")
    own = (*project.compose, *_others(up.options), *named)
    words, steps = up.words, []
    if made.built and "--no-build" not in words:
        steps = [shlex.join((*own, "build")), *_paths(project.client, made.built)]
        words = tuple(word for word in words if word != "--build")
    if made.copies:
        # Files are copied into containers that are there and have not started.
        steps.append(shlex.join((*own, "create", *_creating(words))))
        steps += _copying(project, made.copies)
        created = ("--build", "--force-recreate")
        words = ("--no-recreate", *(word for word in words if word not in created))
    start = (*own, "up", *words)
    if not steps:
        return start
    return ("sh", "-ec", "\n".join((*steps, "exec " + shlex.join(start))))


def _paths(client: Sequence[str], built: Mapping[str, str]) -> Iterator[str]:
    """Shell lines that find out the Python paths of images."""
    for variable, name in built.items():
        image = name.replace(compose.PLACE, "{port}")
        ask = (*client, "image", "inspect", image, "--format", PYTHON_PATH)
        yield f"{variable}=$({shlex.join(ask)})"
        yield f"export {variable}"


def _copying(project: OwnProject, copies: Sequence[tuple[str, Copy]]) -> Iterator[str]:
    """Shell lines that copy files into the containers of services."""
    for service, each in copies:
        wanted = [
            f"label={project.label}",
            f"label=com.docker.compose.service={service}",
        ]
        filters = [word for each_ in wanted for word in ("--filter", each_)]
        look = shlex.join((*project.client, "ps", "--all", "--quiet", *filters))
        copy = each.command(project.client, '"$each"')
        yield f"for each in $({look}); do {copy}; done"


def _others(options: Sequence[str]) -> tuple[str, ...]:
    """The options of Compose, without those that name the project."""
    several = grouped(options, OPTIONS_WITH_VALUE)
    return tuple(
        w for each in several if name_of(each[0]) not in REPLACED for w in each
    )


def _creating(words: Sequence[str]) -> tuple[str, ...]:
    """The options and services of `up` that `create` takes as well."""
    taken = CREATES | CREATES_WITH_VALUE
    return tuple(
        word
        for each in grouped(words, UP_WITH_VALUE)
        if not each[0].startswith("-") or name_of(each[0]) in taken
        for word in each
    )
