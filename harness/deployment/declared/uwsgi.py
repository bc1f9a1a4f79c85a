"""Derives what uWSGI's options declare.

uWSGI itself reads its command line, variables and files, in any format and with loops.
"""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.command.address import UWSGI_ADDRESSES
from harness.deployment.command.program import KNOWN
from harness.deployment.command.program import server_name
from harness.deployment.command.program import server_words
from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import COMMAND_LINE
from harness.deployment.command.setting import option
from harness.deployment.command.setting import positive
from harness.deployment.command.setting import Refused
from harness.deployment.command.setting import Setting
from harness.deployment.command.shell import CommandLine
from harness.deployment.declared.ask_server import checked
from harness.deployment.declared.ask_server import line_of
from harness.deployment.declared.ask_server import placed
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import ask_command
from harness.deployment.environment import Where
from harness.measure.target import TARGET
from harness.records.text import plural

PAGE = "https://uwsgi-docs.readthedocs.io/en/latest/Options.html"

MODES = ("async", "asyncio", "loop")
"""Options with which the app decides how many requests run at once."""

NOT_SPOKEN = {
    "fastcgi-socket": "FastCGI",
    "fastcgi-nph-socket": "FastCGI",
    "scgi-socket": "SCGI",
    "scgi-nph-socket": "SCGI",
    "puwsgi-socket": "puwsgi",
}
"""Addresses whose protocol the probe does not speak (``probe.transports``)."""

PROTOCOL = "protocol"
"""The option that changes the protocol of a plain ``socket``."""

NUMBERS = ("processes", "cheaper", "threads", "gevent")

NAMES = {
    **{name: (name,) for name in (*NUMBERS, *MODES, *UWSGI_ADDRESSES, "emperor")},
    "processes": ("processes", "workers", "p"),
    "threads": ("threads", "thread"),
    "socket": ("socket", "uwsgi-socket", "s"),
    PROTOCOL: (PROTOCOL, "socket-protocol"),
}
"""Options that decide the number or say where it listens, each with all its names."""

ASK = TARGET / "ask_uwsgi.ini"
_OPTION = re.compile(r"(?m)^(?:.*? - )??([\w-]+) = (.*)$")
"""An option as uWSGI prints it; with `logdate` a date precedes it."""
_HEAD = ";uWSGI instance configuration"
_END = ";end of configuration"
_FILE = re.compile(
    r"(?m)^\[uWSGI\] (?:getting \w+ configuration from|parsing config file) (.+)$"
)


def promise(words: Sequence[str], where: Where) -> Promise:
    """What a whole uWSGI command declares. Raises ``CannotDerive``."""
    text, files = _configuration(words, where)
    options = {
        name: _placed(name, value, words, where, files) for name, value in _shown(text)
    }
    if "emperor" in options:
        raise CannotDerive("what the vassals of an emperor declare is not known")
    if modes := sorted(options.keys() & MODES):
        names = ", ".join(modes)
        raise CannotDerive(f"what it runs at once with {names} depends on the app")
    lane = "gevent" if "gevent" in options else "threads"
    listens = (*UWSGI_ADDRESSES, PROTOCOL)
    addresses = {k: v for k, v in options.items() if k in listens}
    one = dict.fromkeys(("processes", lane), Setting(1, ""))
    given = {k: v for k, v in options.items() if k in {*one, "cheaper"}}
    settings = {**one, **given}
    number = {name: positive(setting, name) for name, setting in settings.items()}
    kind = "greenlet" if lane == "gevent" else "thread"
    few, at_first = "", None
    if "cheaper" in number:
        few = f", of which it keeps {number['cheaper']} while few requests come"
        at_first = number["cheaper"] * number[lane]
    return Promise(
        "uwsgi",
        number["processes"] * number[lane],
        f"uWSGI itself reads the command as {plural(number['processes'], 'process')} "
        f"× {plural(number[lane], kind)}{few} ({listed(settings)})",
        PAGE,
        {**addresses, **settings},
        at_first,
    )


def check_protocol(options: Mapping[str, Setting], port: int) -> None:
    """Raise ``Refused`` if a port takes no requests in a protocol of the probe."""
    there = [
        name
        for name, address in options.items()
        if name in UWSGI_ADDRESSES and str(address.value).endswith(f":{port}")
    ]
    protocol = options.get(PROTOCOL, Setting("", ""))
    wrong = [name for name in there if name in NOT_SPOKEN]
    if wrong:
        (name, *_), setting = wrong, options[wrong[0]]
        spoken, other = NOT_SPOKEN[name], "http-socket"
    elif there == ["socket"] and f"{protocol.value}-socket" in NOT_SPOKEN:
        setting, spoken = protocol, NOT_SPOKEN[f"{protocol.value}-socket"]
        name, other = f"{PROTOCOL} {protocol.value}", f"{PROTOCOL} uwsgi"
    else:
        return
    if setting.file is None:
        name, other, place = f"--{name}", f"--{other}", ""
    else:
        name, other = (each.replace(" ", " = ") for each in (name, other))
        place = f" in {setting.source}, line {setting.line}"
    raise Refused(
        f"`{name}`{place} takes requests in {spoken}, and the probe speaks only HTTP "
        "and the protocol of `uwsgi_pass`",
        f"write `{other}` in place of `{name}`: it handles as many requests at once",
    )


