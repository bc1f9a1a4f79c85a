"""Reads Compose files: the services that have a command, with their variables.

How Compose fills variables in, and which value wins:
https://docs.docker.com/reference/compose-file/interpolation/
https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
"""

import os
import re
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

from harness.deployment.command.shell import StartLine
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import readable
from harness.deployment.platforms.tree import text_at
from harness.deployment.repository.in_tables import in_tables
from harness.records.files import text_if_there

_BEGINS = re.compile(
    r"\$(?:\$|(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?P<how>:?[-?+]|(?=\})))"
)
_SET = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)")
_QUOTED = re.compile(r"'(?P<single>[^']*)'|\"(?P<double>(?:\\.|[^\"\\])*)\"")
_COMMENT = re.compile(r"(?:^|\s)#.*")


def compose_file(path: Path, text: str) -> Iterator[StartLine]:
    """The services of a Compose file that have a command of their own."""
    dotenv = text_if_there(path.with_name(".env"))
    known = {**variables_in(dotenv, os.environ), **os.environ}
    for root in readable(from_yaml, text):
        keys = ("entrypoint", "command")
        for name, started in in_tables(root, "services.*", keys, "environment"):
            service = root.items["services"].items.get(name, Node("", 0))
            given = {
                **_of_files(path, service, known),
                **{k: filled_in(v, known) for k, v in started.variables.items()},
                **_passed_on(service, known),
            }
            words = filled_in(started.text, known)
            yield started._replace(text=words, variables=given, what=f"service {name}")


def filled_in(text: str, known: Mapping[str, str]) -> str:
    """The text with variables filled in.

    A variable that is not known and has no default stays as it is written: only whoever
    starts the service may know it.
    """
    parts, at = [], 0
    while begins := _BEGINS.search(text, at):
        parts.append(text[at : begins.start()])
        at = begins.end()
        name = begins["plain"] or begins["name"]
        if name is None:
            parts.append("$")
        elif begins["plain"]:
            parts.append(known.get(name, begins[0]))
        elif (end := _closing(text, at)) is None:
            parts.append(begins[0])
        else:
            inner = text[at:end]
            parts.append(_value(name, begins["how"], inner, known))
            at = end + 1
    return "".join((*parts, text[at:]))


def _closing(text: str, at: int) -> int | None:
    """Where the brace closes that is open before a position."""
    depth = 1
    for place in range(at, len(text)):
        depth += {"{": text[place - 1] == "$", "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return None


def _value(name: str, how: str, inner: str, known: Mapping[str, str]) -> str:
    """The value of a variable in braces, given what follows its name in them."""
    value = known.get(name)
    is_given = value is not None and (value != "" or not how.startswith(":"))
    if how.endswith("+"):
        return filled_in(inner, known) if is_given else ""
    if how.endswith("-") and not is_given:
        return filled_in(inner, known)
    return f"${{{name}}}" if value is None or not is_given and how else value


def variables_in(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """The variables that a file such as ``.env`` sets.

    They may refer to those before them, and to what is ``known``, which wins.
    """
    given: dict[str, str] = {}
    for line in text.splitlines():
        match = _SET.match(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        quoted = _QUOTED.match(match[2])
        if quoted and quoted["single"] is not None:
            given[match[1]] = quoted["single"]
        else:
            bare = quoted["double"] if quoted else _COMMENT.sub("", match[2]).strip()
            given[match[1]] = filled_in(bare, {**given, **known})
    return given


def _of_files(compose: Path, service: Node, known: Mapping[str, str]) -> dict[str, str]:
    """The variables in the files that a service names."""
    node = service.items.get("env_file", Node("", 0))
    given: dict[str, str] = {}
    for each in node.list or [node]:
        if name := filled_in(each.text or text_at(each, "path"), known):
            given |= variables_in(text_if_there(compose.parent / name), known)
    return given


def _passed_on(service: Node, known: Mapping[str, str]) -> dict[str, str]:
    """The variables that a service names without a value: they are passed on to it."""
    node = service.items.get("environment", Node("", 0))
    names = [each.text for each in node.list]
    names += [name for name, each in node.items.items() if each.value == ""]
    return {name: known[name] for name in names if name in known}
