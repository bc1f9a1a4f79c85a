"""Finds in a server's output why it failed, and what to do about it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from harness.deployment.command.program import server_words
from harness.deployment.declared.promise import Promise
from harness.deployment.detect.subcommands import in_usage
from harness.deployment.isolation.no_engine import NOWHERE
from harness.deployment.isolation.stand_ins import CLIENTS
from harness.deployment.isolation.stand_ins import LEAVES_ALONE
from harness.deployment.isolation.stand_ins import STARTS_NONE
from harness.deployment.remedies.printed_cause import NOT_PERMITTED
from harness.deployment.remedies.printed_cause import printed_cause
from harness.probe.ready import CauseKnown
from harness.records.report import CellReport
from harness.records.words import Outcome

IF_SIGNAL = "if that was a signal to a process that it did not start: "


NO_THREAD = "can't start new thread"
NO_TASKS = re.compile(rf"Resource temporarily unavailable|{NO_THREAD}|Cannot fork")
"""What is printed if no more threads or processes are allowed. The number 11 alone is
also printed about a full pipe."""
MORE_THREADS = (
    "raise `ulimit -u`, or `--pids-limit` of its container, or end some processes"
)
OUT_OF_MEMORY = "Perhaps out of memory"
MORE_MEMORY = "if it ran out of memory, raise the limit of its container (`--memory`)"

KILLED = 137
"""The status with which a shell or an engine reports SIGKILL: 128 and its number."""

REMEDIES = {
    r"pull access denied|(?<!package )\bregistry\b|manifest.* unknown"
    r"|Unable to find image|toomanyrequests|429 Too Many Requests": "pull or build its "
    "images before the check{for_platform}",
    "exec format error$": "if that is a script, write `#!/bin/sh` as its first line; "
    "otherwise pull or build its image for the platform of this machine",
    "[Nn]o space left on": "make room on that disk",
    NO_TASKS.pattern: MORE_THREADS,
    rf"{OUT_OF_MEMORY}|exited with code {KILLED}\b": MORE_MEMORY,
    r"it said: [Uu]sage: ": "give it all words that it asks for, such as the name of a "
    "subcommand that starts the server",
    r"No module named '(?:pkg_resources|distutils)\b": "add `setuptools<81` to its "
    "requirements: newer ones, and Python itself from 3.12 on, lack that module",
    r"No module named '(?:imp|asyncore|cgi)'|module 'collections' has no attribute"
    r"|from 'collections'|has no attribute '(?:getargspec|coroutine|ImpImporter)'": (
        "its packages are older than its Python: name an older one, such as "
        'python = "3.9", or raise their releases in its requirements'
    ),
    r"No module named '\w": "if that is a package, name a file of requirements that "
    "has it (`--requirements FILE`, or the key requirements), or install it where the "
    "command runs",
    r"cannot import name '\w+' from '(?:werkzeug|jinja2|markupsafe|itsdangerous)\b": (
        "its Flask is older than what was installed with it: add to its requirements "
        "what that Flask was made for, such as `Werkzeug<3` for Flask 2.2, or for "
        "Flask 1.1 `Werkzeug<2`, `Jinja2<3`, `itsdangerous<2.1` and `MarkupSafe<2.1`"
    ),
}
"""What to do, by a pattern of the printed cause.

An engine that cannot have an image may lack one for the platform that is asked for.
"""


_OF_USAGE = re.compile("it said: [Uu]sage: ")


class Advice(NamedTuple):
    """What is added to a reason; each part may be empty."""

    seen: str = ""
    """What else was seen, such as a line that the server printed."""
    because: str = ""
    """Why it is so: what follows the word *because*."""
    remedy: str = ""


_CALLED_AS_ASGI = re.compile(
    r"__call__\(\) (?:missing 1 required .*'start_response'|takes 3 positional .* 4 )"
)
"""Flask's error when an ASGI server calls the app."""


def _as_wsgi(words: Sequence[str]) -> str:
    """The remedy for an ASGI server of a Flask app: an option, or an adapter."""
    if server_words(words)[0] in ("uvicorn", "granian"):
        return "add `--interface wsgi`"
    return "give it `a2wsgi.WSGIMiddleware(app)`, or serve `app` with a WSGI server"


_FACTORY = re.compile(r"TypeError: (\w+)\(\) takes .* positional .* 2 were given")
"""The error of a factory that a server calls as if it were the app."""


