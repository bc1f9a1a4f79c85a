"""Records of the catalog's files, and of a selection from them."""

import sys
from typing import Annotated
from typing import Literal

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from harness.records.choices import DEFAULT_ASK
from harness.records.choices import DEFAULT_LIMIT
from harness.records.choices import Question
from harness.records.plan import Built
from harness.records.words import PositiveInt
from harness.records.words import Record
from harness.records.words import Result

ANY = SpecifierSet()
"""The specifier that every release meets: the default of a key."""

Sentence = Annotated[str, msgspec.Meta(min_length=1)]
Page = Annotated[str, msgspec.Meta(pattern="^https://[^ ]+$")]
ServerName = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$")]
ConfigurationId = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9._-]*$")]

Declared = PositiveInt | Literal["unbounded"]
"""Requests at once that a deployment declares, spelled as in its file."""

Promised = PositiveInt | str
"""Requests at once that a configuration declares: a number, ``unbounded``, or a formula
such as ``2 x thread-pool`` whose name is in ``harness/plan/formulas.py``."""


class Need(Record, frozen=True, kw_only=True):
    """A condition for a cell to be measured; every given key must hold."""

    where: SpecifierSet = ANY
    """Releases of the server that have this need; other releases do not."""
    release: SpecifierSet = ANY
    """Releases of the server that are supported."""
    flask: SpecifierSet = ANY
    python: SpecifierSet = ANY
    platforms: tuple[str, ...] = ()
    """Supported values of ``sys.platform``; without any, all are."""
    programs: tuple[str, ...] = ()
    """Programs that must be on PATH, all of them."""
    succeeds: tuple[str, ...] = ()
    """A command, with ``{target}``, that must end with exit status 0. Like ``programs``
    it is checked on the machine that measures, before anything is installed."""
    because: Sentence


class Addition(Record, frozen=True, kw_only=True):
    """Arguments, variables and requirements for some releases of a server only."""

    release: SpecifierSet
    argv: tuple[str, ...] = ()
    env: dict[str, str] = {}
    requires: tuple[Requirement, ...] = ()
    because: Sentence


class Declares(Record, frozen=True, kw_only=True):
    """What a configuration declares, why, and where the documentation says so."""

    declared: Promised
    because: Sentence
    source: Page
    also_offered: tuple[PositiveInt, ...] = ()
    at_first: PositiveInt | None = None
    """Requests at once right after the start, if the server adds processes only while
    requests wait."""


class DeclaredFor(Declares, frozen=True, kw_only=True):
    """A different declaration for some releases of Flask or of the server."""

    flask: SpecifierSet = ANY
    release: SpecifierSet = ANY


class ByChance(Record, frozen=True, kw_only=True):
    """A server that starts its threads by chance as requests arrive.

    A pool that has grown proves nothing about a pool that has not.
    """

    release: SpecifierSet = ANY
    besides: tuple[ConfigurationId, ...] = ()
    """Configurations in which the app does not run in such a pool."""
    because: Sentence
    """The end of a sentence."""
    source: Page
    """The lines in the server's code that show it."""


class Configuration(Declares, frozen=True, kw_only=True):
    """One way to start a server, and what it declares."""

    id: ConfigurationId
    behind: str | None = None
    """The proxy in front, by the name of its file; by default none."""
    passed_by: str | None = None
    """How the proxy passes a request on: one of its ``passes``."""
    app: Sentence | None = None
    """An app in place of the server's own, such as the same one wrapped for ASGI."""
    listen: tuple[str, ...] = ()
    """Arguments in place of the server's own ``listen``."""
    wrapper: tuple[str, ...] = ()
    """A program that runs the server's command, with its arguments."""
    argv: tuple[str, ...] = ()
    """Arguments that are appended to the server's own."""
    env: dict[str, str] = {}
    requires: tuple[Requirement, ...] = ()
    releases: tuple[Version, ...] = ()
    """Releases of the server to measure by default, if they differ from the server's
    own."""
    needs: tuple[Need, ...] = ()
    declaration: tuple[DeclaredFor, ...] = ()
    """Other declarations; the first one that fits replaces the configuration's own."""


