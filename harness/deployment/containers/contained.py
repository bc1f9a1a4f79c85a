"""Which commands start containers, and how they are started for a check instead.

The processes of a container belong to the engine: killing its client leaves them. So
all that a check makes in an engine is labelled, and what carries the label is removed.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from pathlib import PurePath
from typing import Any
from typing import NamedTuple

import msgspec

from harness.deployment.command import CommandLine
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.containers import compose
from harness.deployment.containers import docker_run
from harness.deployment.containers import labels
from harness.deployment.containers.engine import Engine
from harness.deployment.containers.engine import EngineFailed
from harness.deployment.containers.engine import removing
from harness.deployment.containers.mounts import ContainerRefused
from harness.measure.target import TARGET

DOCKER = frozenset({"docker", "docker-compose"})

OTHERS = frozenset({"podman", "podman-compose", "nerdctl", "buildah", "finch"})
"""Programs that start containers by other engines."""

WRAPPERS = frozenset(
    {"sudo", "doas", "env", "nice", "timeout", "time", "nohup", "setsid", "stdbuf"}
    | {"exec", "command", "ionice", "chrt", "xargs", "script", "unbuffer"}
)
"""Programs that start another one, which they are given."""

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh"})

INSIDE = "/flask-concurrency"
"""Where the folder with the hook is found in a container."""

HOOK = f"{INSIDE}/hook"

HOST = "host.docker.internal"
"""What a container calls the machine that it runs on."""

LISTEN = "0.0.0.0"
"""Where the probe listens for holds from containers: they cannot reach its loopback."""

FOLDER = "/flask-concurrency-own"
"""In a command: the folder of a check, which is made when it is started."""

FILE = "compose.json"

GATEWAY = f"{HOST}:host-gateway"

PROBE = ("FLASK_CONCURRENCY_PROBE", "FLASK_CONCURRENCY_TOKEN")

VALUED = frozenset(
    {"--config", "-c", "--context", "-H", "--host", "-l", "--log-level"}
    | {"--tlscacert", "--tlscert", "--tlskey"}
)
"""Options of the client itself that have a value."""

ONLY = (
    "is no `docker run …` and no `docker compose … up`, and no other command of Docker "
    "is understood; write one of these"
)


class Contained(NamedTuple):
    """A command that starts containers."""

    command: CommandLine
    """As it was given, without a shell around it."""
    started: CommandLine
    """One that touches nothing of the user's, and has what the probe needs."""
    engine: Engine
    label: str
    """Of everything that it makes, with a placeholder for the port."""
    file: str = ""
    """What ``FILE`` in ``FOLDER`` is to be."""
    notes: tuple[str, ...] = ()
    """What is not as it would be in production."""
    problem: str = ""
    """Why the engine cannot be reached, if it cannot."""
    release: str = ""

    def in_folder(self, folder: Path) -> CommandLine:
        """The command, with what it needs written to a folder."""
        if self.file:
            (folder / FILE).write_text(self.file)
        words = (each.replace(FOLDER, str(folder)) for each in self.started.words)
        return self.started._replace(words=tuple(words))

    def removing(self, port: int) -> Sequence[str]:
        """The command that removes what was started with a port."""
        return removing(self.label.replace("{port}", str(port)), self.engine.client)


def starts_containers(words: Sequence[str]) -> bool:
    """Whether that is what a command does, as far as it can be read."""
    names = [PurePath(each).name for each in words]
    known = DOCKER | OTHERS
    if names[:1] and names[0] in known:
        return True
    return names[:1] != [] and names[0] in WRAPPERS and bool(known & set(names[1:]))


def unwrapped(words: Sequence[str]) -> tuple[str, ...]:
    """A command, without a shell around it that has nothing to do but to start it.

    Raises ``ContainerRefused`` for a shell that starts containers otherwise.
    """
    if not words or PurePath(words[0]).name not in SHELLS or len(words) < 3:
        return tuple(words)
    option, line = words[1], words[2]
    if not option.startswith("-") or "c" not in option:
        return tuple(words)
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        inner = list(lexer)
    except ValueError:
        return tuple(words)  # the shell says so
    names = {PurePath(each).name for each in inner}
    if not names & (DOCKER | OTHERS):
        return tuple(words)
    plain = not any(set(each) <= set("();<>|&") or "$" in each for each in inner)
    inner = inner[1:] if inner[0] == "exec" else inner
    if plain and "`" not in line and PurePath(inner[0]).name in DOCKER | OTHERS:
        return tuple(inner)
    if plain and not starts_containers(inner):
        return tuple(words)  # such a word is an argument of something else
    raise ContainerRefused(
        "starts containers by way of a shell; write the `docker run …` or `docker "
        "compose … up` alone"
    )


def contained(
    deployment: Deployment,
    command: CommandLine,
    folder: Path,
    variables: Mapping[str, str],
) -> Contained | None:
    """How to start containers harmlessly, if that is what a command does.

    Raises ``DeploymentFault`` for one that cannot be started so.
    """
    try:
        words = unwrapped(command.words)
        if not starts_containers(words):
            return None
        for key in ("requirements", "python"):
            if getattr(deployment, key) is not None:
                raise ContainerRefused("is what the image has; leave it out", key)
        command = command._replace(words=words)
        return _contained(command, folder, variables, deployment.keep_mounts)
    except ContainerRefused as refused:
        raise DeploymentFault(refused.key, str(refused)) from None


