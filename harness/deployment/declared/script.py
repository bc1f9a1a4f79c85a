"""Derives what a script that starts Flask's own server, or waitress, declares.

The script is read, not run: its only call of ``waitress.serve``, or of ``run`` on
something that can be traced to a Flask app. Everything else is left to the running
server.
"""

import ast
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import Refused
from harness.deployment.command.setting import Setting
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import Where
from harness.deployment.sources.python_source import comes_from
from harness.deployment.sources.python_source import is_flask
from harness.deployment.sources.python_source import source_of
from harness.deployment.sources.python_source import SourceFile
from harness.deployment.sources.python_source import with_os

FLASK_PAGE = "https://flask.palletsprojects.com/en/stable/api/#flask.Flask.run"
WERKZEUG_PAGE = "https://werkzeug.palletsprojects.com/en/stable/serving/"
WAITRESS_PAGE = (
    "https://docs.pylonsproject.org/projects/waitress/en/stable/arguments.html"
)


def promise(arguments: Sequence[str], where: Where) -> Promise:
    """What ``python SCRIPT`` declares.

    Raises ``CannotDerive``, and ``Refused`` for a script that would listen on a port of
    its own.
    """
    name = next((word for word in arguments if word.endswith(".py")), "")
    path = where.folder / name
    source = source_of(path, path.parent) if name else None
    calls = [*_starts(source)] if source else []
    if len(calls) != 1:
        raise CannotDerive(
            f"{name or 'the script'} has {len(calls) or 'no'} calls that are seen to "
            "be the `run` of a Flask app or `waitress.serve`"
        )
    (call,) = calls
    if any(keyword.arg is None for keyword in call.keywords):
        raise CannotDerive(f"{path.name} computes what it calls `{_called(call)}` with")
    _check_port(call, path)
    if _called(call) == "serve":
        threads = _number(call, "threads", 4, path)
        because = f"{path.name} calls waitress with {threads.value} threads"
        settings = {"threads": threads}
        return Promise("waitress", int(threads.value), because, WAITRESS_PAGE, settings)
    return _flask(call, path)


def serving_call(path: Path) -> int:
    """The line on which a script serves in another way than ``flask run`` does.

    Zero if none is seen.
    """
    source = source_of(path, path.parent)
    calls = [*_starts(source)] if source else []
    return next((call.lineno for call in calls if not _is_plain(call)), 0)


def _is_plain(call: ast.Call) -> bool:
    """Whether a call serves as ``flask run`` does, with a thread for each request."""
    keywords = ("threaded", "processes")
    return _called(call) == "run" and not any(_argument(call, k) for k in keywords)


def _flask(call: ast.Call, path: Path) -> Promise:
    """Flask's own server: a thread for every connection, unless that is turned off."""
    processes = _number(call, "processes", 1, path)
    threaded = _argument(call, "threaded")
    if not isinstance(threaded, ast.Constant | None):
        raise CannotDerive(f"{path.name} computes what it calls `threaded`")
    if threaded is None or threaded.value:
        because = f"{path.name} calls app.run, which starts a thread for every request"
        return Promise("werkzeug", None, because, FLASK_PAGE)
    count = int(processes.value)
    because = f"{path.name} calls app.run without threads, with {count} processes"
    settings = {"processes": processes}
    return Promise("werkzeug", count, because, WERKZEUG_PAGE, settings)


def _starts(source: SourceFile) -> Iterator[ast.Call]:
    """The calls that start a server."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr="run")):
                if is_flask(value, source):
                    yield node
            case ast.Call(func=called):
                if comes_from(called, "waitress", "serve", source.tree):
                    yield node


def _called(call: ast.Call) -> str:
    """The function that a call names: ``run`` of an app, or ``serve`` by any name."""
    is_run = isinstance(call.func, ast.Attribute) and call.func.attr == "run"
    return "run" if is_run else "serve"


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    return next(
        (keyword.value for keyword in call.keywords if keyword.arg == name), None
    )


def _number(call: ast.Call, name: str, default: int, path: Path) -> Setting:
    match _argument(call, name):
        case None:
            return Setting(default, "")
        case ast.Constant(value=int(value)):
            return Setting(value, path.name, path, call.lineno)
    raise CannotDerive(f"{path.name} computes what it calls `{name}`")


def _check_port(call: ast.Call, path: Path) -> None:
    """Raise ``Refused`` if the script allows no other port."""
    if any(_argument(call, name) is not None for name in _OTHER_PLACES):
        return
    port = _argument(call, "port")
    if port is None and _called(call) == "run" and len(call.args) > 1:
        port = call.args[1]
    if isinstance(port, ast.Constant | None):
        default = 8080 if _called(call) == "serve" else 5000
        number = repr(port.value) if port else default
        raise Refused(
            f"{path.name}:{call.lineno}: it listens on port {number} whatever $PORT is",
            f'write `port=int(os.environ.get("PORT", {number}))` there'
            f"{with_os(path.read_text(encoding='utf-8'))}",
        )


_OTHER_PLACES = ("listen", "unix_socket", "sockets", "fd")
"""Arguments that make a server listen elsewhere than on a port."""
