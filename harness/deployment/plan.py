"""Plans a deployment: an environment with one cell, for ``measure``."""

import re
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import msgspec

from harness.deployment.command.program import server_name
from harness.deployment.command.shell import CommandLine
from harness.deployment.command.shell import words_in
from harness.deployment.config import Deployment
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.running import software_name
from harness.deployment.environment import release_of
from harness.deployment.environment import UNKNOWN
from harness.deployment.hook import Hello
from harness.deployment.hook import SILENT
from harness.deployment.on_platform import health_check
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.deployment.result import acts_of
from harness.plan import catalog
from harness.records.choices import DEFAULT_LIMIT
from harness.records.choices import Question
from harness.records.evidence import Evidence
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.staying import OwnRoutes


def environment_of_command(
    words: Sequence[str], versions: Mapping[str, str]
) -> Environment:
    """The planned environment of a command: its server, and the installed releases."""
    return _environment(server_name(words), "", versions)


def running_environment(
    prepared: Prepared, promise: Promise | None, hello: Hello | None
) -> Environment:
    """The planned environment of a server, by its own name if that is known."""
    if promise is not None:
        return _environment(promise.server, "", prepared.versions)
    hello = hello or SILENT
    name, release = software_name(hello.software)
    server = name or hello.server or server_name(prepared.command.words)
    return _environment(server, release, prepared.versions)


def _environment(server: str, release: str, versions: Mapping[str, str]) -> Environment:
    server = re.sub(r"[^a-z0-9]+", "-", server.lower()).strip("-") or UNKNOWN
    release = versions.get(server) or versions.get(f"py{server}") or release
    return Environment(
        flask=versions.get("flask", UNKNOWN),
        server=server,
        server_version=release,
        python=release_of(versions),
    )


def in_environment(evidence: Evidence, where: Environment) -> Evidence:
    """The evidence of the one cell, in another environment than was planned."""
    (cell,) = evidence.cells
    cell = msgspec.structs.replace(cell, id=str(where.cell(cell.configuration)))
    title = catalog.titles().get(where.server, "")
    return msgspec.structs.replace(
        evidence, environment=where, title=title, cells=(cell,)
    )


def plan_deployment(
    prepared: Prepared | NotPrepared, limit: int | None, ask: Collection[Question] = ()
) -> PlannedEnvironment:
    """Plan a deployment as an environment with one cell.

    ``limit`` is how far a deployment that declares no bound is tried.
    """
    deployment = prepared.deployment
    most = max(limit or DEFAULT_LIMIT, deployment.at_least or 1)
    if isinstance(prepared, Prepared):
        where = running_environment(prepared, prepared.promise, None)
        cell = _cell(prepared, where, most)
    else:
        where = environment_of_command(words_in(deployment.command or ""), {})
        cell = PlannedCell(
            id=str(where.cell(deployment.name)),
            configuration=deployment.name,
            argv=(),
            declaration=_NOT_ASKED,
        )
    return PlannedEnvironment(
        environment=where,
        title=catalog.titles().get(where.server, ""),
        requirements=(),
        constraints=(),
        cells=(cell,),
        limit=most,
        ask=tuple(dict.fromkeys((*ask, *_promised(deployment)))),
    )


def _promised(deployment: Deployment) -> Iterator[Question]:
    """The questions that the deployment's keys need."""
    if deployment.hold_at:
        yield Question.PLACES
    if acts_of(deployment):
        yield Question.LIFE
    yield from (_STAYING[name] for name in _own_routes(deployment))


_NOT_ASKED = Declaration(declared=None, because="It was not asked.", source="")

_STAYING = {
    "upload_to": Question.UPLOADS,
    "events_at": Question.EVENTS,
    "socket_at": Question.SOCKETS,
    "polls_at": Question.POLLS,
}
"""Keys that name routes at which clients stay, and the questions about them."""


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
        own=OwnRoutes(**_own_routes(prepared.deployment)),
        acts=acts_of(prepared.deployment),
    )


def _own_routes(deployment: Deployment) -> dict[str, str]:
    """The routes at which clients stay, by the key that names each."""
    return {name: path for name in _STAYING if (path := getattr(deployment, name))}


def _also_offered(prepared: Prepared, most: int) -> tuple[int, ...]:
    """Further numbers to offer, to find the bound of a number that nothing declares."""
    declared = prepared.declaration.declared
    given = prepared.promise is None and prepared.deployment.declared is not None
    return (most,) if given and declared is not None and declared < most else ()


def placeholders(command: CommandLine) -> tuple[tuple[str, ...], dict[str, str]]:
    """The words and variables of a command, with the placeholders of a planned cell."""
    env = {key: _places_only(value) for key, value in command.env.items()}
    return tuple(map(_places_only, command.words)), env


def _places_only(text: str) -> str:
    """A text for ``str.format`` with no placeholders but ``{host}`` and ``{port}``."""
    text = text.replace("{", "{{").replace("}", "}}")
    return re.sub(r"\{(\{(?:host|port)\})\}", r"\1", text)