def check_words(words: Sequence[str], port: int) -> None:
    """Raise ``Refused`` if a running uWSGI has such a port on its command line."""
    if server_name(words) == "uwsgi":
        given = {name: option(words, *spelled(name)) for name in NAMES}
        check_protocol({k: v for k, v in given.items() if v is not None}, port)


def everything_shown(words: Sequence[str], where: Where) -> Iterator[tuple[str, str]]:
    """All options of a command in their order, as uWSGI itself reads them.

    Raises ``CannotDerive``.
    """
    text, _ = _configuration(words, where)
    own = len(_OPTION.findall(ASK.read_text(encoding="utf-8")))
    yield from _OPTION.findall(text.partition(_END)[0])[:-own]


def _configuration(words: Sequence[str], where: Where) -> tuple[str, list[Path]]:
    """The configuration that uWSGI shows, and its files. Raises ``CannotDerive``."""
    done = checked("uWSGI", ask_command([*words, str(ASK)], where), lines=2)
    files = [where.folder / name for name in _FILE.findall(done.errors)]
    if _HEAD not in done.text:
        raise _hidden(words, files)
    return done.text.partition(_HEAD)[2], files


def _hidden(words: Sequence[str], files: Sequence[Path]) -> CannotDerive:
    """The reason why uWSGI does not show its configuration."""
    for path in files:
        if line := line_of(path, "daemonize"):
            return Refused(
                f"`daemonize` in {path.name}, line {line}, sends it to the background, "
                "but a server has to stay in the foreground",
                "leave that out",
            )
    if any(word.startswith(("--daemonize", "-d")) for word in words):
        return Refused(
            "`--daemonize` sends it to the background, but a server has to stay in the "
            "foreground",
            "leave that out",
        )
    return CannotDerive("uWSGI does not show its configuration")


def _shown(text: str) -> Iterator[tuple[str, str]]:
    """The options that matter, in the order in which they take effect."""
    for key, value in _OPTION.findall(text):
        for name, names in NAMES.items():
            if key in names:
                yield name, _read(name, value.strip())


def _read(name: str, value: str) -> str:
    """A value as uWSGI reads it: what follows the digits of a number is ignored."""
    digits = re.match(r"\d+(?=\s)", value) if name in NUMBERS else None
    return digits[0] if digits else value


def spelled(name: str) -> list[str]:
    """All spellings of an option on the command line."""
    return [f"--{each}" if len(each) > 1 else f"-{each}" for each in NAMES[name]]


def _placed(
    name: str, value: str, words: Sequence[str], where: Where, files: Sequence[Path]
) -> Setting:
    """A value and its most likely source, since uWSGI does not print the source."""
    given = option(words, *spelled(name))
    given = given if given is not None and given.value == value else None
    setting = placed(value, given, reversed(files), *NAMES[name])
    if setting.source:
        return setting
    for variable in (f"UWSGI_{each.upper()}" for each in NAMES[name]):
        if where.variables.get(variable) == value:
            return Setting(value, f"the variable {variable}")
    return Setting(value, COMMAND_LINE)


_READ_ALREADY = re.compile(
    r"(?:for|if-|end|inherit|include|(?:ini|ya?ml|json|xml|config)$|show-config$)"
)
"""Options that uWSGI has already carried out in what it shows: files and loops."""


def without_own_address(command: CommandLine, where: Where) -> CommandLine:
    """The command without a file that has an address, if uWSGI shows what it reads."""
    if not command.has_own_address:
        return command
    try:
        shown = [*everything_shown(command.words, where)]
    except CannotDerive:
        return command  # if it listens elsewhere, that will show
    name, arguments = server_words(command.words)
    start = len(command.words) - len(arguments)
    options = KNOWN[name].address
    words = (*command.words[:start], *options, *as_words(shown, where.folder))
    return command._replace(words=words)


def as_words(shown: Iterable[tuple[str, str]], folder: Path) -> Iterator[str]:
    """Settings other than addresses, as words of a command line.

    ``--set`` takes a setting as a file does, so that flags need no list of them.
    """
    for name, value in shown:
        if name == "ini-paste":
            name, value = "paste", f"config:{folder / value}"
        if name not in (*UWSGI_ADDRESSES, "s") and not _READ_ALREADY.match(name):
            yield from ("--set", f"{name}={value}")
