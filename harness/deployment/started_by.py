"""Files that start a server and are not run here: what to give in their place.

Units of systemd, scripts, Compose files and those of platforms are written for other
machines. What is left of one is its command, which a check can start.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from pathlib import PurePath
from typing import NamedTuple

from harness.deployment.declared.program import DEVELOPMENT
from harness.deployment.declared.program import server_words
from harness.deployment.declared.script import serving_call
from harness.deployment.declares.find import read_places
from harness.deployment.declares.started import ReadPlace
from harness.deployment.python_source import assigned
from harness.deployment.python_source import find_app
from harness.deployment.python_source import parsed
from harness.deployment.python_source import text_of
from harness.records.files import text_if_there
from harness.system.processors import processors

NOT_OF_PRODUCTION = frozenset(
    {"tests", "test", "docs", "doc", "examples", "example", "samples", "vendor"}
)
"""Folders whose files say nothing of how the app beside them is started."""

MOST_NAMED = 4

NOT_STARTED = {
    "passenger_wsgi.py": "Passenger",
    "zappa_settings.json": "Zappa",
    "zappa_settings.toml": "Zappa",
    "serverless.yml": "a platform of functions",
    "vercel.json": "Vercel",
    "*.wsgi": "mod_wsgi",
}
"""Files by which something serves an app that a check cannot start, and what it is."""

AS_USER = frozenset({"sudo", "doas", "runuser", "gosu", "su-exec", "chpst", "setpriv"})
"""Programs that change the user; here that is the one who checks."""

_UNKNOWN = re.compile(r"\$\{?(?!PORT\b)\w+\}?")

_DECIDES = re.compile(r"WEB_CONCURRENCY|(?:GUNICORN|UWSGI|GRANIAN|UVICORN)_\w+")
"""Variables that say how many requests a server takes."""

_APP = re.compile(r"[A-Za-z_][\w.]*(?=:[A-Za-z_])")


class StartedBy(NamedTuple):
    """A place in a file that starts a server."""

    where: str
    """The file and the line."""
    folder: str
    """The folder to give the command in; ``.`` is the current one."""
    words: tuple[str, ...]
    variables: Mapping[str, str]
    what: str = "starts a server, and such a file is not run here"
    give: str = "its command"

    def told(self, verb: str) -> str:
        """What to do about it, with a verb of the command line."""
        change = "" if self.folder == "." else f"cd {shlex.quote(self.folder)} && "
        given = "".join(f"{k}={shlex.quote(v)} " for k, v in self.variables.items())
        names = sorted({n for word in self.words for n in _UNKNOWN.findall(word)})
        values = f", with values in place of {' and '.join(names)}" if names else ""
        return (
            f"{self.where} {self.what}; give {self.give}{values}: {change}"
            f"{given}flask-concurrency {verb} -- {shlex.join(self.words)}"
        )


def started_by_files(folder: Path, *, has_app: bool) -> list[StartedBy]:
    """What the files of a folder start, each command once.

    Where the folder has an app itself, Flask's own server is what is measured anyway.
    """
    found: dict[tuple[str, ...], StartedBy] = {}
    for read_place in read_places(folder, processors()):
        if not NOT_OF_PRODUCTION.isdisjoint(PurePath(read_place.place.file).parts[:-1]):
            continue
        started = _started(read_place, folder)
        if started is None or (has_app and _is_plain_flask(started.words)):
            continue
        found.setdefault((started.folder, *started.words), started)
    several = [*found.values(), *_scripts(folder)] or [*_not_started(folder)]
    return several[:MOST_NAMED]


def _not_started(folder: Path) -> Iterator[StartedBy]:
    """Files by which something serves the app that cannot be started here."""
    app = find_app(folder)
    of = "the command of another server, such as Flask's own"
    for name, who in NOT_STARTED.items() if app else ():
        for there in sorted(folder.glob(name))[:1]:
            words = ("flask", "--app", app or "", "run")
            what = f"says that {who} serves the app, which a check does not start"
            yield StartedBy(there.name, ".", words, {}, what, of)


_SERVERS_OF_CODE = re.compile(
    r"\b(?:WSGIServer|make_server|run_simple|waitress|cheroot|cherrypy|tornado|twisted"
    r"|gunicorn|hypercorn|uvicorn|granian|bjoern|meinheld|socketio\.run)\b"
)
"""What stands in a script that starts a server which is not Flask's own."""


