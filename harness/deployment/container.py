"""Knows how a deployment in containers is started so that the probe gets in, and what
removes it again; must not start anything but to ask for the engine's version.

Its processes belong to the engine and not to us: killing the client leaves them, and
when they are quiet cannot be seen. So there is a command that removes them, and what is
measured rests on a count that stands still.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

from harness.deployment.command import CommandLine
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.declared.promise import option
from harness.deployment.environment import ask_command
from harness.deployment.environment import Surroundings
from harness.deployment.environment import TARGET

PROGRAMS = frozenset({"docker", "docker-compose"})

INSIDE = "/flask-concurrency"
"""Where the folder with the hook is found in a container."""

HOST = "host.docker.internal"
"""What a container calls the machine that it runs on."""

LISTEN = "0.0.0.0"
"""Where the probe listens for holds from containers: they cannot reach its loopback."""

NAME = "flask-concurrency-{port}"
"""Of the container or the project; the port makes it unique on this machine."""

RUN = (
    *("--name", NAME, "--add-host", f"{HOST}:host-gateway"),
    *("--volume", f"{TARGET}:{INSIDE}:ro", "--env", f"PYTHONPATH={INSIDE}/hook"),
    *("--env", "FLASK_CONCURRENCY_PROBE", "--env", "FLASK_CONCURRENCY_TOKEN"),
)
"""What `docker run` is given besides; an option of the same name that follows wins."""


class Contained(NamedTuple):
    """A command that starts containers."""

    command: CommandLine
    """The same with what the probe needs."""
    remove: tuple[str, ...]
    """The command that removes them."""


def contained(
    configured: Configured, deployment: Deployment, command: CommandLine
) -> Contained | None:
    """How to start containers, if that is what a command does.

    Raises ``UsageError``.
    """
    words = command.words
    program = PurePath(words[0]).name if words else ""
    if program not in PROGRAMS:
        return None
    _check(configured, deployment, words)
    compose = program == "docker-compose" or words[1:2] == ("compose",)
    if compose and "up" in words:
        return _compose(command)
    if not compose and "run" in words:
        return _run(command)
    raise configured.fault(
        deployment,
        "command",
        "is no `docker run …` and no `docker compose … up`, and no other command of "
        "Docker is understood; write one of these",
    )


def _check(
    configured: Configured, deployment: Deployment, words: Sequence[str]
) -> None:
    """Raise ``UsageError`` for what cannot be kept in a container."""
    for key in ("requirements", "python"):
        if getattr(deployment, key) is not None:
            raise configured.fault(
                deployment, key, "is what the image has; leave it out"
            )
    if {"-d", "--detach"} & set(words):
        raise configured.fault(
            deployment,
            "command",
            "starts containers in the background, where their end is not seen; leave "
            "out -d",
        )
    before = words[: words.index("up")] if "up" in words else ()
    if option(before, "-p", "--project-name", env={}):
        raise configured.fault(
            deployment,
            "command",
            "names a project, and a check has one of its own, which it removes "
            "afterwards; leave the name out",
        )


def _run(command: CommandLine) -> Contained:
    words = command.words
    after = words.index("run") + 1
    name = option(words[after:], "--name", env={})
    given = str(name.value) if name else NAME
    return Contained(
        command._replace(words=(*words[:after], *RUN, *words[after:])),
        (words[0], "rm", "--force", "--volumes", given),
    )


def _compose(command: CommandLine) -> Contained:
    words = command.words
    env = {"COMPOSE_PROJECT_NAME": NAME, "FLASK_CONCURRENCY_HOOK": str(TARGET)}
    down = ("down", "--volumes", "--remove-orphans", "--rmi", "local", "--timeout", "1")
    return Contained(
        command._replace(env={**command.env, **env}),
        (*words[: words.index("up")], *down),
    )


def engine(where: Surroundings) -> tuple[str, str]:
    """The release of the engine; or nothing, and why it cannot be reached."""
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    done = ask_command(command, where)
    if done.problem:
        reason = " ".join(done.errors.split()) or done.problem
        return "", f"cannot reach the Docker engine: {reason}"
    return done.text.strip(), ""


def variables(own: Mapping[str, str]) -> dict[str, str]:
    """The same, with the probe's address as it is inside a container."""
    port = own["FLASK_CONCURRENCY_PROBE"].rpartition(":")[2]
    return {**own, "FLASK_CONCURRENCY_PROBE": f"{HOST}:{port}"}
