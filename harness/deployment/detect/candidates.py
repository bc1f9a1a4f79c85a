"""Finds out how the app of a folder is started, by the files in it.

Nothing is run: a ``Procfile``, a Dockerfile and the files of servers are read, and
otherwise the app itself is looked for.
"""

import shlex
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command import dockerfile
from harness.deployment.command.command_line import procfile_lines
from harness.deployment.command.named_files import unreadable
from harness.deployment.command.program import KNOWN
from harness.deployment.command.program import server_words
from harness.deployment.command.shell import words_in
from harness.deployment.config import DeploymentFault
from harness.deployment.detect.own_server import note_on_own_server
from harness.deployment.detect.started_by import MOST_NAMED
from harness.deployment.detect.started_by import NOT_OF_PRODUCTION
from harness.deployment.detect.started_by import required_by
from harness.deployment.detect.started_by import serves_by_script
from harness.deployment.detect.started_by import started_by_files
from harness.deployment.load import DEFAULT
from harness.deployment.repository.script import commands
from harness.deployment.sources.python_source import assigned
from harness.deployment.sources.python_source import find_app
from harness.deployment.sources.python_source import parsed
from harness.deployment.sources.python_source import text_of
from harness.plan.wrappers import IS_PYTHON
from harness.plan.wrappers import SHELLS
from harness.records.errors import UsageError
from harness.records.files import text_if_there
from harness.system.processors import processors

WEB = "web"
"""The process of a ``Procfile`` that platforms send requests to."""

STARTS = ("Procfile", "gunicorn.conf.py", "uwsgi.ini")
IMAGES = ("Dockerfile", "dockerfile", "Containerfile")

LOOKED_FOR = "a Procfile, a Dockerfile, gunicorn.conf.py, uwsgi.ini, or an app"
"""The files that are looked for in a folder, in words."""


class Candidate(NamedTuple):
    """One way to start the app of a folder."""

    name: str
    """A name for the deployment."""
    given: dict[str, str]
    """Keys of a deployment that say how to start it."""
    words: tuple[str, ...]
    path: Path | None
    """The file that says so; ``None`` for a command that the user gave."""
    line: int
    note: str = ""
    """What else to know about it: that the app has a server of its own."""

    @property
    def origin(self) -> str:
        """Where this way to start the app was found, in words."""
        where = f"{self.path}:{self.line}: " if self.path else ""
        return f"{where}{' '.join(self.words)}"

    @property
    def is_missing(self) -> bool:
        """Whether it names a script of its folder that is not there."""
        if self.path is None:
            return False
        first = "".join(self.words[:1])
        return first.startswith("./") and not (self.path.parent / first).exists()

    @property
    def program(self) -> str:
        """The server program."""
        return server_words(self.words)[0]


def candidates(folder: Path, verb: str) -> list[Candidate]:
    """All ways to start the app of a folder, the most specific first.

    Raises ``UsageError`` if there is no way, if one of these files cannot be read to
    its end, or if only an app is left and another file says what serves it: Flask's own
    server would have another number. ``verb`` is the verb of the command line that the
    remedy names.
    """
    for name in (*STARTS, *IMAGES):
        if problem := unreadable(folder / name):
            raise UsageError(problem)
    unused: DeploymentFault | UsageError | None = None
    ways = [*_procfile(folder)]
    try:
        ways += _dockerfile(folder)
    except (DeploymentFault, UsageError) as fault:
        unused = fault
    # A command whose program is not here may still be right on another machine.
    if ways := sorted(ways, key=lambda each: each.is_missing) or [*_files(folder)]:
        return ways
    app = find_app(folder)
    if others := started_by_files(folder, app):
        raise UsageError(*(other.advice(verb) for other in others))
    if unused:  # an image does not start Flask's own server
        raise UsageError(_instead_of_an_image(unused, verb))
    if app and (required := [*required_by(folder, app)]):
        raise UsageError(required[0].advice(verb))
    note = note_on_own_server(folder, verb) if app else ""
    if (app is None or note) and (ways := [*_dockerfile(folder, any_script=True)]):
        return ways
    if app is None and (below := _apps_below(folder, verb)):
        raise UsageError(*below)
    if app is None:
        raise UsageError(
            f"there is no {DEFAULT} here, nor {LOOKED_FOR}; give the command that "
            f"starts your server: flask-concurrency {verb} -- gunicorn app:app "
            "--threads 4"
        )
    path = folder / app.partition(":")[0].replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    way = from_command(["flask", "--app", app, "run"], path)
    return [way._replace(note=note)]


