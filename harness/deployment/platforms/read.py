"""Reads platforms' files, guided by the data about each platform."""

import math
import re
import shlex
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.command.shell import StartLine
from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named
from harness.deployment.platforms import values
from harness.deployment.platforms.catalog import Class
from harness.deployment.platforms.catalog import Platform
from harness.deployment.platforms.catalog import Size
from harness.deployment.platforms.catalog import Starts
from harness.deployment.platforms.catalog import WaitsFor
from harness.deployment.platforms.catalog import with_files_like
from harness.deployment.platforms.checks import first_check
from harness.deployment.platforms.documents import documents
from harness.deployment.platforms.documents import unrendered
from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.instance import last_step
from harness.deployment.platforms.instance import Waited
from harness.deployment.platforms.proxies import proxy_instances
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Found
from harness.deployment.platforms.tree import named
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable
from harness.deployment.platforms.tree import text_at
from harness.records.files import text_if_there

MOST_CHARACTERS = 300_000
"""A file with more characters is not read: nobody writes such a configuration."""

At = Callable[[str | None], Node | None]
"""Reads the nodes at a place of a file, for one instance."""


def instances(path: Path, text: str) -> list[Instance]:
    """The kinds of instances in a file; none if it belongs to no platform."""
    every: list[Instance] = []
    if len(text) > MOST_CHARACTERS:
        return every
    for platform in with_files_like(path.name):
        if not platform.is_in(text):
            continue
        try:
            every += (e._replace(path=path) for e in _read(platform, path, text))
        except NotReadable as problem:
            words = unrendered(path, text, str(problem))
            if words and not every:
                every.append(Instance(platform, "", 1, path, problem=words))
    return every


def instances_in(path: Path) -> list[Instance]:
    """The instances in a file; none if it belongs to no platform, or is not text."""
    is_named_so = with_files_like(path.name)
    return instances(path, text_if_there(path)) if is_named_so else []


def named_instances(key: str, path: Path) -> list[Instance]:
    """The instances in a file that a key names. Raises ``DeploymentFault``."""
    named = instances(path, read_named(key, path))
    if problem := next((each.problem for each in named if each.problem), ""):
        raise DeploymentFault(key, f"{path}: {problem}; correct it")
    return named


def _read(platform: Platform, path: Path, text: str) -> Iterator[Instance]:
    if platform.format in ("nginx", "haproxy"):
        yield from proxy_instances(platform, text)
        return
    for document in documents(platform.format, path, text):
        if not all(text_at(document, s) == v for s, v in platform.only_if.items()):
            continue
        if any(_has(document, *refused) for refused in platform.not_if.items()):
            continue
        for instance in _each(platform, document):
            yield _instance(platform, path, document, instance)


def _has(document: Node, steps: str, values: tuple[str, ...]) -> bool:
    """Whether a document has one of these values, or any if there are none."""
    several = find(document, steps)
    return any(not values or each.node.text in values for each in several)


def _each(platform: Platform, document: Node) -> Iterator[Found]:
    """The instances in a document."""
    for steps in platform.each:
        for found in find(document, steps):
            several = found.node.list
            items = [Found(named(n), n) for n in several] or [found]
            if platform.one_with:
                with_it = [e for e in items if _at(e.node, platform.one_with)]
                items = (with_it or items)[:1]
            for item in items:
                values = platform.only_each.items()
                if not all(text_at(item.node, s) == v for s, v in values):
                    continue
                if item.node.items and all(_at(item.node, n) for n in platform.needs):
                    yield item


def _at(node: Node, steps: str) -> list[Found]:
    return find(node, steps.removeprefix("./"))


