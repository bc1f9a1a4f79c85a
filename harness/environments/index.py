"""The releases of a project on a package index.

Written from
https://packaging.python.org/en/latest/specifications/simple-repository-api/: JSON if
the index has it, else HTML.
"""

import html.parser
import os
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote
from urllib.parse import unquote
from urllib.parse import urlsplit

import msgspec
from packaging.specifiers import InvalidSpecifier
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.utils import InvalidSdistFilename
from packaging.utils import InvalidWheelFilename
from packaging.utils import parse_sdist_filename
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from harness.environments.index_urls import index_urls
from harness.records.errors import UsageError
from harness.records.text import without_user
from harness.system import download

ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"

OFFLINE = (
    "without an index name the releases yourself (--flask, --server-release), or show "
    "what is known with --show"
)


class Release(NamedTuple):
    """A release that an index has, and that was not yanked."""

    version: str
    pythons: tuple[SpecifierSet, ...]
    """The range of Pythons that each file of the release supports."""

    def runs_on(self, python: str) -> bool:
        """Whether one of its files supports some patch release of a Python ``X.Y``."""
        ends = (python, f"{python}.99")
        return any(each.contains(end) for each in self.pythons for end in ends)


class _File(msgspec.Struct, rename="kebab"):
    filename: str
    requires_python: str | None = None
    yanked: bool | str = False


class _IndexPage(msgspec.Struct):
    files: list[_File]


def releases_of(package: str, urls: Sequence[str] | None = None) -> list[Release]:
    """The releases of a project, oldest first, without those that were yanked.

    The first of ``urls`` that has the project is used; the default is the indexes of
    this machine. Raises ``UsageError`` when no index can be asked, or none has the
    project.
    """
    urls = index_urls(os.environ) if urls is None else urls
    for url in urls:
        content = _ask(package, url)
        if content is not None:
            return releases_in(content, _project_url(package, without_user(url)))
    indexes = ", ".join(map(without_user, urls))
    raise UsageError(
        f"no index has a project {package} (asked: {indexes}); check the "
        "name, and the indexes that uv or pip is set to use"
    )


def _project_url(package: str, index: str) -> str:
    return f"{index.rstrip('/')}/{quote(canonicalize_name(package))}/"


def _ask(package: str, index: str) -> bytes | None:
    try:
        return download.fetch(_project_url(package, index), {"Accept": ACCEPT})
    except UsageError as problem:
        raise UsageError(
            f"the releases of {package} could not be found: {problem}; {OFFLINE}"
        ) from None


# --------------------------------------------------------------------------- reading


def releases_in(content: bytes, where: str) -> list[Release]:
    """The releases in a page of an index. Raises ``UsageError`` for any other page."""
    files = _of_json(content, where) if content[:1] == b"{" else _of_html(content)
    if not files:
        raise UsageError(
            f"{where}: names no file of a project, so it is not an index that can "
            f"be read; {OFFLINE}"
        )
    pythons: dict[Version, list[SpecifierSet]] = defaultdict(list)
    for each in files:
        version = _version(each.filename)
        if version is not None and each.yanked is False:
            pythons[version].append(_pythons(each.requires_python))
    return [Release(str(each), tuple(pythons[each])) for each in sorted(pythons)]


def _of_json(content: bytes, where: str) -> Sequence[_File]:
    try:
        return msgspec.json.decode(content, type=_IndexPage).files
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"{where}: is not what a package index answers: {problem}; {OFFLINE}"
        ) from None


class _Links(html.parser.HTMLParser):
    """The files that an HTML page of an index links to."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[_File] = []

    def handle_starttag(
        self, tag: str, attrs: Iterable[tuple[str, str | None]]
    ) -> None:
        """Note a link; its address may be relative, and ends with the file's name."""
        link = dict(attrs)
        name = unquote(urlsplit(link.get("href") or "").path).rpartition("/")[2]
        if tag == "a" and name:
            self.files.append(
                _File(name, link.get("data-requires-python"), "data-yanked" in link)
            )


def _of_html(content: bytes) -> Sequence[_File]:
    links = _Links()
    links.feed(content.decode("utf-8", "replace"))
    return links.files


def _version(filename: str) -> Version | None:
    """The version of a wheel or an sdist; ``None`` for others, such as an egg."""
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[1]
        return parse_sdist_filename(filename)[1]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None


def _pythons(text: str | None) -> SpecifierSet:
    try:
        return SpecifierSet(text or "")
    except InvalidSpecifier:
        return SpecifierSet()
