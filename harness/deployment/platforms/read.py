"""What a file of a platform says, by the data about that platform."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from harness.deployment.platforms import proxies
from harness.deployment.platforms.catalog import Class
from harness.deployment.platforms.catalog import Platform
from harness.deployment.platforms.catalog import with_files_like
from harness.deployment.platforms.checks import check_of
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Found
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable
from harness.records.health import HealthCheck

At = Callable[[str | None], Node | None]
"""What stands at a place of a file, for one of its instances."""


class Line(NamedTuple):
    """A line for a shell that an instance starts."""

    line: int
    name: str
    text: str


class Instance(NamedTuple):
    """What a platform's file says about one kind of instance."""

    platform: Platform
    name: str
    line: int
    """Of what limits it; without a limit where it begins."""
    most: int | None = None
    """What it is never sent more than; ``None`` for no limit."""
    aims: int | None = None
    """What the platform tries to keep to; ``None`` where there is no such number."""
    of: str = "requests"
    written: str = ""
    """The key that says the limit; empty where it is the default."""
    because: str = ""
    """Where a default is from, or what becomes of what is beyond the limit."""
    processors: float | None = None
    memory: str = ""
    variables: Mapping[str, str] = {}
    starts: tuple[Line, ...] = ()
    check: HealthCheck | None = None
    problem: str = ""
    """Why it is not known, and what to write."""

    @property
    def limit(self) -> int | None:
        """What it is sent at most, or else what the platform tries to keep to."""
        return self.most if self.most is not None else self.aims

    @property
    def key(self) -> str:
        """The setting that says its limit, or would."""
        sends = self.platform.sends
        return self.written or _key(sends.most or sends.aims)

    @property
    def counted_processors(self) -> int | None:
        """What ``cpu_count()`` gives in it; ``None`` where that is not known."""
        size = self.platform.size
        if size is None or size.counts == "host" or not self.processors:
            return None
        return math.ceil(self.processors)


def is_read(name: str) -> bool:
    """Whether a file of this name may be of a platform."""
    return bool(with_files_like(name))


def instances(path: Path, text: str) -> list[Instance]:
    """What a file says, if it is of a platform: one for each kind of instance."""
    found: list[Instance] = []
    for platform in with_files_like(path.name):
        if not platform.is_in(text):
            continue
        try:
            found += _read(platform, path, text)
        except NotReadable as problem:
            # Templates for other programs are often called like what they make.
            if "{{" not in text and "{%" not in text and not found:
                found.append(Instance(platform, "", 1, problem=str(problem)))
    return found


def _read(platform: Platform, path: Path, text: str) -> Iterator[Instance]:
    if platform.format == "nginx":
        yield from _limits(platform, proxies.in_nginx(text))
        return
    if platform.format == "haproxy":
        yield from _limits(platform, proxies.in_haproxy(text))
        return
    for document in (from_toml if platform.format == "toml" else from_yaml)(text):
        if not all(_text(document, s) == v for s, v in platform.only_if.items()):
            continue
        for found in _each(platform, document):
            yield _instance(platform, path, document, found)


def _limits(platform: Platform, limits: Iterator[proxies.Limit]) -> Iterator[Instance]:
    for each in limits:
        number, problem = _number(each.key, each.value)
        yield Instance(
            platform,
            each.name,
            each.line,
            most=number,
            of=platform.sends.of,
            written=each.key,
            because=each.beyond,
            problem=problem,
        )


def _each(platform: Platform, document: Node) -> Iterator[Found]:
    """The instances in a document."""
    for steps in platform.each:
        for found in find(document, steps):
            several = found.node.list
            items = [Found(_text(n, "name"), n) for n in several] or [found]
            for each in items:
                values = platform.only_each.items()
                if not all(_text(each.node, s) == v for s, v in values):
                    continue
                if each.node.items and all(_at(each.node, n) for n in platform.needs):
                    yield each


def _at(node: Node, steps: str) -> list[Found]:
    return find(node, steps.removeprefix("./"))


def _text(node: Node, steps: str) -> str:
    found = find(node, steps)
    return found[0].node.text if found else ""


