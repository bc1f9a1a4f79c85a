"""Writes Poetry's version constraints as those that every installer understands.

What they mean: https://python-poetry.org/docs/dependency-specification/
"""

import re
from collections.abc import Iterator
from collections.abc import Sequence

from packaging.version import InvalidVersion
from packaging.version import Version

_ONE = re.compile(r"(\^|~=|~|===?|!=|>=?|<=?|=)?\s*v?([0-9*][\w.*+!-]*)\s*,?\s*")


class NotTranslated(Exception):
    """A constraint cannot be written as a requirement; the message says why."""


def alternatives(constraint: str) -> list[str]:
    """The specifiers of a constraint, one for each part between ``||``.

    An empty specifier allows every version. Raises ``NotTranslated``.
    """
    return [
        ",".join(filter(None, _all_of(each.strip())))
        for each in re.split(r"\|\|?", constraint)
    ]


def as_one(several: Sequence[str]) -> str | None:
    """Specifiers for any of several; ``None`` if no requirement can say that.

    Ranges that overlap or touch, such as those of ``^2.0 || ^3.0``, are one range.
    """
    if len(several) == 1 or "" in several:
        return "" if "" in several else several[0]
    ranges = [_RANGE.fullmatch(each) for each in several]
    bounds = sorted((Version(r[1]), Version(r[2])) for r in ranges if r)
    if len(bounds) < len(several):
        return None
    (least, most), *others = bounds
    for begin, end in others:
        if begin > most:
            return None
        most = max(most, end)
    return f">={least},<{most}"


_RANGE = re.compile(r">=([^,*]+),<([^,*=]+)")


def _all_of(constraint: str) -> Iterator[str]:
    at = 0
    while at < len(constraint):
        match = _ONE.match(constraint, at)
        if match is None:
            raise NotTranslated(f"{constraint!r} is no constraint on a version")
        at = match.end()
        yield _specifier(match[1] or "==", match[2])


def _specifier(operator: str, text: str) -> str:
    text = re.sub(r"(?:\.[*xX])+$", ".*", text)
    if text == "*":
        return ""
    if text.endswith(".*"):
        kept = text if operator in ("==", "!=") else text.removesuffix(".*")
        return f"{operator}{kept}"
    try:
        version = Version(text)
    except InvalidVersion:
        raise NotTranslated(f"{text!r} is no version") from None
    if operator not in ("^", "~"):
        return f"{'==' if operator == '=' else operator}{version}"
    parts = version.release[: 3 if operator == "^" else 2]
    last = len(parts) - 1
    if operator == "^":  # a caret keeps all up to the first that is not zero
        last = next((n for n, part in enumerate(parts) if part), last)
    epoch = f"{version.epoch}!" if version.epoch else ""
    beyond = ".".join(map(str, (*parts[:last], parts[last] + 1)))
    return f">={version},<{epoch}{beyond}"


def python_marker(constraint: str) -> str:
    """The environment marker for a constraint on Python; empty if it allows all.

    Raises ``NotTranslated``.
    """
    several = [_python(each) for each in alternatives(constraint)]
    return "" if "" in several else " or ".join(several)


def _python(specifiers: str) -> str:
    compared = re.findall(r"(\W+)(\d[\w.*]*)", specifiers)
    several = [(operator.strip(","), version) for operator, version in compared]
    return " and ".join(
        f'{_python_name(operator, version)} {operator} "{version}"'
        for operator, version in several
    )


def _python_name(operator: str, version: str) -> str:
    """The marker to compare; for a constraint such as 3.8, without micro releases."""
    release = version.removesuffix(".*")
    of_minor = release != version or operator in (">=", "<", "==")
    short = release.count(".") < 2 and of_minor
    return "python_version" if short else "python_full_version"
