"""Replaces a command that starts containers by a harmless one."""

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from pathlib import PurePath
from typing import Any

from harness.deployment.command.shell import CommandLine
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.containers import compose
from harness.deployment.containers import compose_command
from harness.deployment.containers import compose_start
from harness.deployment.containers import docker_run
from harness.deployment.containers import labels
from harness.deployment.containers.compose import Images
from harness.deployment.containers.compose_command import ask_compose
from harness.deployment.containers.compose_command import leading_options
from harness.deployment.containers.compose_command import scaled
from harness.deployment.containers.compose_command import Up
from harness.deployment.containers.contained import behind_hook
from harness.deployment.containers.contained import Contained
from harness.deployment.containers.contained import GATEWAY
from harness.deployment.containers.contained import HOOK
from harness.deployment.containers.contained import INSIDE
from harness.deployment.containers.contained import PROBE
from harness.deployment.containers.engine import Engine
from harness.deployment.containers.engine import EngineFailed
from harness.deployment.containers.mounts import refuse_engine
from harness.deployment.containers.recognize import DOCKER
from harness.deployment.containers.recognize import OTHERS
from harness.deployment.containers.recognize import refused_command
from harness.deployment.containers.recognize import starts_containers
from harness.deployment.containers.recognize import unwrapped
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal
from harness.deployment.containers.run_options import parse as parse_run
from harness.deployment.containers.run_options import Run
from harness.measure.target import TARGET

VALUED = frozenset(
    {"--config", "-c", "--context", "-H", "--host", "-l", "--log-level"}
    | {"--tlscacert", "--tlscert", "--tlskey"}
)
"""Options of the client itself that have a value."""


def contained(
    deployment: Deployment,
    command: CommandLine,
    folder: Path,
    variables: Mapping[str, str],
) -> Contained | None:
    """How to start a command's containers harmlessly; ``None`` if it starts none.

    Raises ``DeploymentFault`` for a command that cannot be started harmlessly.
    """
    try:
        words = unwrapped(command.words, {**variables, **command.env}, folder)
        if not starts_containers(words):
            return None
        for key in ("requirements", "python"):
            if getattr(deployment, key) is not None:
                raise ContainerRefused(Refusal.OF_THE_IMAGE, key)
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
        raise ContainerRefused(Refusal.OTHER_ENGINE, program=program)
    if program not in DOCKER:
        raise ContainerRefused(Refusal.BY_A_PROGRAM, program=program)
    if program == "docker-compose":
        engine = Engine(("docker",), folder, variables)
        return _project(command, engine, words[:1], keep)
    client = (words[0], *leading_options(words[1:], VALUED))
    engine, rest = Engine(client, folder, variables), words[len(client) :]
    if rest[:1] == ("compose",):
        return _project(command, engine, (*client, "compose"), keep)
    if rest[:2] == ("container", "run"):
        rest = rest[1:]
    if rest[:1] != ("run",):
        raise refused_command(rest)
    return _run(command, engine, parse_run(rest[1:]), keep)


def _reached(engine: Engine) -> tuple[str, str]:
    """The release of the engine, and the problem if it cannot be reached.

    Raises ``ContainerRefused`` for an engine on another machine, or of another kind.
    """
    if place := engine.elsewhere():
        raise ContainerRefused(Refusal.ELSEWHERE, place=place)
    try:
        release, other = engine.release()
    except EngineFailed as problem:
        return "", str(problem)
    if other:
        raise ContainerRefused(Refusal.NO_DOCKER, engine=f"{other} {release}")
    return release, ""


def _labels(label: str) -> dict[str, str]:
    name, _, value = label.partition("=")
    return {name: value, labels.OWNER: labels.owner()}


