"""Deployments as users describe them; errors name the file, deployment and key."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from typing import NamedTuple

import msgspec

from harness.deployment.options import as_options
from harness.deployment.options import option
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import NotReadable
from harness.records import text
from harness.records.catalog import ConfigurationId
from harness.records.catalog import Declared
from harness.records.catalog import Sentence
from harness.records.choices import Act
from harness.records.errors import UsageError
from harness.records.files import read_text
from harness.records.health import CheckBy
from harness.records.health import Seconds
from harness.records.life import OnTerm
from harness.records.words import PositiveInt
from harness.records.words import Record

PYPROJECT = "pyproject.toml"

TABLE = "flask-concurrency"
"""The table below ``tool`` in that file."""

COMMANDS = ("command", "procfile", "dockerfile")
"""Keys that say where the command comes from; each deployment has one of them."""

MOST_CHARACTERS = 1000
"""Longest problem, in characters; it may quote the user's file."""

MOST_IN_NAME = 100
"""Longest name of a deployment, in characters; files are named after it."""

UrlPath = Annotated[str, msgspec.Meta(pattern="^/[^ ]*$")]
PythonRelease = Annotated[str, msgspec.Meta(pattern=r"^3\.[0-9]+$")]
Variables = dict[Annotated[str, msgspec.Meta(pattern="^[A-Za-z_][A-Za-z0-9_]*$")], str]
Headers = dict[
    Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")],
    Annotated[str, msgspec.Meta(pattern="^[\\x20-\\x7e]*$")],
]


class Probes(Record, frozen=True, kw_only=True):
    """How an orchestrator asks whether a deployment is alive."""

    remedies = {
        "path": "write a path such as '/healthz'",
        "port": "write a number from 1 to 65535",
        "by": "write 'http' or 'tcp'",
        "period": "write seconds, such as 10",
        "timeout": "write seconds, such as 1",
        "failures": "write a number from 1 on",
        "file": "write the path of a manifest, such as 'k8s/deployment.yaml'",
    }

    file: Sentence | None = None
    """A file with all of these settings: a Kubernetes manifest, a Compose file,
    ``fly.toml``, ``app.yaml``, or a ``service.yaml`` of Cloud Run. Other keys override
    it."""
    path: UrlPath | None = None
    """The path to request; by default ``ready``, or else the probe's own."""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] | None = None
    """The port to check; by default that of the app."""
    by: CheckBy | None = None
    """``http``, or ``tcp`` to open just a connection."""
    period: Seconds | None = None
    """Seconds from one check to the next; by default 10, as in Kubernetes."""
    timeout: Seconds | None = None
    """Seconds that an answer may take; by default 1."""
    failures: PositiveInt | None = None
    """Failures in a row after which it is restarted; by default 3."""


