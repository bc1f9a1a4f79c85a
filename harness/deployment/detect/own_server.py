"""Finds out whether an app starts a server of its own somewhere in its code.

Such an app has a start command of its own, which only its documents or its packaging
may name. Flask's own server, measured in its place, has another number.
"""

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.command.shell import line_at
from harness.deployment.command.shell import words_in
from harness.deployment.detect.named_servers import commands_of_project
from harness.deployment.detect.named_servers import DOCUMENTS
from harness.deployment.detect.named_servers import text_files
from harness.deployment.detect.subcommands import ANY
from harness.deployment.detect.subcommands import subcommand
from harness.deployment.sources.walk import module_file
from harness.plan.wrappers import IS_PYTHON

_NOT_OF_THE_APP = re.compile(
    r"tests?|docs?|examples?|samples?|scripts|tools|vendor|migrations|test_.*|.*_test.py"
    r"|conftest.py"
)

_SERVERS_OF_CODE = re.compile(
    r"^(?!\s*(?:#|from\s|import\s|class\s|def\s)).*?\b"
    r"(?P<name>WSGIServer|WSGIContainer|CherryPyWSGIServer|make_server|run_simple"
    r"|(?:waitress|bjoern|uvicorn|wsgi|socketio)\.(?:serve|run|server))\(",
    re.MULTILINE,
)
"""Calls that start a server, or make one, behind the name that is called."""


def note_on_own_server(folder: Path, verb: str) -> str:
    """What is measured in place of a server that an app starts in its code.

    It also says what to give, with a verb of ours. Empty if no such server is seen.
    """
    texts = [*text_files(folder)]
    for path, text in texts:
        parts = path.relative_to(folder).parts
        if path.suffix != ".py" or any(map(_NOT_OF_THE_APP.fullmatch, parts)):
            continue
        if match := _SERVERS_OF_CODE.search(text):
            where = f"{path.relative_to(folder)}:{line_at(text, match.start('name'))}"
            words = f"this is Flask's own server, but {where} calls {match['name']}"
            documents = [each for each in texts if DOCUMENTS.fullmatch(each[0].name)]
            commands = itertools.chain(
                _of_project(folder, path, texts), _in_documents(folder, documents)
            )
            for named_in, command in commands:
                more = f", with its own in place of {ANY}" if ANY in command else ""
                return (
                    f"{words}, and {named_in} names a start command; to measure that, "
                    f"give it{more}: flask-concurrency {verb} -- {shlex.join(command)}"
                )
            return (
                f"{words}; if the app is started with that, give the command: "
                f"flask-concurrency {verb} -- python FILE"
            )
    return ""


def _of_project(
    folder: Path, server: Path, texts: list[tuple[Path, str]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The commands that the project installs and that may start a server.

    One that is named like the server's package may, and so may the only one.
    """
    several = [*commands_of_project(folder)]
    package = server.relative_to(folder).parts[0]
    for each in several:
        like = {package.replace("_", "-"), package, folder.name}
        if len(several) == 1 or each.name in like:
            words = (each.name, *subcommand(folder, each, texts))
            yield f"{each.path.relative_to(folder)}:{each.line}", words


def _in_documents(
    folder: Path, documents: list[tuple[Path, str]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Lines of documents that run a script or a module of the folder with Python."""
    for path, text in documents:
        for number, line in enumerate(text.splitlines(), start=1):
            words = words_in(line.strip().strip("`").lstrip("$> "))
            if _runs_here(folder, words):
                yield f"{path.relative_to(folder)}:{number}", words


def _runs_here(folder: Path, words: tuple[str, ...]) -> bool:
    if len(words) < 2 or not IS_PYTHON.match(words[0]):
        return False
    if words[1] == "-m":
        return len(words) > 2 and module_file(folder, words[2]) is not None
    is_setup = words[1] in ("setup.py", "manage.py")
    name = words[1].removeprefix("./")
    is_script = "/" not in name and name.endswith(".py") and (folder / name).is_file()
    return is_script and not is_setup