def _run(
    command: CommandLine, engine: Engine, run: Run, keep: Sequence[str]
) -> Contained:
    made = docker_run.harmless(run, engine.folder, keep)
    release, problem = _reached(engine)
    name = labels.new_run() + "-{port}"
    label = f"{labels.RUN}={name}"
    image = {} if problem else engine.image_variables(run.image)
    from_others = [e.value for e in run.options if e.name == "volumes-from"]
    _refuse_sockets(engine, from_others)
    given = map("=".join, {**labels.PASSED_OVER, **_labels(label)}.items())
    own = [word for each in given for word in ("--label", each)]
    # Unlike `--volume`, this creates no folder if it is missing, as on another machine.
    own += ["--add-host", GATEWAY, "--mount", f"type=bind,src={TARGET},dst={INSIDE},ro"]
    own += [word for each in PROBE for word in ("--env", each)]
    own += ["--log-driver", compose.LOGGING["driver"]]
    empty = labels.emptied({**image, **made.variables})
    notes = (*made.notes, *map(labels.note, empty))
    theirs = made.variables.get("PYTHONPATH", image.get("PYTHONPATH", ""))
    path = ":".join((HOOK, *behind_hook(theirs)))
    variables = [f"{name}=" for name in empty] + [f"PYTHONPATH={path}"]
    last = [word for variable in variables for word in ("--env", variable)]
    made = made._replace(options=(*made.options, *last))
    words = docker_run.command(engine.client, name, own, run, made)
    started = command._replace(words=words)
    return Contained(command, started, engine, label, "", notes, problem, release)


def _refuse_sockets(engine: Engine, containers: Sequence[str]) -> None:
    """Raise ``ContainerRefused`` for containers whose volumes have the engine's socket.

    A socket can be written to even if it is mounted read only.
    """
    for container in containers:
        name = container.removeprefix("container:").partition(":")[0]
        for source in engine.mounted(name):
            refuse_engine(Path(source))


def _model(
    command: CommandLine, engine: Engine, words: Sequence[str], project: str
) -> dict[str, Any]:
    """The model that Compose makes of its files, as ``words`` ask for it.

    Raises ``ContainerRefused``, also for a model of which nothing may be started.
    """
    model = ask_compose(engine, words, command.env, project)
    if not model.get("services"):
        raise ContainerRefused(Refusal.NO_SERVICE)
    for service in model["services"].values():
        others = service.get("volumes_from", ())
        _refuse_sockets(engine, [e for e in others if e.startswith("container:")])
    return model


def _images(engine: Engine, model: Mapping[str, Any], prefix: str, up: Up) -> Images:
    """The images of the services, with what is known of those that are there."""
    names = {each.get("image", "") for each in model["services"].values()}
    there = {name: engine.image_variables(name) for name in sorted(names) if name}
    present = {name: has for name, has in there.items() if has}
    return Images(prefix, "--build" in up.words, present)


def _project(
    command: CommandLine, engine: Engine, begin: Sequence[str], keep: Sequence[str]
) -> Contained:
    up = compose_command.parse(command.words[len(begin) :])
    if up is None:
        raise refused_command(("compose", *command.words[len(begin) :]))
    release, problem = _reached(engine)
    project = labels.new_run()
    label = f"{labels.RUN}={project}-{{port}}"
    if problem:
        return Contained(command, command, engine, label, problem=problem)
    words = (*begin, *compose_command.config_words(up))
    model = scaled(_model(command, engine, words, project), up)
    images = _images(engine, model, f"{project}-{compose.PLACE}", up)
    taken = engine.addresses()
    own = {k: v.replace("{port}", compose.PLACE) for k, v in _labels(label).items()}
    made = compose.harmless(model, own, engine.folder, keep, images, taken)
    own_project = compose_start.OwnProject(begin, engine.client, label)
    words = compose_start.command(own_project, up, made)
    env = {**command.env, compose.VARIABLE: "{port}"}
    started = command._replace(words=words, env=env)
    return Contained(
        command, started, engine, label, made.file, made.notes, "", release
    )