class Deployment(Record, frozen=True, kw_only=True):
    """One way to serve an app, and what it promises."""

    remedies = {
        "name": "write lower-case letters, digits, '.', '_' and '-'",
        "command": "write a text such as 'gunicorn shop:app'",
        "procfile": "write the name of a line in the Procfile, such as 'web'",
        "dockerfile": "write the path of one, such as 'Dockerfile'",
        "target": "write the name of a stage of the Dockerfile",
        "requirements": "write the path of a file, such as 'requirements.txt'",
        "keep-mounts": "write paths and names, such as ['./static']",
        "ready": "write a path such as '/health'",
        "declared": "write a positive number, or 'unbounded'",
        "at-least": "write a positive number",
        "python": "write a release such as '3.12'",
        "route": "write a path such as '/orders/1'",
        "hold-at": "write ['shop.store:checkout'], or a name such as ['sqlalchemy']",
        "below": "write a path such as '/shop'",
        "headers": "write { Name = 'text' }: every value is printable text",
        "upload-to": "write a path such as '/photos'",
        "events-at": "write a path such as '/events'",
        "socket-at": "write a path such as '/ws'",
        "polls-at": "write a path such as '/socket.io/'",
        "probes": "write { path = '/healthz', period = 10, timeout = 1, failures = 3 }",
        "platform": "write the path of a file, such as 'service.yaml'",
        "life": "write acts, such as ['reload', 'kill', 'end']",
        "never-below": "write a positive number",
        "on-term": "write 'finish'",
        "env": "write { NAME = 'text' }: every value is text",
    }

    name: ConfigurationId
    """Its name in reports and options: lower-case letters, digits, . _ and -."""
    command: Sentence | None = None
    """The command of the server, run in the folder of this file, with ``{port}`` (and,
    if it takes one, ``{host}``) in place of the port that it listens on."""
    procfile: Sentence | None = None
    """In place of ``command``: the name of a line in the ``Procfile``, such as web."""
    dockerfile: Sentence | None = None
    """In place of ``command``: a Dockerfile, whose ``CMD`` is taken."""
    target: Sentence | None = None
    """With ``dockerfile``: the stage that is built, by default the last."""
    requirements: Sentence | None = None
    """A requirements file, or a ``pyproject.toml`` or ``Pipfile`` with dependencies, to
    install into a separate environment, unless the current one already satisfies it;
    without it the server runs in the current one."""
    env: Variables = {}
    """Environment variables to set for the server, in addition to the current ones."""
    probes: Probes | None = None
    """How an orchestrator asks whether it is alive, for the question ``probes``. By
    default as ``platform`` says, or else with Kubernetes' defaults."""
    platform: Sentence | None = None
    """A file that says how many requests a platform sends to one instance, such as
    ``service.yaml`` or ``fly.toml``; by default the one next to this file."""
    ready: UrlPath | None = None
    """A path that must answer, with any status below 500, before it is measured."""
    below: UrlPath | None = None
    """The path under which the Flask app is mounted, if not the root. By default the
    variable ``SCRIPT_NAME``."""
    headers: Headers = {}
    """Headers to send with every request, such as those that a proxy would set."""
    route: UrlPath | None = None
    """One of the app's own paths, whose requests get to the places of ``hold-at``."""
    hold_at: tuple[Sentence, ...] = ()
    """Places inside the app at which requests are held and counted: functions, methods
    or locks as module:attribute, or names such as sqlalchemy."""
    upload_to: UrlPath | None = None
    """A path that takes uploads, for the question ``uploads``: no upload is completed.
    By default one of the probe's own."""
    events_at: UrlPath | None = None
    """A path that answers with an event stream, for the question ``events``. By default
    one of the probe's own."""
    socket_at: UrlPath | None = None
    """A path that opens a WebSocket, for the question ``sockets``."""
    polls_at: UrlPath | None = None
    """The path of Socket.IO, for the question ``polls``."""
    declared: Declared | None = None
    """How many requests at once it promises, if the command does not say."""
    at_least: PositiveInt | None = None
    """How many requests must always be handled at once."""
    never_below: PositiveInt | None = None
    """How many slots there must be at every moment, until it is stopped."""
    on_term: OnTerm | None = None
    """``finish``: on SIGTERM all requests in the app are answered before it ends."""
    life: tuple[Act, ...] = ()
    """Acts to try for the question ``life``. By default those for ``never-below``
    (recycle, reload and kill) and ``on-term`` (end), or else all."""
    python: PythonRelease | None = None
    """The Python that it must run on."""
    keep_mounts: tuple[Sentence, ...] = ()
    """Folders, files and volumes that a container may write to although they do not
    belong to the check: they are mounted as they are, and what is written to them
    stays."""

    @property
    def source_key(self) -> str:
        """The key that the command comes from."""
        return next((key for key in COMMANDS if getattr(self, key)), "command")


class Deployments(Record, frozen=True, kw_only=True):
    """The file ``concurrency.toml``, or the table in ``pyproject.toml``."""

    deployment: Annotated[tuple[Deployment, ...], msgspec.Meta(min_length=1)]


class DeploymentFault(Exception):
    """A key of a deployment that cannot be used: the problem and a remedy."""

    def __init__(self, key: str, problem: str, remedy: str = "") -> None:
        self.key = key
        self.cause = problem
        """The problem without its remedy, if that was given by itself."""
        self.problem = "; ".join(filter(None, (problem, remedy)))
        super().__init__(f"{key}: {self.problem}")


class Configured(NamedTuple):
    """The deployments in one file, or the one that options describe."""

    path: Path | None
    """The file that describes the deployments; ``None`` if options describe one."""
    folder: Path
    """The folder to start the deployments in; their paths are relative to it."""
    deployments: tuple[Deployment, ...]

    def line(self, deployment: Deployment, key: str) -> int:
        """The line of a key of a deployment, counted from one; zero if it has none."""
        if self.path is None:
            return 0
        table = f"deployment.{self.deployments.index(deployment)}"
        try:
            (document,) = from_toml(read_text(self.path))
        except NotReadable:  # it has been changed meanwhile
            return 0
        tables = find(document, table) or find(document, f"tool.{TABLE}.{table}")
        places = [place for each in tables for place in (*find(each.node, key), each)]
        return places[0].node.line if places else 0


def read_named(key: str, path: Path) -> str:
    """The text of a file that a key names. Raises ``DeploymentFault``."""
    try:
        return read_text(path)
    except UsageError as problem:
        raise DeploymentFault(key, str(problem)) from None


@contextlib.contextmanager
def located(configured: Configured, deployment: Deployment) -> Iterator[None]:
    """Turn a ``DeploymentFault`` into a ``UsageError`` with file and deployment."""
    try:
        yield
    except DeploymentFault as fault:
        raise UsageError(fault_words(configured.path, deployment.name, fault)) from None


def fault_words(path: Path | None, name: str, fault: DeploymentFault) -> str:
    """Describe a fault with its file, deployment and key, or with its option."""
    problem = text.shortened(fault.problem, MOST_CHARACTERS)
    if path is None:
        return f"{option(fault.key)}: {as_options(problem)}"
    name = text.shortened(name, MOST_IN_NAME)
    return f"{path}: deployment {name}: {fault.key}: {problem}"