def _contained(
    command: CommandLine,
    folder: Path,
    variables: Mapping[str, str],
    keep: Sequence[str],
) -> Contained:
    words = command.words
    program = PurePath(words[0]).name
    if program in OTHERS:
        raise ContainerRefused(
            f"{program} is not understood: containers are checked by Docker's engine "
            "alone; write `docker run …` or `docker compose … up`"
        )
    if program not in DOCKER:
        raise ContainerRefused(
            f"starts containers by way of `{program}`; write the `docker run …` or "
            "`docker compose … up` alone"
        )
    count = 1
    while program == "docker" and words[count : count + 1] and words[count][:1] == "-":
        count += 2 if words[count] in VALUED else 1
    client = words[:count] if program == "docker" else ("docker",)
    engine = Engine(client, folder, variables)
    rest = words[count:]
    if program == "docker-compose" or rest[:1] == ("compose",):
        begin = words[:count] if program != "docker" else words[: count + 1]
        return _project(command, engine, begin, keep)
    if rest[:2] == ("container", "run"):
        rest = rest[1:]
    if rest[:1] != ("run",):
        raise ContainerRefused(ONLY)
    return _run(command, engine, docker_run.parse(rest[1:]), keep)


def _reached(engine: Engine) -> tuple[str, str]:
    """The release of the engine, or why it cannot be reached."""
    try:
        return engine.release(), ""
    except EngineFailed as problem:
        return "", str(problem)


def _labels(label: str) -> dict[str, str]:
    name, _, value = label.partition("=")
    return {name: value, labels.OWNER: labels.owner()}


# ------------------------------------------------------------------------ docker run


def _run(
    command: CommandLine, engine: Engine, run: docker_run.Run, keep: Sequence[str]
) -> Contained:
    made = docker_run.harmless(run, engine.folder, keep)
    release, problem = _reached(engine)
    name = labels.new_run() + "-{port}"
    label = f"{labels.RUN}={name}"
    image = {} if problem else engine.image_variables(run.image)
    given = map("=".join, _labels(label).items())
    own = [word for each in given for word in ("--label", each)]
    own += ["--add-host", GATEWAY, "--volume", f"{TARGET}:{INSIDE}:ro"]
    own += [word for each in PROBE for word in ("--env", each)]
    path = _python_path(made.variables.get("PYTHONPATH", image.get("PYTHONPATH", "")))
    made = made._replace(options=(*made.options, "--env", f"PYTHONPATH={path}"))
    words = docker_run.command(engine.client, name, own, run, made)
    started = command._replace(words=words)
    return Contained(command, started, engine, label, "", made.notes, problem, release)


def _python_path(theirs: str) -> str:
    """The hook, and behind it where a container's Python looks anyway."""
    behind = [each for each in theirs.split(":") if each and each != HOOK]
    return ":".join((HOOK, *behind))


# -------------------------------------------------------------------- docker compose


def _project(
    command: CommandLine, engine: Engine, begin: Sequence[str], keep: Sequence[str]
) -> Contained:
    up = compose.parse(command.words[len(begin) :])
    if up is None:
        raise ContainerRefused(ONLY)
    release, problem = _reached(engine)
    project = labels.new_run()
    label = f"{labels.RUN}={project}-{{port}}"
    if problem:
        return Contained(command, command, engine, label, problem=problem)
    asked = tuple(_stand_in(each) for each in (*begin, *compose.asking(up)))
    model = _ask_compose(engine, asked, command.env, project)
    names = {each.get("image", "") for each in model.get("services", {}).values()}
    there = {each: engine.image_variables(each) for each in sorted(names) if each}
    images = compose.Images(
        f"{project}-${{{compose.VARIABLE}}}",
        "--build" in up.words,
        {name: found for name, found in there.items() if found},
    )
    made = compose.harmless(model, _own(label), engine.folder, keep, images)
    file = f"{FOLDER}/{FILE}"
    words = compose.command(
        begin, engine.client, label, f"{project}-{{port}}", file, up, made
    )
    env = {**command.env, compose.VARIABLE: "{port}"}
    started = command._replace(words=words, env=env)
    return Contained(
        command, started, engine, label, made.file, made.notes, "", release
    )


def _own(label: str) -> compose.Own:
    probe = {name: f"${{{name}}}" for name in PROBE}
    place = "${" + compose.VARIABLE + "}"
    own = {name: each.replace("{port}", place) for name, each in _labels(label).items()}
    return compose.Own(
        own, {"PYTHONPATH": HOOK, **probe}, str(TARGET), INSIDE, [GATEWAY]
    )


def _stand_in(text: str) -> str:
    text = text.replace("{port}", compose.STAND_IN)
    return text.replace("{host}", docker_run.LOOPBACK)


def _ask_compose(
    engine: Engine, words: Sequence[str], env: Mapping[str, str], project: str
) -> dict[str, Any]:
    """What Compose says that its files come to. Raises ``ContainerRefused``."""
    given = {name: _stand_in(value) for name, value in env.items()}
    variables = {
        **engine.variables,
        **given,
        "COMPOSE_PROJECT_NAME": project,
        "FLASK_CONCURRENCY_HOOK": str(TARGET),
        **dict.fromkeys(PROBE, ""),
    }
    asked = engine._replace(client=(), variables=variables)
    try:
        model: dict[str, Any] = msgspec.json.decode(asked.ask(*words))
    except EngineFailed as problem:
        raise ContainerRefused(
            f"Compose cannot say what its files come to: {problem}; correct that, or "
            "install Compose 2"
        ) from None
    except msgspec.DecodeError:
        raise ContainerRefused("Compose 2 is needed, and this is none") from None
    return model


def variables(own: Mapping[str, str]) -> dict[str, str]:
    """The same, with the probe's address as it is inside a container."""
    port = own["FLASK_CONCURRENCY_PROBE"].rpartition(":")[2]
    return {**own, "FLASK_CONCURRENCY_PROBE": f"{HOST}:{port}"}
