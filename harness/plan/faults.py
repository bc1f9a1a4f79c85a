"""Finds faults in the catalog's files that concern more than one key.

Each fault is a key, what is wrong with it, and a remedy.
"""

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import chain

from packaging.requirements import Requirement

from harness.plan import formulas
from harness.records.catalog import Addition
from harness.records.catalog import Configuration
from harness.records.catalog import Constraint
from harness.records.catalog import Proxy
from harness.records.catalog import Server
from harness.records.errors import did_you_mean
from harness.records.plan import PLACEHOLDER
from harness.records.versions import is_of

Fault = tuple[str, str, str]
"""Key, fault and remedy."""

PLACEHOLDERS = ("python", "scripts", "target", "folder", "host", "port", "app")
"""Placeholders that an argument or a variable may have; other braces are a fault."""

PROXY_PLACEHOLDERS = ("folder", "host", "port", "upstream")
"""What a proxy's arguments, ``passes`` and ``template`` may name in braces. A template
has other braces too: only a word that touches both braces is a placeholder."""


def server_faults(
    server: Server, stem: str, proxies: Sequence[Proxy]
) -> Iterator[Fault]:
    """Faults in a server's file, whose name without suffix is ``stem``."""
    yield from chain(_origin_faults(server, stem), _configuration_faults(server))
    yield from chain(_declared_faults(server), _placeholder_faults(server))
    yield from _chance_faults(server)
    yield from _link_faults(server, proxies)


def _origin_faults(server: Server, stem: str) -> Iterator[Fault]:
    if server.name != stem:
        yield "name", f"{server.name!r} is not the file's name", f"write {stem!r}"
    kinds = (bool(server.releases), server.pinned_by_flask, server.part_of_python)
    if sum(kinds) != 1:
        remedy = (
            "give one of these: releases, pinned-by-flask = true or "
            "part-of-python = true"
        )
        yield "releases", "it is not clear which releases are meant", remedy
    if (server.package is None) != server.part_of_python:
        remedy = "give package, or part-of-python = true, and not both"
        yield "package", "it is not clear where the server comes from", remedy


def _configuration_faults(server: Server) -> Iterator[Fault]:
    ids = Counter(configuration.id for configuration in server.configuration)
    for name, times in ids.items():
        if times > 1:
            yield (
                f"configuration {name}",
                f"this id is given {times} times",
                "rename one",
            )
    for configuration in server.configuration:
        if not server.argv + configuration.argv:
            remedy = "give argv here or for the whole server"
            yield f"configuration {configuration.id}", "no command line", remedy


def _chance_faults(server: Server) -> Iterator[Fault]:
    known = {configuration.id for configuration in server.configuration}
    for each in server.by_chance:
        for name in each.besides:
            if name not in known:
                fault = f"there is no configuration {name!r}"
                yield "by-chance: besides", fault, did_you_mean(name, known)


def _placeholder_faults(server: Server) -> Iterator[Fault]:
    for key, text in _templates(server):
        if fault := _placeholder_fault(text):
            known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            yield key, fault, f"there are: {known}"


def _declared_faults(server: Server) -> Iterator[Fault]:
    for configuration in server.configuration:
        for declares in (configuration, *configuration.declaration):
            where = f"configuration {configuration.id}: "
            try:
                formulas.parse(declares.declared)
            except ValueError as error:
                known = ", ".join((formulas.UNBOUNDED, *formulas.FORMULAS))
                remedy = f"there are: {known}; or write a number"
                yield f"{where}declared", str(error), remedy
            declared, first = declares.declared, declares.at_first
            if first and isinstance(declared, int) and first >= declared:
                remedy = "write how many it takes before it has grown, or leave it out"
                yield f"{where}at-first", f"{first} is not less than {declared}", remedy


def _templates(server: Server) -> Iterator[tuple[str, str]]:
    """Every text with placeholders, with its key."""
    owners: Iterable[tuple[str, Server | Addition | Configuration]] = (
        ("", server),
        *((f"addition {entry.release}: ", entry) for entry in server.addition),
        *((f"configuration {entry.id}: ", entry) for entry in server.configuration),
    )
    for where, owner in owners:
        for text in owner.argv:
            yield f"{where}argv", text
        for text in () if isinstance(owner, Addition) else owner.listen:
            yield f"{where}listen", text
        for text in owner.wrapper if isinstance(owner, Configuration) else ():
            yield f"{where}wrapper", text
        for name, text in owner.env.items():
            yield f"{where}env.{name}", text


def _placeholder_fault(text: str) -> str:
    for name in re.findall(r"\{([^{}]*)\}", text):
        if name not in PLACEHOLDERS:
            return f"{{{name}}} in {text!r} is not a placeholder"
    lone = re.search("[{}]", re.sub(r"\{[^{}]*\}", "", text))
    return f"a lone {lone[0]} in {text!r}" if lone else ""


def proxy_faults(proxy: Proxy, stem: str) -> Iterator[Fault]:
    """Faults in a proxy's file that concern more than one key."""
    if proxy.name != stem:
        yield "name", f"{proxy.name!r} is not the file's name", f"write {stem!r}"
    if "/" in proxy.file:
        yield "file", f"{proxy.file!r} is a path", "write the name alone"
    if "{pass}" not in proxy.template:
        remedy = "write it where requests are handed on"
        yield "template", "{pass} does not occur in it", remedy
    texts = [("argv", text) for text in proxy.argv]
    texts += [(f"passes.{name}", text) for name, text in proxy.passes.items()]
    texts += [("template", proxy.template.replace("{pass}", ""))]
    for key, text in texts:
        for word in PLACEHOLDER.findall(text):
            if word not in PROXY_PLACEHOLDERS:
                known = " ".join(f"{{{name}}}" for name in PROXY_PLACEHOLDERS)
                yield key, f"{{{word}}} is not a placeholder", f"there are: {known}"


def _link_faults(server: Server, proxies: Sequence[Proxy]) -> Iterator[Fault]:
    """Faults in how a server's configurations are put behind proxies."""
    known = {proxy.name: proxy for proxy in proxies}
    for configuration in server.configuration:
        where = f"configuration {configuration.id}:"
        behind, passed_by = configuration.behind, configuration.passed_by
        if (behind is None) != (passed_by is None):
            key = "behind" if behind is None else "passed-by"
            yield f"{where} {key}", "missing", "give both behind and passed-by"
        elif behind is not None and behind not in known:
            remedy = f"there are: {', '.join(known) or 'none'}"
            yield f"{where} behind", f"there is no proxy {behind!r}", remedy
        elif behind is not None and passed_by not in known[behind].passes:
            remedy = f"it has: {', '.join(known[behind].passes)}"
            fault = f"{behind} does not pass by {passed_by!r}"
            yield f"{where} passed-by", fault, remedy


def pin_faults(
    server: Server, constraints: Mapping[str, Sequence[Constraint]]
) -> Iterator[Fault]:
    """Faults for files of constraints that lack the pin of a server they should pin."""
    package = server.package or server.name
    for name, lines in constraints.items() if server.pinned_by_flask else ():
        if not any(_pins(line.requirement, package) for line in lines):
            remedy = f"add a line {package}==RELEASE  # because ..."
            yield name, f"{package} is not pinned", remedy


def _pins(requirement: Requirement, package: str) -> bool:
    operators = [specifier.operator for specifier in requirement.specifier]
    return is_of(requirement, package) and operators == ["=="]
