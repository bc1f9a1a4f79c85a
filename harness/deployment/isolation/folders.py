"""Gives a deployment folders of its own, so that a check changes nothing else.

It sees its working tree and its home folder through layers of its own
(``harness/system/layer.py``), so that databases, logs and sockets there stay as they
are. It has a folder for temporary files and one for sockets: otherwise gunicorn would
take over the control socket of a gunicorn that is already running. Commands that would
start other containers are refused, as nobody would remove them.
"""

import contextlib
import functools
import os
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from packaging.specifiers import SpecifierSet

from harness.deployment.declared.promise import Promise
from harness.deployment.isolation import stand_ins
from harness.deployment.isolation.no_engine import engine_sockets
from harness.deployment.isolation.no_engine import MOST_BYTES
from harness.deployment.isolation.no_engine import NOWHERE
from harness.records.versions import is_version
from harness.records.versions import within
from harness.system import own_signals
from harness.system.command import output
from harness.system.program import program
from harness.system.scratch import scratch_folder

LAYER_SECONDS = 20.0
"""Deadline for a trial of a layer."""

LAYER = "layer"
PROGRAMS = "bin"
"""The folder for layers, and for programs that stand in for others."""

FREE_SIGNALS = (
    "a signal that it sends can reach any process of its user: only Linux 6.12 and "
    "later, with Landlock, confines signals"
)

FOLDERS = ("TMPDIR", "XDG_RUNTIME_DIR")
"""Variables that name such folders; those that the deployment itself sets stay."""

GUNICORN = "GUNICORN_CMD_ARGS"

HAVE_CONTROL_SOCKETS = SpecifierSet(">=25.1")
"""The releases of gunicorn that open a control socket by default."""


def working_tree(folder: Path) -> Path:
    """The folder that a deployment belongs to: its repository, or else its own."""
    for each in (folder, *folder.parents):
        if each in (Path.home(), Path(each.anchor)):
            break
        if os.path.exists(each / ".git"):
            return each
    return folder


@functools.cache
def layer_problem(folder: Path) -> str:
    """Why a layer over a working tree is impossible; empty if it is possible."""
    if sys.platform != "linux":
        return "only Linux has them"
    if folder == Path(folder.anchor):
        return "it is the whole file system"
    with own_folder() as own:
        command = [*_layer([folder], own), "true"]
        done = output(command, seconds=LAYER_SECONDS, cwd=folder)
    return (done.errors.strip() or done.problem) if done.problem else ""


def notes(folder: Path, variables: Mapping[str, str]) -> list[str]:
    """Warnings where a deployment can change its working tree, or its home folder."""
    tree, home = working_tree(folder), home_of(variables)
    problems = {tree: layer_problem(tree)}
    if home is not None and not home.is_relative_to(tree):
        problems[home] = layer_problem(home)
    signals = [] if confines_signals() else [FREE_SIGNALS]
    return signals + [
        f"what it writes to {path} stays there: {problem}"
        for path, problem in problems.items()
        if problem
    ]


def home_of(variables: Mapping[str, str]) -> Path | None:
    """The home folder of a deployment, if it has one."""
    given = variables.get("HOME", "")
    path = Path(given)
    if not path.is_absolute() or not os.path.isdir(path) or path == Path(path.anchor):
        return None
    return path.resolve()


def _caches(home: Path) -> Path:
    """The cache folder of a home folder: left as it is, since it may be large."""
    return home / ".cache"


def layers(folder: Path, variables: Mapping[str, str]) -> list[Path]:
    """The folders that a deployment sees through a layer: its home, and its tree."""
    tree, home = working_tree(folder), home_of(variables)
    folders = [] if layer_problem(tree) else [tree]
    if home is None or home.is_relative_to(tree) or layer_problem(home):
        return folders
    inside = tree.is_relative_to(home) and not tree.is_relative_to(_caches(home))
    return [home] if inside else [home, *folders]


def stays_in_layer(path: Path, folder: Path) -> bool:
    """Whether changes by a deployment to a path stay invisible outside of it."""
    tree = working_tree(folder)
    return path.is_relative_to(tree) and not layer_problem(tree)


