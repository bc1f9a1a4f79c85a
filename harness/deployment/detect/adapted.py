"""Adapts a command that was written for another machine, so that it runs here."""

import os
from collections.abc import Sequence
from pathlib import Path
from pathlib import PurePath

from harness.deployment.command.program import server_words

AS_USER = frozenset({"sudo", "doas", "runuser", "gosu", "su-exec", "chpst", "setpriv"})
"""Programs that change the user; here the command runs as the user who checks."""

_TO_BACKGROUND = frozenset({"-D", "--daemon", "nohup", "setsid"})
"""Words that send a server to the background, where a check cannot watch it."""


def command_here(words: Sequence[str], folder: Path) -> tuple[str, ...]:
    """A command without the paths of the machine that it was written for."""
    kept: list[str] = []
    if PurePath(words[0]).name in AS_USER:
        program, arguments = server_words(words)
        words = (program, *arguments)
    for word in words:
        if word in _TO_BACKGROUND:
            continue
        before, equals, value = word.rpartition("=")
        path = Path(value)
        is_bin = path.parent.name in ("bin", "sbin")
        if os.path.exists(folder / path) or not (is_bin or path.is_absolute()):
            kept.append(word)
        elif is_bin:
            kept.append(f"{before}{equals}{path.name}")
        elif same := _same_file(path, folder):
            kept.append(f"{before}{equals}{same}")
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