def _instance(platform: Platform, path: Path, document: Node, found: Found) -> Instance:
    def at(steps: str | None) -> Node | None:
        if not steps:
            return None
        where = found.node if steps.startswith("./") else document
        several = _at(where, steps)
        return several[0].node if several else None

    def value(steps: str | None, default: str = "") -> str:
        node = at(steps)
        return node.text if node is not None and node.text else default

    sends, size, starts = platform.sends, platform.size, platform.starts
    own = Class()
    if size is not None:
        own = size.classes.get(value(size.class_, size.default_class).lower(), own)
        own = size.classes.get(value(size.class_, size.default_class), own)
    processors = _processors(value(size.processors)) if size else None
    if processors is None and size is not None:
        processors = own.processors or size.default_processors
    most, aims = at(sends.most), at(sends.aims)
    limit = most if most is not None and most.text else aims
    numbers = [_limit(steps, at(steps)) for steps in (sends.most, sends.aims)]
    problem = next((each for _, each in numbers if each), "")
    no_default = any(map(at, sends.no_default_with))
    default = None if no_default else sends.default
    if default is not None and sends.default_per_processor:
        default *= max(1, math.ceil(processors or 1))
    is_written = limit is not None and bool(limit.text)
    return Instance(
        platform,
        found.name or _text(document, "metadata.name") or _text(document, "service"),
        limit.line if limit is not None and is_written else found.node.line,
        most=numbers[0][0] if most and most.text else default,
        aims=numbers[1][0] if aims and aims.text else sends.default_aims,
        of=_counted(value(sends.of), sends.of, sends.default_of),
        written=_key(sends.most if limit is most else sends.aims) if is_written else "",
        because="" if is_written or no_default else sends.default_because,
        processors=processors,
        memory=value(size.memory, own.memory or size.default_memory) if size else "",
        variables={**own.variables, **_variables(at(starts.variables))},
        starts=tuple(_lines(platform, at, found)),
        check=_check(platform, path, at, found.node),
        problem=problem,
    )


def _counted(said: str, steps: str, default: str) -> str:
    """``requests`` or ``connections``."""
    return said or default or steps


def _key(steps: str | None) -> str:
    return (steps or "").rpartition(".")[2]


def _number(name: str, text: str) -> tuple[int | None, str]:
    """A number of requests, or what is wrong with it."""
    if text.isdecimal():
        return (int(text) or None), ""
    return None, f"{name} is {text!r}; write a number"


def _limit(steps: str | None, node: Node | None) -> tuple[int | None, str]:
    if node is None or not node.text:
        return None, ""
    return _number(_key(steps), node.text)


def _processors(text: str) -> float | None:
    """``500m`` or ``2`` as a number of processors; ``None`` for anything else."""
    number, scale = (text[:-1], 1000) if text.endswith("m") else (text, 1)
    try:
        found = float(number) / scale
    except ValueError:
        return None
    return found if found > 0 and math.isfinite(found) else None


def _variables(node: Node | None) -> dict[str, str]:
    """A mapping, or a list of names and values."""
    if node is None:
        return {}
    listed = {_text(each, "name"): _text(each, "value") for each in node.list}
    return {**listed, **{name: each.text for name, each in node.items.items()}}


def _lines(platform: Platform, at: At, found: Found) -> Iterator[Line]:
    """What an instance starts, as lines for a shell."""
    starts = platform.starts
    nodes = [node for node in map(at, starts.words) if node is not None]
    words = [each.text for node in nodes for each in node.list]
    if words:
        yield Line(nodes[-1].line, found.name, _shell(words))
    line = at(starts.line)
    if line is not None and line.text:
        yield Line(line.line, found.name, line.text)
    several = at(starts.lines)
    for name, each in several.items.items() if several else ():
        yield Line(each.line, name, each.text)


def _shell(words: list[str]) -> str:
    """Words as a line for a shell; ``$(NAME)`` is how Kubernetes writes a variable."""
    return shlex.join(re.sub(r"\$\((\w+)\)", r"${\1}", word) for word in words)


def _check(platform: Platform, path: Path, at: At, node: Node) -> HealthCheck | None:
    for each in platform.checks:
        asked = at(each.at)
        if asked is None:
            continue
        ports = [_text(port, "containerPort") for port in _ports(node)]
        if check := check_of(each, asked, path, ports):
            return check
    return None


def _ports(node: Node) -> list[Node]:
    return node.items["ports"].list if "ports" in node.items else []
