"""Finds out what a running server is and declares, from the command of its process.

Wrappers, scripts and shells may start a server, but the kernel knows the words, the
folder and the variables that the server itself was started with.
"""

import contextlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from harness.deployment.command.program import server_words
from harness.deployment.command.program import SERVERS
from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import IN_CODE
from harness.deployment.command.setting import Setting
from harness.deployment.config import DeploymentFault
from harness.deployment.declared import gunicorn
from harness.deployment.declared import script
from harness.deployment.declared.derive import derive
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import find_executable
from harness.deployment.environment import interpreter
from harness.deployment.environment import Where
from harness.deployment.hook import Hello
from harness.plan.wrappers import IS_PYTHON
from harness.records.text import plural


def ask(
    hello: Hello, tree: Sequence[int], where: Where, promise: Promise | None
) -> tuple[Promise | None, str]:
    """What the running server of a tree declares, or why that is unknown.

    If that is unknown, the answer is the ``promise`` of its command, or else what code
    told the server.
    """
    try:
        return promise_of(hello.process, hello.words, tree, where), ""
    except CannotDerive as problem:
        why = code_that_starts(hello) or str(problem)
        return promise or promise_in_code(hello), why


def promise_of(
    process: int, words: Sequence[str], tree: Sequence[int], where: Where
) -> Promise:
    """What the server that a process belongs to declares.

    ``words`` are what the process reports of its own start; some servers overwrite
    what the kernel shows. Raises ``CannotDerive``, which says why.
    """
    problem = CannotDerive("the serving process was not found")
    for started, folder, variables in _lineage(process, words, tree, where.folder):
        try:
            return derive(started, _where(started, folder, variables))
        except (DeploymentFault, CannotDerive) as other:
            if server_words(started)[0]:
                problem = CannotDerive(str(other))
    raise problem


def _lineage(
    process: int, words: Sequence[str], tree: Sequence[int], folder: Path
) -> Iterator[tuple[Sequence[str], Path, Mapping[str, str]]]:
    """How a process and its ancestors within a tree were started.

    That is the words, each folder that it may have been in, and the variables.
    """
    try:
        each: psutil.Process | None = psutil.Process(process)
        while each is not None and each.pid in tree:
            variables = each.environ()
            likely = [variables.get("PWD", ""), each.cwd(), str(folder)]
            folders = [Path(name) for name in dict.fromkeys(likely) if name]
            for given in filter(None, (words, each.cmdline())):
                yield from ((given, place, variables) for place in folders)
            words = ()
            each = each.parent()
    except psutil.Error:
        return


def _where(words: Sequence[str], folder: Path, started: Mapping[str, str]) -> Where:
    """The place to run the server's code in. Raises ``DeploymentFault``."""
    ours = "FLASK_CONCURRENCY"
    variables = {k: v for k, v in started.items() if not k.startswith(ours)}
    executable = find_executable("command", words, folder, variables)
    python = executable if IS_PYTHON.match(executable.name) else None
    return Where(folder, python or interpreter(executable, variables), variables)


def code_that_starts(hello: Hello) -> str:
    """A remark that names the server that a script starts by code; empty if unknown.

    The settings of such a server are only in the code. It may also be started by a
    program of its own whose options are not read.
    """
    name = software_name(hello.software)[0] or hello.server
    if server_words(hello.words)[0] in SERVERS or not hello.words or not name:
        return ""
    if name in (Path(word).name for word in hello.words[:3]):
        return f"how many requests {name} takes is not read from its options"
    return f"its server, {name}, is started by code"


def promise_in_code(hello: Hello) -> Promise | None:
    """What a server started by code declares, by the arguments it was given."""
    if hello.server == "gunicorn" and hello.told:
        with contextlib.suppress(CannotDerive, msgspec.ValidationError):
            return gunicorn.promise_in_code(hello.told)
    threads, page = hello.told.get("threads"), POOLS.get(hello.server)
    if page is None or not isinstance(threads, int) or threads < 1:
        return promise_of_werkzeug(hello)
    because = f"code starts {hello.server} with {plural(threads, 'thread')}"
    settings = {"threads": Setting(threads, IN_CODE)}
    return Promise(hello.server, threads, because, page, settings)


POOLS = {
    "waitress": script.WAITRESS_PAGE,
    "cheroot": "https://cheroot.cherrypy.dev/en/latest/pkg/cheroot.server/",
}
"""Servers with one process and a pool of threads, each with its documentation."""


def promise_of_werkzeug(hello: Hello) -> Promise | None:
    """What Werkzeug's server declares, by what it reports to the app."""
    if software_name(hello.software)[0] != "werkzeug" or hello.multiprocess:
        return None
    page = "https://werkzeug.palletsprojects.com/en/stable/serving/"
    if hello.multithread:
        because = "Werkzeug's server starts a thread for every connection"
        return Promise("werkzeug", None, because, page)
    because = "Werkzeug's server reports neither threads nor processes"
    return Promise("werkzeug", 1, because, page)


# ------------------------------------------------------------------------------ names


def software_name(software: str) -> tuple[str, str]:
    """The name and the release in a ``SERVER_SOFTWARE``; empty if it has none."""
    name, _, release = software.split(" ")[0].partition("/")
    return SOFTWARE.get(name.lower(), name.lower()), release


SOFTWARE = {
    "tornadoserver": "tornado",
    "twistedweb": "twisted",
    "wsgiserver": "wsgiref",
}
"""Names of servers that give another name in ``SERVER_SOFTWARE``."""
