"""Finds paths in an app's sources that the app may be mounted below.

They are only tried: the secret of the run tells where the app is.
"""

import ast
import itertools
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.sources.python_source import parsed
from harness.deployment.sources.walk import files_in
from harness.deployment.sources.walk import NOT_OWN

MOST_PATHS = 60
MOST_NESTED = 4
"""Most mount paths of which each two are tried as one."""
MOST_FILES = 300
MOST_BYTES = 500_000

_PATH = re.compile(r"/[\w.~-]+(?:/[\w.~-]+)*/?")
_PATTERN = re.compile(r"^\^|\(?\.[*+]\)?\$?$")
"""What a pattern has around its path, as in tornado's ``/shop/.*``."""
_IN_TEXT = re.compile(
    r"""(?:mount|prefix|script.?name)\W+(/[\w./~-]+)""", re.IGNORECASE
)
_SETTINGS = (".ini", ".toml", ".yaml", ".yml", ".cfg", ".conf", ".env")
_MOUNTS = frozenset({"DispatcherMiddleware", "PathInfoDispatcher", "mount", "graft"})
"""Names of functions and settings that mount an app below a path."""

_SKIPPED = NOT_OWN | {"tests", "test", "migrations", "static"}


def mount_paths(
    folder: Path, words: Sequence[str], variables: Mapping[str, str]
) -> list[str]:
    """Paths in the sources under which the app may be mounted, most likely first."""
    named: list[str] = []
    others: list[str] = []
    for path in _files(folder):
        if path.suffix == ".py":
            if (tree := parsed(path)) is not None:
                named += _texts(_mounting(tree))
                others += _texts([tree])
        else:
            named += _IN_TEXT.findall(path.read_text(errors="replace"))
    # An app may be below a path of an app that is itself below one.
    several = itertools.permutations(_paths(named)[:MOST_NESTED], 2)
    nested = itertools.starmap(str.__add__, several)
    texts = (*named, *nested, *words, *variables.values(), *others)
    return _paths(texts)[:MOST_PATHS]


def _paths(texts: Iterable[str]) -> list[str]:
    """The paths in texts, each once; one that a pattern begins with is one too."""
    found = (word for text in texts for word in re.split(r"[=,\s]+", text))
    plain = (_PATTERN.sub("", each) for each in found)
    paths = (each.rstrip("/") for each in plain if _PATH.fullmatch(each))
    return list(dict.fromkeys(paths))


def _files(folder: Path) -> Iterator[Path]:
    """The modules and settings in a folder and below it."""
    files = files_in(folder, _SKIPPED)
    own = (path for path in files if path.suffix in (".py", *_SETTINGS))
    for path in itertools.islice(filter(Path.is_file, own), MOST_FILES):
        if path.stat().st_size <= MOST_BYTES:
            yield path


def _mounting(tree: ast.Module) -> Iterator[ast.AST]:
    """The calls that put an app below a path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = getattr(called, "attr", getattr(called, "id", ""))
            if name in _MOUNTS:
                yield node


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value