def serves_by_script(path: Path) -> bool:
    """Whether a script serves, and not as ``flask run`` would."""
    text = text_if_there(path)
    return serving_call(path) > 0 or _SERVERS_OF_CODE.search(text) is not None


def _is_plain_flask(words: Sequence[str]) -> bool:
    """Whether a command is ``flask run`` with threads."""
    return server_words(words)[0] in DEVELOPMENT and "--without-threads" not in words


def _scripts(folder: Path) -> Iterator[StartedBy]:
    """Scripts that serve in another way than ``flask run`` does."""
    for path in sorted(folder.glob("*.py")):
        if line := serving_call(path):
            where = f"{path.relative_to(folder)}:{line}"
            yield StartedBy(where, ".", ("python", path.name), {})


def _started(each: ReadPlace, top: Path) -> StartedBy | None:
    counted = each.elsewhere({}, processors())
    if counted is None:
        return None
    words, variables = counted.command.words, counted.command.variables
    folder = _folder(each, top)
    if each.path.name in words and not each.started.what:
        words = _of_settings(each.path, words, folder)
        if not words:
            return None
    decides = {k: v for k, v in variables.items() if _DECIDES.fullmatch(k)}
    shown = str(folder.relative_to(top))
    return StartedBy(each.where, shown, _here(words, folder), decides)


def _folder(each: ReadPlace, top: Path) -> Path:
    """The folder that the app of a place is imported from."""
    above = [top / part for part in each.path.relative_to(top).parents]
    module = _APP.match(each.app)
    for folder in reversed(above):
        if module is None:
            if find_app(folder):
                return folder
        elif _has_module(folder, module[0]):
            return folder
    return top


def _has_module(folder: Path, name: str) -> bool:
    path = folder / name.replace(".", "/")
    return os.path.isfile(path.with_suffix(".py")) or os.path.isfile(
        path / "__init__.py"
    )


def _of_settings(path: Path, words: Sequence[str], folder: Path) -> tuple[str, ...]:
    """The usual command for a file of settings, which is given in a folder.

    None if it is not known which app is served.
    """
    shown = path.relative_to(folder).as_posix()
    named = tuple(shown if word == path.name else word for word in words)
    tree = parsed(path) if path.suffix == ".py" else None
    if tree is None or text_of(assigned(tree).get("wsgi_app")) is not None:
        return named
    app = find_app(folder)
    return (*named, app) if app else ()


def _here(words: Sequence[str], folder: Path) -> tuple[str, ...]:
    """A command without the paths of the machine that it was written for."""
    kept: list[str] = []
    if PurePath(words[0]).name in AS_USER:
        program, arguments = server_words(words)
        words = (program, *arguments)
    for word in words:
        path = Path(word.rpartition("=")[2])
        if not path.is_absolute() or os.path.exists(path):
            kept.append(word)
        elif path.parent.name in ("bin", "sbin"):
            kept.append(word.replace(str(path), path.name))
        elif same := _same_file(path, folder):
            kept.append(word.replace(str(path), same))
        elif kept and kept[-1] == "--chdir":
            kept.pop()
        elif not word.startswith("--chdir="):
            kept.append(word)
    return tuple(kept)


def _same_file(path: Path, folder: Path) -> str:
    """The end of a path of another machine that is a file here; empty for none."""
    parts = path.parts[1:]
    for index in range(len(parts)):
        end = PurePath(*parts[index:])
        if os.path.isfile(folder / end):
            return end.as_posix()
    return ""
