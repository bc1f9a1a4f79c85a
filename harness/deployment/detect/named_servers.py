"""Finds mentions of servers in a folder where no file of a known kind starts one.

Workflows, pipelines, init scripts and documents contain commands, a project names
commands of its own, and a required server is there to be started. Each of these shows
that production does not use Flask's own server.
"""

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.program import KNOWN
from harness.deployment.command.program import SERVERS
from harness.deployment.command.shell import line_at
from harness.deployment.command.shell import StartLine
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import readable
from harness.deployment.repository.in_lines import in_lines
from harness.deployment.repository.in_lines import SERVER
from harness.deployment.sources.walk import files_in
from harness.deployment.sources.walk import NOT_OWN
from harness.records.files import text_if_there

MOST_FILES = 3000
MOST_BYTES = 100_000

SHOWN = frozenset(
    {".github", ".gitlab", ".circleci", ".azure", ".devcontainer", ".do", ".platform"}
)
"""Hidden folders that are looked into."""

SKIPPED = re.compile(
    r"CHANGE.*|HISTORY.*|NEWS.*|LICEN[CS]E.*|.*[.-]lock(?:\.\w+)?"
    r"|.*\.(?:html?|css|s[ac]ss|csv|tsv|svg|map|ipynb|po|log|xsd)",
    re.IGNORECASE,
)
"""Files that say nothing about how an app is started."""

DOCUMENTS = re.compile(r".*\.(?:md|rst|adoc)|README.*", re.IGNORECASE)


def text_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The text files of a folder and of those in it, documents last."""
    paths = [*itertools.islice(_paths(folder), MOST_FILES)]
    for path in sorted(paths, key=lambda path: bool(DOCUMENTS.fullmatch(path.name))):
        try:
            # Of a data file, which may be huge, only the size is looked at.
            if not path.is_file() or path.stat().st_size > MOST_BYTES:
                continue
            content = path.read_bytes()
            if b"\0" not in content:
                yield path, content.decode()
        except (OSError, UnicodeDecodeError):
            continue


def _paths(folder: Path) -> Iterator[Path]:
    for path in files_in(folder, {*NOT_OWN, "dist"}, SHOWN):
        if not SKIPPED.fullmatch(path.name):
            yield path


# ----------------------------------------------------------------------- command lines


def command_lines(path: Path, text: str) -> list[StartLine]:
    """The commands of servers in a text of any kind."""
    if not _MAY_NAME.search(text):
        return []
    if DOCUMENTS.fullmatch(path.name):
        return [each for each in in_lines(path, text) if _is_alone(each, text)]
    found = [*_in_tree(path, text)] or [*in_lines(path, text)]
    return [*_of_gcloud(text), *found, *_in_lists(text)]


_MAY_NAME = re.compile("|".join(sorted(SERVERS - {"flask"})))


def _is_alone(found: StartLine, text: str) -> bool:
    """Whether a command in a document is not part of a sentence."""
    line = text.splitlines()[found.line - 1]
    before = line[: line.find(found.text.split(" ")[0])].strip()
    return before in ("", "$", ">", "#") or before.endswith("`")


_LIST = re.compile(r"""\[\s*(?:["'][^"'\n]*["']\s*,\s*)+["'][^"'\n]*["']\s*,?\s*\]""")


def _in_lists(text: str) -> Iterator[StartLine]:
    """Commands that are lists of words, as in Python, JavaScript and JSON."""
    for match in _LIST.finditer(text):
        words = re.findall(r"""["']([^"'\n]*)["']""", match[0])
        yield StartLine(line_at(text, match.start()), "", shlex.join(words))


def _in_tree(path: Path, text: str) -> Iterator[StartLine]:
    """Commands in a file of YAML: texts of several lines, and lists of words."""
    if path.suffix not in (".yaml", ".yml"):
        return
    for root in readable(from_yaml, text):
        yield from _below(root, 0)


DEEPEST_NODE = 40


def _below(node: Node, depth: int) -> Iterator[StartLine]:
    if depth > DEEPEST_NODE:
        return
    if node.list:
        words = [each.text for each in node.list]
        yield StartLine(node.list[0].line, "", shlex.join(words))
    parts = [node.items[key] for key in ("command", "args") if key in node.items]
    if len(parts) == 2 and all(part.list for part in parts):
        words = [each.text for part in parts for each in part.list]
        yield StartLine(parts[0].line, "", shlex.join(words))
    for each in (*node.items.values(), *node.list):
        if SERVER.search(each.text):
            is_block = "\n" in each.text.strip()
            text = "\n".join(line.text for line in in_lines(Path(), each.text))
            yield StartLine(each.line + is_block, "", each.text if is_block else text)
        yield from _below(each, depth + 1)


_OF_GCLOUD = re.compile(
    r"""--command[=,\s"']+([\w./-]+)(?=[^#]*?--args[=,\s"']+([^\s"']+))"""
)


def _of_gcloud(text: str) -> Iterator[StartLine]:
    """The command in the options of ``gcloud run deploy``, whose words have commas."""
    for match in _OF_GCLOUD.finditer(text):
        words = [match[1], *match[2].split(",")]
        yield StartLine(line_at(text, match.start()), "", shlex.join(words))


# ------------------------------------------------------------- what a project installs


class Named(NamedTuple):
    """A line of a file that names a command or a server."""

    path: Path
    line: int
    name: str
    module: str = ""
    """The module that a command of the project runs."""


_SCRIPTS = re.compile(r"""["']?([\w.-]+)["']?\s*=\s*["']?([\w.]+):\w+""")
_BEGIN = re.compile(r"\[(?:project|tool\.\w+)\.scripts\]|.*\bconsole_scripts\b")


def commands_of_project(folder: Path) -> Iterator[Named]:
    """The commands that a project installs, by ``pyproject.toml`` and the like."""
    for name in ("pyproject.toml", "setup.cfg", "setup.py"):
        inside = False
        for line, text in _numbered(folder / name):
            begins = bool(_BEGIN.match(text))
            inside = begins or (inside and not re.match(r"\s*\[|\S+\s*=\s*$", text))
            for match in _SCRIPTS.finditer(text) if inside else ():
                yield Named(folder / name, line, match[1], match[2])
            inside = inside and not (name == "setup.py" and "]" in text)


_OF_PRODUCTION = "|".join(name for name, server in KNOWN.items() if server.usual)
_REQUIRED = re.compile(
    rf"""[\s"'-]*({_OF_PRODUCTION})(?:\[[\w,-]*\])?(?=[\s"'=<>!~;#,]|$)""",
    re.IGNORECASE,
)
_REQUIREMENTS = ("requirements.txt", "requirements.in", "requirements/*.txt")
_NOT_THERE = re.compile(r"dev|test|doc|lint", re.IGNORECASE)


def required_servers(folder: Path) -> Iterator[Named]:
    """The servers that are required and that nothing starts."""
    paths = [path for name in _REQUIREMENTS for path in sorted(folder.glob(name))]
    for path in (*paths, folder / "pyproject.toml", folder / "Pipfile"):
        if _NOT_THERE.search(path.name):
            continue
        for line, text in _numbered(path):
            if match := _REQUIRED.match(text):
                yield Named(path, line, match[1].lower())


def _numbered(path: Path) -> list[tuple[int, str]]:
    return [*enumerate(text_if_there(path).splitlines(), 1)]
