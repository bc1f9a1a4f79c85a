"""Reads files of servers that a check cannot start, such as NGINX Unit or Passenger.

Such a file may still say how many requests the server takes: a server that declares as
many can be measured in its place.
"""

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.shell import line_at
from harness.deployment.command.shell import StartLine
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import readable
from harness.deployment.platforms.tree import text_at


class OtherServer(NamedTuple):
    """What serves an app by a file, and how many requests at once, if that is known."""

    line: int
    who: str
    processes: int = 0
    """Zero if the file does not say it."""
    threads: int = 0
    command: tuple[str, ...] = ()
    """The command that the platform is documented to start by itself."""
    app: str = ""
    """The app, as ``module:name``, if the file says it."""

    @property
    def said(self) -> str:
        """Who serves the app, in words."""
        if self.command:
            return f"leaves it to {self.who} to start the app, with its own command"
        numbers = ""
        if self.processes:
            numbers = f" with processes = {self.processes}, threads = {self.threads}"
        served = f"says that {self.who} serves the app{numbers}"
        return f"{served}, which a check does not start"

    def instead(self, app: str) -> tuple[str, tuple[str, ...]]:
        """What to give in its place, in words, and its command."""
        if self.command:
            return "that", self.command
        if not self.processes:
            words = ("flask", "--app", app, "run")
            return "the command of another server, such as Flask's own", words
        workers = ("--workers", str(self.processes))
        threads = ("--threads", str(self.threads)) if self.threads > 1 else ()
        give = "the command of another server, such as gunicorn with the same numbers"
        return give, ("gunicorn", *workers, *threads, app)


MOD_WSGI = "mod_wsgi"
UNIT = "NGINX Unit"

CALLED = {MOD_WSGI: "WSGIDaemonProcess", UNIT: "unitd"}
"""The placeholder for a program, for servers whose numbers may be known."""


def lines_of(several: Iterable[OtherServer]) -> Iterator[StartLine]:
    """Servers whose numbers are known, each with what stands for a program."""
    for each in several:
        if each.processes:
            words = [f"processes={each.processes}", f"threads={each.threads}"]
            text = " ".join([CALLED[each.who], *filter(None, [each.app]), *words])
            yield StartLine(each.line, each.who, text)


def other_server(path: Path, text: str) -> OtherServer | None:
    """The server that a file names, if a check cannot start it."""
    readers = (reader for mark, reader in BY_TEXT.items() if mark in text)
    if said := next(filter(None, (reader(path, text) for reader in readers)), None):
        return said
    named = (who for pattern, who in BY_NAME.items() if path.match(pattern))
    return next((OtherServer(1, who) for who in named), None)


BY_NAME = {
    "passenger_wsgi.py": "Passenger",
    "zappa_settings.*": "Zappa",
    "serverless.y*ml": "a platform of functions",
    "vercel.json": "Vercel",
    "*.wsgi": MOD_WSGI,
    "*.fcgi": "FastCGI",
    "*.cgi": "CGI",
}
"""Who serves, by the names of files."""


# ---------------------------------------------------------------- Apache's mod_wsgi


def apache(path: Path, text: str) -> OtherServer | None:
    """A configuration of Apache: the processes of its ``WSGIDaemonProcess``, if any.

    The defaults are those of its documentation:
    https://modwsgi.readthedocs.io/en/master/configuration-directives/WSGIDaemonProcess.html
    """
    served = _ALIAS.search(text)
    if served is None:
        return None
    group = _GROUP.search(text)
    daemons = {match[1].strip("\"'"): match for match in _DAEMON.finditer(text)}
    name = group[1].strip("\"'") if group else ""
    daemon = daemons.get(name) or next(iter(daemons.values()), None)
    if daemon is None:
        return OtherServer(line_at(text, served.start()), MOD_WSGI)
    given = {"processes": 1, "threads": 15} | {
        key: int(value) for key, value in _NUMBER.findall(daemon[2])
    }
    return OtherServer(line_at(text, daemon.start()), MOD_WSGI, **given)