def layered(
    command: list[str], folder: Path, own: Path, variables: Mapping[str, str]
) -> list[str]:
    """The command behind layers over its working tree and its home, if possible.

    If the kernel supports it, its processes can only send signals to each other.
    """
    tree = working_tree(folder)
    over = layers(folder, variables)
    if not over:
        return [*program("own_signals"), *command] if confines_signals() else command
    home = home_of(variables)
    uncovered = [_caches(home), own] if home is not None else [own]
    hidden = _hidden(tree, own, variables)
    kept = list(filter(os.path.isdir, uncovered))
    return [*_layer(over, own, hidden, kept, confines_signals()), *command]


def _hidden(
    tree: Path, own: Path, variables: Mapping[str, str]
) -> list[tuple[Path, Path]]:
    """Paths that a layer hides from a deployment, each with what it finds instead.

    The sockets of engines come first, then programs that have a stand-in.
    """
    if layer_problem(tree):
        return []
    engine = (own / NOWHERE).resolve()
    refusing = engine if engine.is_socket() else Path(os.devnull)
    sockets = [(path, refusing) for path in engine_sockets(variables)]
    search = variables.get("PATH", os.defpath)
    programs = stand_ins.controls(search, confined=confines_signals())
    real = ((name, path.resolve()) for name, path in programs.items())
    # Several programs may be one file, as in busybox.
    pairs = [(path, own / PROGRAMS / name) for name, path in real if path.name == name]
    return [*sockets, *pairs]


def _layer(
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


@functools.cache
def confines_signals() -> bool:
    """Whether the kernel keeps signals of a deployment from processes of others."""
    return own_signals.version() >= own_signals.FIRST_VERSION


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for one deployment, which other users can enter but not list."""
    with scratch_folder() as path:
        path.chmod(0o711)
        yield path


def isolated(variables: Mapping[str, str], tree: Path, folder: Path) -> dict[str, str]:
    """The variables of a deployment, with folders of its own, which are created."""
    temporary, sockets, programs = folder / "tmp", folder / "run", folder / PROGRAMS
    # As /tmp is, and as programs insist on for sockets:
    # https://specifications.freedesktop.org/basedir-spec/latest/#variables
    for each, mode in ((temporary, 0o1777), (sockets, 0o700), (programs, 0o755)):
        each.mkdir(exist_ok=True)
        each.chmod(mode)
    search = variables.get("PATH", os.defpath)
    hidden = [path for path, _ in _hidden(tree, folder, variables)]
    places = {p: f"{folder}/{LAYER}/hidden-{n}" for n, p in enumerate(hidden)}
    engine = next((f"unix://{places[p]}" for p in hidden[:1] if p.is_socket()), "")
    found = stand_ins.controls(search, confined=confines_signals())
    reals = {name: places.get(p.resolve(), str(p)) for name, p in found.items()}
    reals |= {name: str(path) for name, path in stand_ins.clients(search).items()}
    own = dict.fromkeys((folder, tree, *layers(tree, variables)))
    engine = engine or variables.get(stand_ins.ENGINE, "")
    stand_ins.write(programs, reals, own, engine)
    return {
        **variables,
        # Clients started by their path, and libraries, look here.
        stand_ins.ENGINE: f"unix://{(folder / NOWHERE).resolve()}",
        **dict(zip(FOLDERS, map(str, (temporary, sockets)), strict=True)),
        # The next best thing without a layer.
        **({"PYTHONDONTWRITEBYTECODE": "1"} if layer_problem(tree) else {}),
        "PATH": os.pathsep.join((str(programs), search)),
    }


def own_control_socket(
    promise: Promise | None, variables: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """Variables that give gunicorn a control socket of its own, or none.

    With a path that is too long it would print an error at every fork, forever. Its
    configuration file may name the socket of a gunicorn that is already running; only a
    command-line option overrides these variables.
    """
    if promise is None or promise.server != "gunicorn":
        return {}
    release, given = promise.release, variables.get(GUNICORN, "")
    has_socket = is_version(release) and within(release, HAVE_CONTROL_SOCKETS)
    if not has_socket or "--no-control-socket" in given.split():
        return {}
    path = f"{folder}/gunicorn.ctl"
    fits = len(os.fsencode(path)) <= MOST_BYTES
    option = f"--control-socket {path}" if fits else "--no-control-socket"
    return {GUNICORN: f"{given} {option}".strip()}
