"""Records of what will be measured, and of the environments to install."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

from harness.records.choices import Act
from harness.records.choices import DEFAULT_ASK
from harness.records.choices import DEFAULT_LIMIT
from harness.records.choices import Question
from harness.records.health import HealthCheck
from harness.records.staying import OwnRoutes
from harness.records.text import file_name
from harness.records.words import PositiveInt
from harness.records.words import Result

FLASK = "Flask"
"""The name of Flask where packages are named, in cells and in commands."""

PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
"""A word in braces, such as ``{port}``, that a value replaces."""


def with_release(of: Environment | Cell) -> str:
    """A server and its release, as in ids; only its name if the release is unknown."""
    return "-".join(filter(None, (of.server, of.server_version)))


class Environment(Result, frozen=True, kw_only=True):
    """One Python with one Flask release and one server release."""

    flask: str
    server: str
    server_version: str  # empty if unknown, as of a deployment that never answered
    python: str

    def __str__(self) -> str:
        return f"flask-{self.flask}/{with_release(self)}/py{self.python}"

    @property
    def slug(self) -> str:
        """The id as a file name and as the name of the nox session."""
        return file_name(str(self).replace("/", "+"))

    def cell(self, configuration: str) -> Cell:
        """The cell of one configuration in this environment."""
        return Cell(**msgspec.structs.asdict(self), configuration=configuration)


class Cell(Result, frozen=True, kw_only=True):
    """One configuration in one environment; ``str(cell)`` is its name everywhere."""

    flask: str
    server: str
    server_version: str
    configuration: str
    python: str

    def __str__(self) -> str:
        server = with_release(self)
        return f"flask-{self.flask}/{server}/{self.configuration}/py{self.python}"

    @property
    def environment(self) -> Environment:
        """The environment that this cell is measured in."""
        return msgspec.convert(self, Environment, from_attributes=True)


class Declaration(Result, frozen=True, kw_only=True):
    """How many requests at once a configuration should handle, by documentation."""

    declared: PositiveInt | None
    """Requests at once; ``None`` for no bound."""
    because: str
    """One sentence: why the configuration declares this."""
    source: str
    """The page of the server's documentation that says so."""
    formula: str = ""
    """How the number is computed, if it depends on the measuring machine; it is not
    computed yet if the number is missing."""
    at_first: PositiveInt | None = None
    """Requests at once right after the start, if the server adds processes only while
    requests wait."""
    by_chance: str = ""
    """Why chance decides how many threads the server starts for arriving requests, as
    the end of a sentence; empty if it does not."""

    @property
    def grows(self) -> bool:
        """Whether the server starts further processes only while requests wait."""
        return self.at_first is not None


class Formula(Result, frozen=True, kw_only=True):
    """How to compute a number that depends on the measuring machine."""

    name: str
    """The name of a formula in ``harness/plan/formulas.py``."""
    times: PositiveInt = 1
    """A factor, such as the number of workers."""


class NeededHere(Result, frozen=True, kw_only=True):
    """A requirement that only the measuring machine can check."""

    programs: tuple[str, ...] = ()
    """Programs that must all be on PATH."""
    succeeds: tuple[str, ...] = ()
    """A command with ``{target}`` that ends with exit status 0; none when empty."""
    because: str


class PlannedFront(Result, frozen=True, kw_only=True):
    """The proxy to start in front of a server."""

    title: str
    argv: tuple[str, ...]
    """The command with placeholders: ``{folder} {host} {port} {upstream}``."""
    version: tuple[str, ...]
    """Arguments with which the program prints its release."""
    file: str
    """The name of its configuration file."""
    template: str
    """Content of that file, with the same placeholders."""

    def fill(self, values: Mapping[str, str]) -> PlannedFront:
        """Fill in the placeholders."""

        def filled(text: str) -> str:
            return PLACEHOLDER.sub(lambda word: values[word[1]], text)

        return msgspec.structs.replace(
            self, argv=tuple(map(filled, self.argv)), template=filled(self.template)
        )