def _calls_a_factory(cell: CellReport) -> Advice:
    """The remedy if a factory is served in place of its app."""
    match = _FACTORY.search(cell.log_tail)
    place = re.compile(rf"\w[\w.]*:{match[1]}") if match else None
    word = next(filter(place.fullmatch, cell.command), "") if place else ""
    if not match or not word:
        return Advice()
    calls = f"it calls `{match[1]}` as if that were the app, but that makes the app"
    if server_words(cell.command)[0].startswith("waitress"):
        return Advice(calls, remedy="add `--call`")
    return Advice(calls, remedy=f"write `'{word}()'` in place of `{word}`")


def about_failure(
    cell: CellReport,
    promise: Promise | None,
    known: CauseKnown,
    exit_status: int | None,
    platforms: Sequence[str],
) -> Advice:
    """The cause that a server printed, and the remedy.

    ``exit_status`` is that of a command that ended by itself, ``platforms`` are those
    of the images that it asks for.
    """
    if cell.outcome is Outcome.HARNESS_FAILED:
        return Advice()  # what was printed then came from us
    if any(advice := _calls_a_factory(cell)):
        return advice
    if _CALLED_AS_ASGI.search(cell.log_tail):
        calls = "it calls the app as an ASGI app, and a Flask app is a WSGI app"
        return Advice(calls, remedy=_as_wsgi(cell.command))
    line, is_error = printed_cause(cell.log_tail, known)
    if NOWHERE in line:
        return Advice(line, remedy=STARTS_NONE)
    if line.endswith(NOT_PERMITTED):
        sent = "" if re.search(r"\bkill", line) else IF_SIGNAL
        return Advice(line, remedy=f"{sent}{LEAVES_ALONE}")
    if remedy := remedy_of_cause(line or cell.reason, platforms):
        likely = in_usage(cell.log_tail) if _OF_USAGE.search(line) else ""
        more = f", most likely `{likely}`" if likely else ""
        return Advice(line, remedy=remedy + more)
    if not line and exit_status == KILLED:
        return Advice(remedy=MORE_MEMORY)
    if name := _lacks_variable(line, cell.log_tail):
        return Advice(line, remedy=f'give it that variable: env = {{ {name} = "…" }}')
    is_client = _STARTS_CONTAINERS.search(" ".join(cell.command)) is not None
    is_gone = cell.outcome is Outcome.NOT_STARTED and exit_status == 0
    # hypercorn ends with 0 after an error too
    if is_error or is_client or not is_gone:
        return Advice(line)
    stay = "a server has to stay in the foreground"
    leave = _in_foreground(promise, cell.command)
    return Advice("; ".join(filter(None, (line, stay))), remedy=leave)


def remedy_of_cause(cause: str, platforms: Sequence[str] = ()) -> str:
    """The remedy by the words that a server or an engine printed; empty if none."""
    named = " and ".join(platforms)
    platform = f", for the platform {named}, or leave that platform out"
    for words, remedy in REMEDIES.items():
        if re.search(words, cause):
            return remedy.format(for_platform=platform if platforms else "")
    return ""


_STARTS_CONTAINERS = re.compile(rf"(?:^|\bexec )(?:{'|'.join(CLIENTS)})\b")

_UNSET = re.compile(r"KeyError: '(?P<name>[A-Z][A-Z0-9_]+)'")
_UNSET_SECRET = re.compile(r"environment variable \"(?P<name>\w+)\" required by")


def _lacks_variable(cause: str, log: str) -> str:
    """The environment variable that the app, or a secret of Compose, lacks, if any."""
    if match := _UNSET_SECRET.search(cause):
        return match["name"]
    match = _UNSET.search(cause)
    is_looked_up = "os.environ" in log or re.search(r"\bos(?:\.py)?[\">]", log)
    return match["name"] if match and is_looked_up else ""


def _in_foreground(promise: Promise | None, words: Sequence[str]) -> str:
    """The remedy that keeps a server in the foreground, where a check can watch it."""
    daemon = promise.settings.get("daemon") if promise else None
    if daemon is not None and daemon.file is not None:
        return f"leave out `daemon = True` in {daemon.source}, line {daemon.line}"
    if daemon is not None and daemon.source.startswith("the variable"):
        return f"leave out `--daemon` in {daemon.source}"
    text = " ".join(words)
    if re.search(r"\bsupervisord\b", text):
        return "add `-n` to `supervisord`"
    for found in (_TO_BACKGROUND.search(text), re.search(r"(?<!&)&\s*$", text)):
        if found:
            return f"leave out `{found[0].strip()}`"
    return (
        "if it went to the background, start it without an option such as `--daemon` "
        "and without `&`"
    )


_TO_BACKGROUND = re.compile(r"(?<=\s)(?:-D|--daemon(?:ize2?)?)(?=[\s=]|$)")
