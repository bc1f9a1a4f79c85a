"""The package indexes of this machine, from the settings of uv and pip.

uv installs, so its settings take precedence; pip's count if uv has none. Written from
https://docs.astral.sh/uv/concepts/indexes/ and
https://pip.pypa.io/en/stable/topics/configuration/.
"""

import configparser
import os
import tomllib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

from harness.records.files import text_if_there

PYPI = "https://pypi.org/simple"

Read = Callable[[Path], str]
"""The text of a file; empty if there is none."""


def index_urls(environ: Mapping[str, str], read: Read = text_if_there) -> list[str]:
    """Addresses of the indexes to ask, the one that counts first; never empty.

    As with uv, the first index that has a project counts for that project. Indexes that
    are folders (``file:``) are not asked.
    """
    more, main = _of_uv(environ, read)
    if not main:
        pips_main, pips_more = _of_pip(environ, read)
        main, more = pips_main, more or [pips_main or PYPI, *pips_more]
    urls = dict.fromkeys([*more, main or PYPI])
    return [url for url in urls if url.startswith(("https://", "http://"))] or [PYPI]


def _of_uv(environ: Mapping[str, str], read: Read) -> tuple[list[str], str]:
    """uv's further indexes, and its main one (empty if none is named)."""
    more = [
        *map(_without_name, environ.get("UV_INDEX", "").split()),
        *environ.get("UV_EXTRA_INDEX_URL", "").split(),
    ]
    main = _without_name(environ.get("UV_DEFAULT_INDEX", "")) or environ.get(
        "UV_INDEX_URL", ""
    )
    for path in _uv_files(environ):
        others, default = _of_uv_file(read(path))
        more += others
        main = main or default
    return more, main


def _without_name(text: str) -> str:
    """``URL`` of ``NAME=URL``."""
    name, equals, url = text.partition("=")
    return url if equals and "/" not in name else text


def _uv_files(environ: Mapping[str, str]) -> Iterator[Path]:
    if path := environ.get("UV_CONFIG_FILE"):
        yield Path(path)
        return
    yield _config_home(environ) / "uv" / "uv.toml"
    for folder in _config_folders(environ):
        yield folder / "uv" / "uv.toml"
    yield Path("/etc/uv/uv.toml")


def _of_uv_file(text: str) -> tuple[list[str], str]:
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return [], ""  # uv itself will say so
    tables = [each for each in settings.get("index", []) if isinstance(each, dict)]
    for_all = [table for table in tables if not table.get("explicit")]
    main = [str(each.get("url", "")) for each in for_all if each.get("default")]
    more = [str(each.get("url", "")) for each in for_all if not each.get("default")]
    more += map(str, settings.get("extra-index-url", []))
    return more, next(iter(main), str(settings.get("index-url", "")))


def _of_pip(environ: Mapping[str, str], read: Read) -> tuple[str, list[str]]:
    """pip's main index (empty if none is named), and its further ones."""
    main = environ.get("PIP_INDEX_URL", "")
    more = environ.get("PIP_EXTRA_INDEX_URL", "").split()
    for path in _pip_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(read(path))
        except configparser.Error:
            continue  # pip itself will say so
        for section in ("install", "global"):
            main = main or parser.get(section, "index-url", fallback="")
            more += parser.get(section, "extra-index-url", fallback="").split()
    return main, more


def _pip_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """pip's configuration files, those with precedence first."""
    if path := environ.get("PIP_CONFIG_FILE"):
        yield Path(path)
    home = Path(environ.get("HOME") or Path.home())
    yield _config_home(environ) / "pip" / "pip.conf"
    yield home / ".pip" / "pip.conf"
    yield Path("/etc/pip.conf")
    for folder in _config_folders(environ):
        yield folder / "pip" / "pip.conf"


def _config_home(environ: Mapping[str, str]) -> Path:
    home = Path(environ.get("HOME") or Path.home())
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config")


def _config_folders(environ: Mapping[str, str]) -> list[Path]:
    folders = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    return [Path(each) for each in folders.split(os.pathsep) if each]