class Server(Record, frozen=True, kw_only=True):
    """One file of ``catalog/servers``."""

    name: ServerName
    title: Sentence
    """The name in reports."""
    package: Sentence | None = None
    """Name on the package index; none for a part of Python."""
    documentation: Page
    position: int = 100
    """Position in lists: servers are sorted by this number, then by name."""
    part_of_python: bool = False
    """Whether it comes with Python; its release is then that of Python."""
    pinned_by_flask: bool = False
    """Whether the constraints of the Flask series pin its release."""
    releases: tuple[Version, ...] = ()
    app: Sentence = "app:app"
    """The value of ``{app}``: the app, as the server's command names it."""
    since: Version | None = None
    """The oldest release that ``track`` and ``bisect`` follow unless asked for older
    ones."""
    argv: tuple[str, ...] = ()
    listen: tuple[str, ...] = ()
    """Arguments for the address and the protocol, where these may differ between
    configurations. They follow ``argv``."""
    env: dict[str, str] = {}
    build_env: dict[str, str] = {}
    """Variables for its installation, if it has to be built."""
    requires: tuple[Requirement, ...] = ()
    needs: tuple[Need, ...] = ()
    addition: tuple[Addition, ...] = ()
    by_chance: tuple[ByChance, ...] = ()
    configuration: Annotated[tuple[Configuration, ...], msgspec.Meta(min_length=1)]


class Proxy(Record, frozen=True, kw_only=True):
    """One file of ``catalog/proxies``: a proxy that can be in front of a server."""

    name: ServerName
    title: Sentence
    documentation: Page
    argv: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """Its command; the first word is a program that is looked up on PATH."""
    because: Sentence
    """Where to get that program."""
    version: tuple[str, ...]
    """Arguments with which the program prints its release."""
    file: Sentence
    """The name of its configuration file, in the folder that it is started in."""
    template: Sentence
    """Content of that file, with placeholders."""
    passes: Annotated[dict[str, Sentence], msgspec.Meta(min_length=1)]
    """Ways to pass a request on: values for ``{pass}`` in the template."""


class Series(Record, frozen=True, kw_only=True):
    """Flask releases that share their companions and their Pythons."""

    flask: SpecifierSet
    constraints: Sentence
    """The file in ``catalog/constraints``."""
    python: SpecifierSet
    because: Sentence
    """Why other Pythons are not supported."""


class Exclusion(Record, frozen=True, kw_only=True):
    """Cells that are not measured, though they could be."""

    cells: Sentence
    """A glob on cell ids."""
    why: Sentence


class Matrix(Record, frozen=True, kw_only=True):
    """The file ``catalog/matrix.toml``."""

    flask: Annotated[tuple[Version, ...], msgspec.Meta(min_length=1)]
    """The releases of Flask to measure, oldest first."""
    default: Annotated[tuple[Sentence, ...], msgspec.Meta(min_length=1)]
    """Globs on cell ids: the selection when nothing else is selected."""
    series: Annotated[tuple[Series, ...], msgspec.Meta(min_length=1)]
    """Series; the first one that a Flask release fits counts."""
    exclusion: tuple[Exclusion, ...] = ()


class Constraint(Record, frozen=True, kw_only=True):
    """One line of a file of constraints."""

    requirement: Requirement
    because: Sentence


class Catalog(Record, frozen=True, kw_only=True):
    """Everything that could be measured."""

    servers: tuple[Server, ...]
    proxies: tuple[Proxy, ...] = ()
    matrix: Matrix
    constraints: dict[str, tuple[Constraint, ...]]
    """Constraints, by the name of their file."""


class Selection(Result, frozen=True, kw_only=True):
    """What the user selected to measure, as typed."""

    python: str = "{}.{}".format(*sys.version_info)
    """The Python of the environments; by default the one that runs this program."""
    only: tuple[str, ...] = ()
    """Globs on cell ids, or whole ids."""
    flask: tuple[str, ...] = ()
    """Releases of Flask, in place of those of the matrix."""
    servers: tuple[str, ...] = ()
    """Names of servers, or ``NAME==RELEASE``."""
    server_releases: tuple[str, ...] = ()
    """Releases of servers, in place of those of the catalog: ``NAME==RELEASE,...``."""
    built: tuple[Built, ...] = ()
    """Releases of Flask and of servers that were built from sources."""
    everything: bool = False
    """Whether to select all of the catalog rather than its default selection."""
    limit: PositiveInt = DEFAULT_LIMIT
    ask: tuple[Question, ...] = DEFAULT_ASK
    platform: str = sys.platform
