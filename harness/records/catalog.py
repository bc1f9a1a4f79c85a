"""Records of the catalog's files, and of a selection from them."""

from __future__ import annotations

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
"""Requests at once that a deployment declares, as its file spells it."""

Promised = PositiveInt | str
"""Requests at once that a configuration declares: a number, ``unbounded``, or a formula
such as ``2 x thread-pool`` whose name is in ``harness/plan/formulas.py``."""


class Need(Record, frozen=True, kw_only=True):
    """A condition for a cell to be measured; every key that is given must hold."""

    where: SpecifierSet = ANY
    """Releases of the server that this applies to; others need nothing."""
    release: SpecifierSet = ANY
    """Releases of the server that are supported."""
    flask: SpecifierSet = ANY
    python: SpecifierSet = ANY
    platforms: tuple[str, ...] = ()
    """Supported values of ``sys.platform``; none given means all."""
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
    """What is declared, why, and where the documentation says so."""

    declared: Promised
    because: Sentence
    source: Page
    also_offered: tuple[PositiveInt, ...] = ()
    at_first: PositiveInt | None = None
    """Requests at once before the server has grown, where it starts further processes
    only while requests wait."""


class DeclaredFor(Declares, frozen=True, kw_only=True):
    """Another declaration, for some releases of Flask or of the server."""

    flask: SpecifierSet = ANY
    release: SpecifierSet = ANY


class ByChance(Record, frozen=True, kw_only=True):
    """The fact that a server starts its threads by chance as requests come.

    What was seen of such a pool once it has grown says nothing of one that has not.
    """

    release: SpecifierSet = ANY
    besides: tuple[ConfigurationId, ...] = ()
    """Configurations in which the app runs in no such pool."""
    because: Sentence
    """The end of a sentence."""
    source: Page
    """The lines of the server's own code."""


class Configuration(Declares, frozen=True, kw_only=True):
    """One way to start a server, and what that declares."""

    id: ConfigurationId
    behind: str | None = None
    """The proxy in front, by the name of its file; by default there is none."""
    passed_by: str | None = None
    """How the proxy passes a request on: one of its ``passes``."""
    app: Sentence | None = None
    """An app in place of the server's own ``app``, such as the same one wrapped for
    ASGI.
    """
    listen: tuple[str, ...] = ()
    """Arguments in place of the server's own ``listen``."""
    wrapper: tuple[str, ...] = ()
    """A program that runs the server's command, with its arguments."""
    argv: tuple[str, ...] = ()
    """Appended to the server's own."""
    env: dict[str, str] = {}
    requires: tuple[Requirement, ...] = ()
    releases: tuple[Version, ...] = ()
    """Releases of the server to measure by default, where not the server's own."""
    needs: tuple[Need, ...] = ()
    declaration: tuple[DeclaredFor, ...] = ()
    """The first of these that fits takes the place of what it declares itself."""


class Server(Record, frozen=True, kw_only=True):
    """One file of ``catalog/servers``."""

    name: ServerName
    title: Sentence
    """The name in reports."""
    package: Sentence | None = None
    """Name on the package index; none for a part of Python."""
    documentation: Page
    position: int = 100
    """Servers are listed by this number, then by name."""
    part_of_python: bool = False
    """Whether it comes with Python; its release is then that of Python."""
    pinned_by_flask: bool = False
    """Whether its release is the one that the constraints of the Flask series pin."""
    releases: tuple[Version, ...] = ()
    app: Sentence = "app:app"
    """Value of ``{app}``: the app, as the server's command names it."""
    since: Version | None = None
    """Older releases are not followed by ``track`` and ``bisect`` unless asked for."""
    argv: tuple[str, ...] = ()
    listen: tuple[str, ...] = ()
    """Arguments for the address and the protocol, where these may differ between
    configurations. They follow ``argv``."""
    env: dict[str, str] = {}
    build_env: dict[str, str] = {}
    """Variables for its installation, where it has to be built."""
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
    """Its command; the first word is a program that is looked for on PATH."""
    because: Sentence
    """Where to get that program, for those who do not have it."""
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
    """Why not on other Pythons."""


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
    """The first that a Flask release belongs to is the one that counts."""
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
    """Constraints by the name of their file."""


class Selection(Result, frozen=True, kw_only=True):
    """What the user selected to measure, each as it was typed."""

    python: str = "{}.{}".format(*sys.version_info)
    """The Python of the environments; by default the one that runs this."""
    only: tuple[str, ...] = ()
    """Globs on cell ids, or whole ids."""
    flask: tuple[str, ...] = ()
    """Releases of Flask, in place of those of the matrix."""
    servers: tuple[str, ...] = ()
    """Names of servers, or ``NAME==RELEASE``."""
    server_releases: tuple[str, ...] = ()
    """Releases of servers, in place of those of the catalog: ``NAME==RELEASE,...``."""
    built: tuple[Built, ...] = ()
    """Releases of Flask and of servers that were built, and are on no index."""
    everything: bool = False
    """Whether to select all of the catalog rather than its default selection."""
    limit: PositiveInt = DEFAULT_LIMIT
    ask: tuple[Question, ...] = DEFAULT_ASK
    platform: str = sys.platform
