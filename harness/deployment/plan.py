"""Plans a deployment: an environment with one cell, which ``measure`` takes."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

from harness.deployment.config import Deployment
from harness.deployment.declared.program import server_name
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.running import software_name
from harness.deployment.health import health_check
from harness.deployment.hello import Hello
from harness.deployment.life import acts_of
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.deployment.prepare import UNKNOWN
from harness.deployment.shell import CommandLine
from harness.plan import catalog
from harness.records.choices import DEFAULT_LIMIT
from harness.records.choices import Question
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.staying import OwnRoutes


def environment(words: Sequence[str], versions: Mapping[str, str]) -> Environment:
    """The environment of a command: its server, and the releases that it runs on."""
    return _environment(server_name(words), "", versions)


def running_environment(
    prepared: Prepared, promise: Promise | None, hello: Hello | None
) -> Environment:
    """The environment of a server that has run: its name is what the server says."""
    words, versions = prepared.command.words, prepared.versions
    if promise is not None:
        return _environment(promise.server, "", versions)
    name, release = software_name(hello.software if hello else "")
    name = name or (hello.server if hello else "")
    if not name:
        return environment(words, versions)
    return _environment(name, release, versions)


def _environment(server: str, release: str, versions: Mapping[str, str]) -> Environment:
    server = re.sub(r"[^a-z0-9]+", "-", server.lower()).strip("-") or UNKNOWN
    release = versions.get(server) or versions.get(f"py{server}") or release or "0"
    return Environment(
        flask=versions.get("flask", UNKNOWN),
        server=server,
        server_version=release,
        python=".".join(versions.get("python", UNKNOWN).split(".")[:2]),
    )


def plan_deployment(
    prepared: Prepared | NotPrepared, limit: int | None, ask: Collection[Question] = ()
) -> PlannedEnvironment:
    """The environment of a deployment, with one cell: what is measured of it.

    ``limit`` is how far a deployment that declares no bound is tried.
    """
    deployment = prepared.deployment
    most = max(limit or DEFAULT_LIMIT, deployment.at_least or 1)
    if isinstance(prepared, Prepared):
        where = environment(prepared.command.words, prepared.versions)
        cell = _cell(prepared, where, most)
    else:
        where = environment((), {})
        cell = PlannedCell(
            id=str(where.cell(deployment.name)),
            configuration=deployment.name,
            argv=(),
            declaration=_UNKNOWN_DECLARATION,
        )
    return PlannedEnvironment(
        environment=where,
        title=catalog.titles().get(where.server, ""),
        requirements=(),
        constraints=(),
        cells=(cell,),
        limit=most,
        ask=_with_promised(deployment, ask),
    )


def _with_promised(
    deployment: Deployment, ask: Collection[Question]
) -> tuple[Question, ...]:
    """The questions to ask, and those that its own keys are about."""
    places = (Question.PLACES,) if deployment.hold_at else ()
    life = (Question.LIFE,) if acts_of(deployment) else ()
    own = (
        (deployment.upload_to, Question.UPLOADS),
        (deployment.events_at, Question.EVENTS),
        (deployment.socket_at, Question.SOCKETS),
        (deployment.polls_at, Question.POLLS),
    )
    staying = (question for path, question in own if path)
    return tuple(dict.fromkeys((*ask, *places, *life, *staying)))


_UNKNOWN_DECLARATION = Declaration(
    declared=None, because="It was not asked.", source=""
)


def _cell(prepared: Prepared, where: Environment, most: int) -> PlannedCell:
    name = prepared.deployment.name
    argv, env = placeholders(prepared.command)
    return PlannedCell(
        id=str(where.cell(name)),
        configuration=name,
        argv=argv,
        env=env,
        declaration=prepared.declaration,
        also_offered=_also_offered(prepared, most),
        health=health_check(prepared.deployment, prepared.where.folder),
        own=_own_routes(prepared.deployment),
        acts=acts_of(prepared.deployment),
    )


def _own_routes(deployment: Deployment) -> OwnRoutes:
    """Where clients stay, as the deployment says."""
    return OwnRoutes(
        upload_to=deployment.upload_to or "",
        events_at=deployment.events_at or "",
        socket_at=deployment.socket_at or "",
        polls_at=deployment.polls_at or "",
    )


def _also_offered(prepared: Prepared, most: int) -> tuple[int, ...]:
    """What is offered besides to see the bound of a number that nothing derives."""
    declared = prepared.declaration.declared
    given = prepared.promise is None and prepared.deployment.declared is not None
    return (most,) if given and declared is not None and declared < most else ()


def placeholders(command: CommandLine) -> tuple[tuple[str, ...], dict[str, str]]:
    """The words and the variables of a command, as a planned cell has them."""
    env = {key: _places_only(value) for key, value in command.env.items()}
    return tuple(map(_places_only, command.words)), env


def _places_only(text: str) -> str:
    """A text for ``str.format`` in which only ``{host}`` and ``{port}`` are places."""
    text = text.replace("{", "{{").replace("}", "}}")
    return re.sub(r"\{(\{(?:host|port)\})\}", r"\1", text)
