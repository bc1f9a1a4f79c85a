"""Compares version strings, and makes those of wheels built from source."""

from enum import StrEnum
from functools import lru_cache

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from packaging.version import Version

CACHED = 4096
"""Size of the caches: the same few releases are compared thousands of times."""


@lru_cache(CACHED)
def _parsed(text: str) -> Version | None:
    """The version that a text is (PEP 440), if it is one."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


@lru_cache(CACHED)
def release_order(release: str) -> tuple[int, Version, str]:
    """A key to sort releases by; anything else, such as a branch, comes last."""
    version = _parsed(release)
    return int(version is None), version or Version("0"), release


def is_version(text: str) -> bool:
    """Whether a text is a version (PEP 440)."""
    return _parsed(text) is not None


def is_of(requirement: Requirement, package: str) -> bool:
    """Whether a requirement is for a package, in any spelling of the name."""
    return canonicalize_name(requirement.name) == canonicalize_name(package)


@lru_cache(CACHED)
def within(version: str, specifier: SpecifierSet) -> bool:
    """Whether a release is within a specifier; a pre-release counts as its release."""
    return specifier.contains(Version(version).base_version)


def series(release: str) -> str:
    """The series of a release: ``3.1`` of ``3.1.3``; other texts stay as they are."""
    version = _parsed(release)
    return "{}.{}".format(*(*version.release, 0)[:2]) if version else release


LABEL_CHARACTERS = 7
"""Least characters of a hash in a version, as git shortens a commit."""


class Kind(StrEnum):
    """The kind of a source; the word is in the local part of the version."""

    CHECKOUT = "checkout"
    """A folder in a git checkout."""
    FOLDER = "folder"
    """Any other folder."""
    ARCHIVE = "archive"
    """A source archive or a wheel."""
    GIT = "git"
    """A reference in a repository."""


def labelled(version: str, kind: Kind, content: str, dirty: bool = False) -> str:
    """A version with a local part that names its source.

    ``content`` is a hash. Enough characters are taken that the label cannot be read as
    a number, which would lose leading zeros.
    """
    most = range(LABEL_CHARACTERS, len(content) + 1)
    short = next((c for n in most if not (c := content[:n]).isdigit()), f"x{content}")
    label = [kind, short, *(["dirty"] if dirty else [])]
    return str(Version(f"{Version(version).public}+{'.'.join(label)}"))


def is_labelled(version: str) -> bool:
    """Whether a version is one that ``labelled`` makes: no index has it."""
    parsed = _parsed(version)
    local = (parsed and parsed.local) or ""
    return local.partition(".")[0] in list(Kind)
