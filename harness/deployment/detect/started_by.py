"""Finds what to give in place of files that start a server but are not run here.

Systemd units, scripts, Compose files and the files of platforms are written for other
machines, but a check can start the command in them.
"""

import re
import shlex
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.program import DEVELOPMENT
from harness.deployment.command.program import KNOWN
from harness.deployment.command.program import server_words
from harness.deployment.declared.script import serving_call
from harness.deployment.detect.adapted import command_here
from harness.deployment.detect.named_servers import command_lines
from harness.deployment.detect.named_servers import commands_of_project
from harness.deployment.detect.named_servers import required_servers
from harness.deployment.detect.named_servers import text_files
from harness.deployment.detect.subcommands import ANY
from harness.deployment.detect.subcommands import subcommand
from harness.deployment.repository.files import is_workflow
from harness.deployment.repository.find import places_of
from harness.deployment.repository.find import read_places
from harness.deployment.repository.not_started import CALLED
from harness.deployment.repository.not_started import other_servers
from harness.deployment.repository.started import ReadPlace
from harness.deployment.sources.python_source import assigned
from harness.deployment.sources.python_source import find_app
from harness.deployment.sources.python_source import parsed
from harness.deployment.sources.python_source import text_of
from harness.deployment.sources.walk import module_file
from harness.records.files import text_if_there
from harness.system.processors import processors

NOT_OF_PRODUCTION = frozenset(
    {"tests", "test", "docs", "doc", "examples", "example", "samples", "vendor"}
)
"""Folders whose files say nothing about how the app beside them is started."""

MOST_NAMED = 4
"""Most files that an error names."""

_UNKNOWN = re.compile(rf"\$\{{?(?!PORT\b)\w+\}}?|\{{\{{.*?\}}\}}|%\(\w+\)s|^{ANY}$")

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
    what: str = "starts a server, but a check does not run such a file"
    give: str = "its command"

    def advice(self, verb: str) -> str:
        """What to do about it, with a verb of the command line."""
        change = "" if self.folder == "." else f"cd {shlex.quote(self.folder)} && "
        given = "".join(f"{k}={shlex.quote(v)} " for k, v in self.variables.items())
        names = sorted({n for word in self.words for n in _UNKNOWN.findall(word)})
        values = f", with values in place of {' and '.join(names)}" if names else ""
        return (
            f"{self.where} {self.what}; give {self.give}{values}: {change}"
            f"{given}flask-concurrency {verb} -- {shlex.join(self.words)}"
        )


def started_by_files(folder: Path, app: str | None) -> list[StartedBy]:
    """What the files of a folder start, each command once.

    If the folder itself has an app, Flask's own server is measured in any case.
    """
    places = (p for p in read_places(folder, processors()) if not is_workflow(p.path))
    several = [*_each_once(places, folder, app)]
    several += [*_commands_of_project(folder)] or [*_scripts(folder)]
    if not several and app:
        files = [
            each for each in text_files(folder) if _is_of_production(each[0], folder)
        ]
        several = [*_not_started(files, folder, app)] or [*_named(files, folder, app)]
    return several[:MOST_NAMED]


def started_by_compose(folder: Path, words: Sequence[str]) -> list[StartedBy]:
    """What Compose files start in place of the command of an image."""
    places = read_places(folder, processors())
    composed = [place for place in places if _COMPOSE.search(place.path.name)]
    started = _each_once(composed, folder, find_app(folder))
    return [each for each in started if each.words != command_here(words, folder)]


_COMPOSE = re.compile(r"compose.*\.ya?ml$")


def _is_of_production(path: Path, top: Path) -> bool:
    return NOT_OF_PRODUCTION.isdisjoint(path.relative_to(top).parts[:-1])


def _each_once(
    places: Iterable[ReadPlace], folder: Path, app: str | None
) -> Iterator[StartedBy]:
    """The commands of several places, each once, except those like ``flask run``."""
    seen: set[tuple[str, ...]] = set()
    for place in places:
        if _is_of_production(place.path, folder):
            started = _started(place, folder)
            if started is None or (app and _is_plain_flask(started.words)):
                continue
            if (key := (started.folder, *started.words)) not in seen:
                seen.add(key)
                yield started


def _not_started(
    files: Iterable[tuple[Path, str]], folder: Path, app: str
) -> Iterator[StartedBy]:
    """Files of servers that cannot be started here."""
    for path, other in other_servers(files):
        where = f"{path.relative_to(folder)}:{other.line}"
        give, words = other.instead(app)
        yield StartedBy(where, ".", words, {}, other.said, give)


def _named(
    files: Iterable[tuple[Path, str]], folder: Path, app: str
) -> Iterator[StartedBy]:
    """Files of other kinds with the command of a server for an app that is here."""
    for path, text in files:
        lines = ((line, None) for line in command_lines(path, text))
        places = [
            place
            for place in places_of(path, folder, lines, processors())
            if place.app and _has_app(place, folder)
        ]
        for started in _each_once(places, folder, app):
            yield started._replace(what=NAMES)


NAMES = "names a server, but a check does not run such a file"


def _has_app(place: ReadPlace, top: Path) -> bool:
    """Whether the app that a place serves is in its folder."""
    module = place.app.partition(":")[0]
    return module_file(_folder(place, top), module) is not None


def _commands_of_project(folder: Path) -> Iterator[StartedBy]:
    """The commands that the project installs and that serve."""
    files = [*text_files(folder)]
    for named in commands_of_project(folder):
        roots = (folder, folder / "src")
        paths = (module_file(root, named.module) for root in roots)
        path = next(filter(None, paths), None)
        if path is not None and serves_by_script(path):
            where = f"{named.path.relative_to(folder)}:{named.line}"
            what = f"names the command {named.name}, which starts a server"
            words = (named.name, *subcommand(folder, named, files))
            yield StartedBy(where, ".", words, {}, what, "that, installed")


def required_by(folder: Path, app: str) -> Iterator[StartedBy]:
    """Servers that are required, and that no file starts."""
    for named in required_servers(folder):
        where = f"{named.path.relative_to(folder)}:{named.line}"
        words = tuple(word.format(app=app) for word in KNOWN[named.name].usual)
        what = f"requires {named.name}, but no file here says how it is started"
        yield StartedBy(where, ".", words, {}, what)


_SERVERS_OF_CODE = re.compile(
    r"\b(?:WSGIServer|make_server|run_simple|waitress|cheroot|cherrypy|tornado|twisted"
    r"|gunicorn|hypercorn|uvicorn|granian|bjoern|meinheld|socketio\.run)\b"
)
"""Marks of a script that starts a server other than Flask's own."""


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
    if counted is None or counted.command.words[0] in CALLED.values():
        return None
    words, variables = counted.command.words, counted.command.variables
    folder = _folder(each, top)
    if each.path.name in words and not each.started.what:
        words = _of_settings(each.path, words, folder)
        if not words:
            return None
    decides = {k: v for k, v in variables.items() if _DECIDES.fullmatch(k)}
    shown = str(folder.relative_to(top))
    return StartedBy(each.where, shown, command_here(words, folder), decides)


def _folder(each: ReadPlace, top: Path) -> Path:
    """The folder that the app of a place is imported from."""
    above = [top / part for part in each.path.relative_to(top).parents]
    module = _APP.match(each.app)
    for folder in reversed(above):
        if module is None:
            if find_app(folder):
                return folder
        elif module_file(folder, module[0]):
            return folder
    return top


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