_ALIAS = re.compile(r"(?mi)^[ \t]*WSGIScriptAlias(?:Match)?[ \t]")
_GROUP = re.compile(r"(?mi)^[ \t]*WSGIProcessGroup[ \t]+(\S+)")
_DAEMON = re.compile(r"(?mi)^[ \t]*WSGIDaemonProcess[ \t]+(\S+)((?:.*\\\n)*.*)$")
_NUMBER = re.compile(r"\b(processes|threads)=[\"']?(\d+)")


# ------------------------------------------------------------------------ NGINX Unit


def units(text: str) -> Iterator[OtherServer]:
    """The applications in Python of a configuration of NGINX Unit.

    Its documentation: https://unit.nginx.org/configuration/#process-management
    """
    for place in ("applications.*", "config.applications.*"):
        for _, app in (
            each for root in readable(from_yaml, text) for each in find(root, place)
        ):
            kind = app.items.get("type", Node("", 0))
            if kind.text.startswith("python"):
                processes = app.items.get("processes", Node("1", kind.line))
                most = processes.items.get("max", processes).text
                threads = app.items.get("threads", Node("1", kind.line)).text
                if most.isdecimal() and threads.isdecimal():
                    numbers = int(most), int(threads)
                    name = text_at(app, "callable") or "application"
                    served = f"{text_at(app, 'module')}:{name}"
                    yield OtherServer(processes.line, UNIT, *numbers, app=served)
                else:
                    yield OtherServer(kind.line, UNIT)


# --------------------------------------------- platforms that start a server themselves


def _functions(path: Path, text: str) -> OtherServer | None:
    line = line_at(text, text.index("AWS::Serverless"))
    return OtherServer(line, "a platform of functions")


def _app_service(path: Path, text: str) -> OtherServer | None:
    """A deployment to Azure's App Service without a command.

    What it starts then: https://learn.microsoft.com/azure/app-service/configure-language-python
    """
    match = _TO_APP_SERVICE.search(text)
    if match is None or re.search(r"(?i)startup-?_?(?:command|file)", text):
        return None
    names = ("application", "app")
    name = next((n for n in names if (_is_above(path, f"{n}.py"))), "app")
    command = ("gunicorn", "--timeout", "600", f"{name}:app")
    return OtherServer(line_at(text, match.start()), "App Service", command=command)


_TO_APP_SERVICE = re.compile(
    r"azure/webapps-deploy@|\baz webapp (?:up|deploy)\b|AzureWebApp@"
    r"|\bhost: appservice\b"
)


def _is_above(path: Path, name: str) -> bool:
    """Whether a folder above a file has a file of this name."""
    return any((folder / name).is_file() for folder in path.parents[:3])


def _app_engine(path: Path, text: str) -> OtherServer | None:
    """App Engine without an entry point starts gunicorn, with workers by its class.

    https://cloud.google.com/appengine/docs/standard/python3/runtime
    """
    match = re.search(r"(?m)^runtime: *[\"']?python", text)
    own = re.search(r"(?m)^(?:entrypoint|run|services):", text)
    if match is None or own or path.suffix not in (".yaml", ".yml"):
        return None
    command = ("gunicorn", "main:app")
    return OtherServer(line_at(text, match.start()), "App Engine", command=command)


BY_TEXT: Mapping[str, Callable[[Path, str], OtherServer | None]] = {
    "WSGIScriptAlias": apache,
    '"applications"': lambda _, text: next(units(text), None),
    "AWS::Serverless": _functions,
    "runtime:": _app_engine,
    "azure/webapps-deploy": _app_service,
    "az webapp": _app_service,
    "AzureWebApp": _app_service,
    "appservice": _app_service,
}
"""Readers, by what stands in every file that they read."""


def other_servers(
    files: Iterable[tuple[Path, str]],
) -> list[tuple[Path, OtherServer]]:
    """The servers of a folder's app, each once, by the file that says most about it."""
    found: dict[str, tuple[Path, OtherServer]] = {}
    for path, text in files:
        other = other_server(path, text)
        if other is not None:
            before = found.get(other.who)
            if before is None or other.processes > before[1].processes:
                found[other.who] = path, other
    return [*found.values()]