class PlannedCell(Result, frozen=True, kw_only=True):
    """One cell, with everything needed to start and measure it."""

    id: str
    configuration: str
    argv: tuple[str, ...]
    """The command with placeholders, such as ``{python}`` and ``{port}``."""
    front: PlannedFront | None = None
    """The proxy in front of the server, if there is one."""
    declaration: Declaration
    computed: Formula | None = None
    """How the machine that measures is to compute the declared number."""
    env: dict[str, str] = {}
    requires: tuple[str, ...] = ()
    """Requirements beyond Flask and the server, such as ``gevent``."""
    also_offered: tuple[PositiveInt, ...] = ()
    """Loads to offer besides those around the declared number."""
    health: HealthCheck = HealthCheck()
    """How an orchestrator asks whether it is alive, for the question ``probes``."""
    own: OwnRoutes = OwnRoutes()
    """Paths of the app's own at which clients stay, for the questions about these."""
    not_supported: str | None = None
    """Why this cell cannot be measured, if that is known before installing."""
    needs_here: tuple[NeededHere, ...] = ()
    acts: tuple[Act, ...] = ()
    """Acts for the question ``life``; empty for all of them."""


Wheel = Annotated[str, msgspec.Meta(pattern=r"^wheels/[0-9a-f]+/[^/]+\.whl$")]
"""A path that cannot lead out of its folder, even in a forged plan."""


class Built(Result, frozen=True, kw_only=True):
    """A release that is on no index: built from a checkout, an archive or git."""

    package: str
    """The name of the package, as in the catalog."""
    version: str
    """The project's version, with a local part that names the source."""
    origin: str
    """The source, as it was given."""
    wheel: Wheel
    """The file to install, relative to the folder that the plan is in."""
    python: str = ""
    """Pythons that the project supports, by its metadata; empty for any."""
    requires: tuple[str, ...] = ()
    """Requirements of the project, by its metadata."""


class PlannedEnvironment(Result, frozen=True, kw_only=True):
    """One environment and the cells to measure in it: the unit of work."""

    environment: Environment
    title: str = ""
    """The server's name in reports; empty for its name in the catalog."""
    requirements: tuple[str, ...]
    """Requirements of every cell: Flask and the server, each pinned."""
    built: tuple[Built, ...] = ()
    """Whichever of Flask and the server is installed from a wheel made for this run."""
    constraints: tuple[str, ...]
    """Pins of companions of the Flask release."""
    build_env: dict[str, str] = {}
    """Variables for the installation, where something has to be built."""
    cells: tuple[PlannedCell, ...]
    limit: PositiveInt = DEFAULT_LIMIT
    ask: tuple[Question, ...] = DEFAULT_ASK
    """Questions to ask; the overlap is always measured."""

    @property
    def sources(self) -> dict[str, str]:
        """Sources of packages that are on no index, by the name of the package."""
        return {built.package: built.origin for built in self.built}


class Plan(Result, frozen=True, kw_only=True):
    """Everything that a run will measure, in order."""

    environments: tuple[PlannedEnvironment, ...]

    @property
    def cells(self) -> list[PlannedCell]:
        """The cells of all environments, in order."""
        return [cell for environment in self.environments for cell in environment.cells]


class NotInstalled(Result, frozen=True, kw_only=True):
    """Why requirements are missing from an environment."""

    requires: tuple[str, ...]
    reason: str
    log_tail: str


class Installed(Result, frozen=True, kw_only=True):
    """An installed environment: its interpreter, and what could not be installed."""

    python: str
    """Path of the interpreter; the environment's scripts are beside it."""
    not_installed: tuple[NotInstalled, ...] = ()
    versions: dict[str, str] | None = None
    """Every distribution that it finds, if already known."""
    variables: dict[str, str] = {}
    """Variables that it needs to find what is installed, such as PYTHONPATH."""

    def missing(self, cell: PlannedCell) -> NotInstalled | None:
        """The requirements of a cell that could not be installed."""
        for missing in self.not_installed:
            if set(missing.requires) & set(cell.requires):
                return missing
        return None
