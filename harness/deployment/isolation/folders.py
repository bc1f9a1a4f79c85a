"""Gives a deployment folders of its own, so that a check changes nothing else.

It sees its working tree, its home folder and the packages of its Python through layers
of its own (``harness/system/layer.py``), so that databases, logs, sockets and installed
packages stay as they are. It has a folder for temporary files and one for sockets:
otherwise gunicorn would take over the control socket of a gunicorn that is already
running. Commands that would start other containers are refused, as nobody would remove
them.
"""

import functools
import os
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from packaging.specifiers import SpecifierSet

from harness.deployment.declared.promise import Promise
from harness.deployment.isolation import stand_ins
from harness.deployment.isolation.layers import caches
from harness.deployment.isolation.layers import home_of
from harness.deployment.isolation.layers import is_below
from harness.deployment.isolation.layers import LAYER
from harness.deployment.isolation.layers import layer_problem
from harness.deployment.isolation.layers import layer_words
from harness.deployment.isolation.layers import layers
from harness.deployment.isolation.layers import working_tree
from harness.deployment.isolation.no_engine import engine_sockets
from harness.deployment.isolation.no_engine import MOST_BYTES
from harness.deployment.isolation.no_engine import NOWHERE
from harness.records.versions import is_version
from harness.records.versions import within
from harness.system import own_signals
from harness.system.program import program

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


def notes(folder: Path, variables: Mapping[str, str]) -> list[str]:
    """Warnings where a deployment can change its working tree, or its home folder."""
    over = layers(folder, variables)
    tree, home = working_tree(folder), home_of(variables)
    paths = dict.fromkeys(path for path in (tree, home) if path is not None)
    signals = [] if confines_signals() else [FREE_SIGNALS]
    return signals + [
        f"what it writes to {path} stays there: {layer_problem(path)}"
        for path in paths
        if not is_below(path, over)
    ]


@functools.cache
def confines_signals() -> bool:
    """Whether the kernel keeps signals of a deployment from processes of others."""
    return own_signals.version() >= own_signals.FIRST_VERSION


class Isolation:
    """The layers, folders and programs that keep one deployment apart from the rest."""

    def __init__(self, folder: Path, own: Path, variables: Mapping[str, str]) -> None:
        self._tree = working_tree(folder)
        self._own = own
        self._home = home_of(variables)
        self._search = variables.get("PATH", os.defpath)
        self._over = layers(folder, variables)
        self._controls = stand_ins.controls(self._search, confined=confines_signals())
        self._hidden = self._find_hidden(variables) if self._over else []

    def _find_hidden(self, variables: Mapping[str, str]) -> list[tuple[Path, Path]]:
        """Paths that layers hide from the deployment, each with what it finds instead.

        The sockets of engines come first, then programs that have a stand-in.
        """
        engine = (self._own / NOWHERE).resolve()
        refusing = engine if engine.is_socket() else Path(os.devnull)
        sockets = [(path, refusing) for path in engine_sockets(variables)]
        real = ((name, path.resolve()) for name, path in self._controls.items())
        # Several programs may be one file, as in busybox.
        place = self._own / PROGRAMS
        programs = [(path, place / name) for name, path in real if path.name == name]
        return [*sockets, *programs]

    def command(self, words: Sequence[str]) -> list[str]:
        """A command behind layers over the working tree and the home, if possible.

        If the kernel supports it, its processes can only send signals to each other.
        """
        confined = confines_signals()
        if not self._over:
            return [*(program("own_signals") if confined else ()), *words]
        uncovered = [*([caches(self._home)] if self._home else []), self._own]
        kept = list(filter(os.path.isdir, uncovered))
        behind = layer_words(self._over, self._own, self._hidden, kept, confined)
        return [*behind, *words]

    def variables(self, given: Mapping[str, str]) -> dict[str, str]:
        """The ``given`` variables, with folders of its own, which are created."""
        folder = self._own
        temporary, sockets, programs = folder / "tmp", folder / "run", folder / PROGRAMS
        # As /tmp is, and as programs insist on for sockets:
        # https://specifications.freedesktop.org/basedir-spec/latest/#variables
        for each, mode in ((temporary, 0o1777), (sockets, 0o700), (programs, 0o755)):
            each.mkdir(exist_ok=True)
            each.chmod(mode)
        self._write_stand_ins(programs, given)
        covered = is_below(self._tree, self._over)
        return {
            **given,
            # Clients started by their path, and libraries, look here.
            stand_ins.ENGINE: f"unix://{(folder / NOWHERE).resolve()}",
            **dict(zip(FOLDERS, map(str, (temporary, sockets)), strict=True)),
            # The next best thing without a layer.
            **({} if covered else {"PYTHONDONTWRITEBYTECODE": "1"}),
            "PATH": os.pathsep.join((str(programs), self._search)),
        }

    def _write_stand_ins(self, programs: Path, given: Mapping[str, str]) -> None:
        hidden = [path for path, _ in self._hidden]
        places = {p: f"{self._own}/{LAYER}/hidden-{n}" for n, p in enumerate(hidden)}
        engine = next((f"unix://{places[p]}" for p in hidden[:1] if p.is_socket()), "")
        reals = {n: places.get(p.resolve(), str(p)) for n, p in self._controls.items()}
        clients = stand_ins.clients(self._search)
        reals |= {name: str(path) for name, path in clients.items()}
        own = dict.fromkeys((self._own, self._tree, *self._over))
        engine = engine or given.get(stand_ins.ENGINE, "")
        stand_ins.write(programs, reals, own, engine)


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