def _instance(platform: Platform, path: Path, document: Node, found: Found) -> Instance:
    def at(steps: str | None) -> Node | None:
        if not steps:
            return None
        where = found.node if steps.startswith("./") else document
        several = _at(where, steps)
        return several[0].node if several else None

    name = (
        found.name or text_at(document, "metadata.name") or text_at(document, "service")
    )
    own = _class(platform, at)
    processors, memory = _resources(platform.size, own, at)
    given = values.variables(at(platform.starts.variables))
    check, not_asked = first_check(platform.checks, path, at, found.node)
    variables = {**own.variables, **given}
    instance = Instance(
        platform,
        name,
        found.node.line,
        processors=processors,
        memory=memory,
        variables=variables,
        computed=tuple(own.variables.keys() - given.keys()) if own.computed else (),
        starts=tuple(
            StartLine(line, f"{platform.title} {what}".strip(), text, variables)
            for line, what, text in _lines(platform.starts, at, found)
        ),
        file=values.value(at(platform.starts.named_file)),
        check=check,
        not_asked=not_asked,
        answer=_waited(platform.answer, at, found.node.line),
        idle=_waited(platform.idle, at, found.node.line),
    )
    return _with_limit(instance, at)


def _waited(kind: WaitsFor | None, at: At, line: int) -> Waited | None:
    """A timeout of a platform, from its file or by default."""
    if kind is None:
        return None
    written = at(kind.at)
    seconds = values.seconds(values.value(written))
    if written is not None and seconds:
        return Waited(seconds, written.line, last_step(kind.at))
    # A value that cannot be read is not replaced by the default.
    known = None if written is not None and written.text else kind.default
    return Waited(known, line) if known else None


def _with_limit(instance: Instance, at: At) -> Instance:
    """The instance with its limit, by its file or by default."""
    sends = instance.platform.sends
    most, aims = at(sends.most), at(sends.aims)
    hard, problem = _limit(sends.most, most)
    soft, other = _limit(sends.aims, aims)
    no_default = any(map(at, sends.no_default_with))
    default = None if no_default else sends.default
    if default is not None and sends.default_per_processor:
        default *= max(1, math.ceil(instance.processors or 1))
    written = next((node for node in (most, aims) if node and node.text), None)
    steps = sends.most if written is most else sends.aims
    because = "" if written or no_default else sends.default_because
    return instance._replace(
        line=written.line if written else instance.line,
        most=hard if most and most.text else default,
        aims=soft if aims and aims.text else sends.default_aims,
        of=values.value(at(sends.of)) or sends.default_of or sends.of,
        written=last_step(steps) if written else "",
        because=because,
        problem=problem or other,
    )


def _class(platform: Platform, at: At) -> Class:
    """The size that a platform has a name for."""
    size = platform.size
    if size is None:
        return Class()
    other = any(map(at, size.other_with))
    default = size.other_class if other else size.default_class
    name = values.value(at(size.class_)) or default
    return size.classes.get(name) or size.classes.get(name.lower()) or Class()


def _resources(size: Size | None, own: Class, at: At) -> tuple[float | None, str]:
    """Processors and memory of an instance, by its file, its class or by default."""
    if size is None:
        return None, ""
    text = values.value(at(size.processors))
    processors = values.processors(text, size.processor_units)
    given = at(size.memory) or at(size.other_memory)
    memory = values.memory(values.value(given), size.memory_unit)
    return (
        processors or own.processors or size.default_processors,
        memory or own.memory or size.default_memory,
    )


def _limit(steps: str | None, node: Node | None) -> tuple[int | None, str]:
    if node is None or not node.text:
        return None, ""
    return values.number(last_step(steps), node.text)


def _lines(starts: Starts, at: At, found: Found) -> Iterator[tuple[int, str, str]]:
    """Line, name and text of what an instance starts, for a shell."""
    nodes = [node for node in map(at, starts.words) if node is not None]
    words = [each.text for node in nodes for each in node.list or [node] if each.text]
    if words:
        yield nodes[-1].line, found.name, _shell(words)
    line = at(starts.line) or at(starts.other_line)
    if line is not None and line.text:
        yield line.line, found.name, line.text
    several, only = at(starts.lines), at(starts.only)
    names = [each.text for each in only.list] if only else []
    for name, each in several.items.items() if several else ():
        if name in names or not names:
            yield each.line, name, each.text


def _shell(words: list[str]) -> str:
    """Words as a shell line; ``$(NAME)`` is how Kubernetes writes a variable."""
    return shlex.join(re.sub(r"\$\((\w+)\)", r"${\1}", word) for word in words)