def _apps_below(folder: Path, verb: str) -> list[str]:
    """The folders in a folder that have an app, each with the command to give there."""
    return [
        f"there is no app here, but one in {each.name}: "
        f"cd {shlex.quote(each.name)} && flask-concurrency {verb}"
        for each in sorted(filter(Path.is_dir, folder.iterdir()))
        if each.name[0] not in "._" and each.name not in NOT_OF_PRODUCTION
        if find_app(each)
    ][:MOST_NAMED]


def _procfile(folder: Path) -> Iterator[Candidate]:
    path = folder / "Procfile"
    for line in procfile_lines(text_if_there(path)):
        words = words_in(line.text)
        if line.what == WEB or server_words(words)[0] in KNOWN:
            name = "production" if line.what == WEB else line.what
            yield Candidate(name, {"procfile": line.what}, words, path, line.line)


def _dockerfile(folder: Path, *, any_script: bool = False) -> Iterator[Candidate]:
    """The command of a Dockerfile; with ``any_script`` also if that may serve nothing.

    Raises ``DeploymentFault`` and ``UsageError``.
    """
    path = next((folder / n for n in IMAGES if (folder / n).is_file()), None)
    if path is None:
        return
    command = dockerfile.command_in(path, {}, {})
    place = command.folder or folder
    script = _script(command.words) if any_script else ""
    if _serves(command.words, place) or (script and (place / script).is_file()):
        given = {"dockerfile": path.name}
        yield Candidate("image", given, command.words, path, command.line)


def _instead_of_an_image(fault: DeploymentFault | UsageError, verb: str) -> str:
    """What to do about a Dockerfile whose command cannot be started here."""
    if isinstance(fault, dockerfile.NoList):
        problem = fault.problem
    else:
        build = f"flask-concurrency check --declared 4 -- {dockerfile.RUN}"
        what = fault.cause if isinstance(fault, DeploymentFault) else fault
        problem = f"{what}; build the image and measure that: {build}"
    return (
        f"{problem}; or give the command that starts your server: "
        f"flask-concurrency {verb} -- gunicorn app:app --threads 4"
    )


def _serves(words: Sequence[str], folder: Path) -> bool:
    """Whether a command may start a server that ``flask run`` cannot replace."""
    if words[1:2] == ("-c",):  # a line for a shell
        several = [each.words for each in commands(words[-1], {}, processors())]
        known = any(server_words(each)[0] in KNOWN for each in several)
        return known or any(_serves(each, folder) for each in several[-1:])
    program, _ = server_words(words)
    if IS_PYTHON.match(program):
        script = _script(words)
        return bool(script) and serves_by_script(folder / script)
    return program in KNOWN or not (program == "" or program in SERVES_NOTHING)


def _script(words: Sequence[str]) -> str:
    """The script that Python runs; empty if a command runs none."""
    program, arguments = server_words(words)
    scripts = (each for each in arguments if each.endswith(".py"))
    return next(scripts, "") if IS_PYTHON.match(program) else ""


SERVES_NOTHING = frozenset(
    {
        *(*SHELLS, "flask", "pytest", "tox", "celery", "rq", "alembic", "tail"),
        *("sleep", "cat", "echo", "true", "jupyter", "ipython"),
        *("pip", "coverage", "cd", "export", "set", "python", "fi", "done"),
    }
)
"""Programs that a Dockerfile starts beside a server, or in place of one."""


def _files(folder: Path) -> Iterator[Candidate]:
    """Configuration files of servers, each with the usual command for it."""
    path = folder / "gunicorn.conf.py"
    if (tree := parsed(path)) is not None:
        in_file = text_of(assigned(tree).get("wsgi_app"))
        app = None if in_file else find_app(folder)
        if in_file or app:
            yield from_command(["gunicorn", *([app] if app else [])], path)
    for path in sorted(folder.glob("*.ini")):
        if "[uwsgi]" in text_if_there(path).splitlines():
            yield from_command(["uwsgi", "--ini", path.name], path)


def from_command(words: Sequence[str], path: Path | None = None) -> Candidate:
    """The candidate for a command that the user gives, or that a file calls for."""
    given = {"command": shlex.join(words)}
    return Candidate("production", given, tuple(words), path, 1 if path else 0)
