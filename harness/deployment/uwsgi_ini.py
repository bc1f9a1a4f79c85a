"""A plain ini file of uWSGI as the options that it stands for.

uWSGI adds an address of its command line to those of its files. Where a file names one,
the same options are given without it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

_SETTING = re.compile(r"^\s*(?P<key>[\w-]+)\s*=\s*(?P<value>.*?)\s*$")

_LOGIC = re.compile(r"(?:for|if-|end|ini$|inherit|include|set-ph|vassal)")
"""How options begin whose meaning depends on where they stand."""

_FLAGS = frozenset(
    {"master", "enable-threads", "vacuum", "die-on-term", "need-app", "lazy-apps"}
    | {"single-interpreter", "thunder-lock", "lazy", "manage-script-name", "strict"}
    | {"gevent-monkey-patch", "harakiri-verbose", "disable-logging", "memory-report"}
)
"""Options without a value, which people often write as ``= 1``."""


def as_options(path: Path, without: Collection[str]) -> tuple[str, ...] | None:
    """The words for the section ``[uwsgi]`` of a file, without some options.

    ``None`` where that is more than a list of settings: placeholders, loops, includes.
    """
    words: list[str] = []
    inside = False
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.strip().startswith("["):
            inside = line.strip() == "[uwsgi]"
            continue
        if not inside or not line.strip() or line.lstrip().startswith((";", "#")):
            continue
        setting = _SETTING.match(line)
        if setting is None or _LOGIC.match(setting["key"]) or "%" in setting["value"]:
            return None
        if setting["key"] not in without:
            words += _option(setting["key"], setting["value"])
    return tuple(words)


def _option(key: str, value: str) -> list[str]:
    if value in ("true", "yes", "on") or (value == "1" and key in _FLAGS):
        return [f"--{key}"]
    if value in ("false", "no", "off") or (value == "0" and key in _FLAGS):
        return []
    return [f"--{key}={value}"]
