"""Layers: folders that a deployment sees, and whose content it cannot change.

See ``harness/system/layer.py``. A deployment has layers over its working tree, its home
folder and the packages of its Python.
"""

import contextlib
import functools
import os
import shutil
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.system.command import output
from harness.system.program import program
from harness.system.scratch import scratch_folder

LAYER_SECONDS = 20.0
"""Deadline for a trial of a layer."""

LAYER = "layer"

MADE = "done"
"""A file in environments that checks have made, for themselves and for later ones."""


def working_tree(folder: Path) -> Path:
    """The folder that a deployment belongs to: its repository, or else its own."""
    for each in (folder, *folder.parents):
        if each in (Path.home(), Path(each.anchor)):
            break
        if os.path.exists(each / ".git"):
            return each
    return folder


@functools.cache
def layer_problem(*folders: Path) -> str:
    """Why layers over some folders are impossible; empty if they are possible."""
    if sys.platform != "linux":
        return "only Linux has them"
    if any(folder == Path(folder.anchor) for folder in folders):
        return "it is the whole file system"
    with own_folder() as own:
        command = [*layer_words(folders, own), "true"]
        done = output(command, seconds=LAYER_SECONDS, cwd=folders[0])
    return (done.errors.strip() or done.problem) if done.problem else ""


def home_of(variables: Mapping[str, str]) -> Path | None:
    """The home folder of a deployment, if it has one."""
    given = variables.get("HOME", "")
    path = Path(given)
    if not path.is_absolute() or not os.path.isdir(path) or path == Path(path.anchor):
        return None
    return path.resolve()


def caches(home: Path) -> Path:
    """The cache folder of a home folder: left as it is, since it may be large."""
    return home / ".cache"


def _packages(variables: Mapping[str, str]) -> list[Path]:
    """The folders that pip would install into: a virtual environment, or a Python's.

    An environment that a check has made is seen as it is, so that its modules are
    compiled only once. If a deployment changes it, it is made again.
    """
    search = variables.get("PATH", os.defpath)
    found = shutil.which("python", path=search) or shutil.which("python3", path=search)
    if found is None:
        return []
    beside = Path(found).parent
    if (beside.parent / "pyvenv.cfg").is_file():
        own = (beside.parent / MADE).is_file()
        return [] if own else [beside.parent.resolve()]
    python = Path(found).resolve()
    prefix = python.parents[1]
    # A system's own Python leaves its prefix to the packages of the system.
    local = Path("/usr/local") if prefix == Path("/usr") else prefix
    return [*local.glob(f"lib/{python.name}/*-packages"), local / "bin"]


def layers(folder: Path, variables: Mapping[str, str]) -> list[Path]:
    """The folders that a deployment sees through a layer, as far as that is possible.

    These are its home, its tree, and the packages of its Python.
    """
    tree, home = working_tree(folder), home_of(variables)
    if home is None or home.is_relative_to(tree):
        over = [tree]
    elif tree.is_relative_to(home) and not tree.is_relative_to(caches(home)):
        over = [home]
    else:
        over = [home, tree]
    over += [
        each
        for each in _packages(variables)
        if not is_below(each, over) and each.is_dir()
    ]
    if not layer_problem(*over):
        return over
    if tree not in over and layer_problem(over[0]):
        over.insert(1, tree)
    return [each for each in over if not layer_problem(each)]


def is_below(path: Path, folders: Sequence[Path]) -> bool:
    """Whether a path is one of some folders, or inside one of them."""
    return any(path.is_relative_to(folder) for folder in folders)


def stays_in_layer(path: Path, folder: Path) -> bool:
    """Whether changes by a deployment to a path stay invisible outside of it."""
    tree = working_tree(folder)
    return path.is_relative_to(tree) and not layer_problem(tree)


def layer_words(
    folders: Sequence[Path],
    own: Path,
    hidden: Sequence[tuple[Path, Path]] = (),
    kept: Sequence[Path] = (),
    confined: bool = False,
) -> list[str]:
    """The first words of a command behind layers."""
    place = own / LAYER
    place.mkdir(exist_ok=True)
    over, seen = ("\n".join(map(str, each)) for each in (folders, kept))
    behind = "\n".join(f"{path}\t{by}" for path, by in hidden)
    words = [over, str(place), seen, behind, "confined" if confined else ""]
    return [*program("layer"), *words]


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for one deployment, which other users can enter but not list."""
    with scratch_folder() as path:
        path.chmod(0o711)
        yield path
