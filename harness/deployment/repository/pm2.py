"""What the files of pm2 start: ``ecosystem.config.js``, ``pm2.json`` and the like."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from pathlib import PurePath

from harness.deployment.command.shell import line_at
from harness.deployment.command.shell import StartLine
from harness.deployment.command.shell import words_in
from harness.plan.wrappers import IS_PYTHON

_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`$]*`)"""
_KEY = r"""(?<![\w"'])["']?{}["']?\s*:\s*"""
_SCRIPT = re.compile(_KEY.format("script") + rf"({_QUOTED})")
_VARIABLE = re.compile(rf"""["']?(\w+)["']?\s*:\s*({_QUOTED}|\d+)""")


def pm2_file(path: Path, text: str) -> Iterator[StartLine]:
    """The commands of the apps in a file of pm2, which is read and not run."""
    for match in _SCRIPT.finditer(text):
        app = _around(text, match.start())
        script, interpreter = _unquoted(match[1]), _word(app, "interpreter")
        words = [*_words(app, "args")]
        if IS_PYTHON.match(PurePath(interpreter).name) and script.endswith(".py"):
            words = [interpreter, *_words(app, "interpreter_args"), script, *words]
            command = shlex.join(words)
        else:
            command = " ".join([script, *map(shlex.quote, words)])
        line = line_at(text, match.start())
        yield StartLine(line, _word(app, "name"), command, _variables(app))


def _around(text: str, position: int) -> str:
    """The text between the braces around a position."""
    start, depth = position, 1
    while start > 0 and depth:
        start -= 1
        depth += {"}": 1, "{": -1}.get(text[start], 0)
    end, depth = start, 0
    while end < len(text):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
        if not depth:
            break
    return text[start:end]


def _word(app: str, key: str) -> str:
    match = re.search(_KEY.format(key) + rf"({_QUOTED})", app)
    return _unquoted(match[1]) if match else ""


def _words(app: str, key: str) -> list[str]:
    """The words of a setting that is a line or a list."""
    several = re.search(_KEY.format(key) + r"\[([^\]]*)\]", app)
    if several:
        return [_unquoted(each) for each in re.findall(_QUOTED, several[1])]
    return [*words_in(_word(app, key))]


def _variables(app: str) -> dict[str, str]:
    match = re.search(_KEY.format("env") + r"\{([^}]*)\}", app)
    pairs = _VARIABLE.findall(match[1]) if match else []
    return {name: _unquoted(value) for name, value in pairs}


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip("\"'`"))
