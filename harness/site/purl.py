"""Writes packages as package URLs (https://github.com/package-url/purl-spec)."""

from collections.abc import Mapping
from urllib.parse import quote

from packaging.utils import canonicalize_name


def purl(name: str, version: str) -> str:
    """A release of a project on the package index."""
    return f"pkg:pypi/{quote(canonicalize_name(name), safe='')}@{quote(version)}"


def purls(installed: Mapping[str, str]) -> list[str]:
    """The package URLs of all installed distributions, by name."""
    return sorted(
        f"pkg:generic/python@{quote(version)}"
        if name.lower() == "python"
        else purl(name, version)
        for name, version in installed.items()
    )
