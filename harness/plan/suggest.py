"""Suggests what a glob that matches no cell may have meant."""

from collections.abc import Sequence
from difflib import get_close_matches

from harness.records.errors import UsageError
from harness.records.plan import Cell
from harness.records.text import listed

EXAMPLE = "flask-3.1.3/gunicorn-27.0.1/sync-4/py3.11"


class NoSuchCell(UsageError):
    """A glob matches no cell."""

    def __init__(self, glob: str, near: Sequence[str]) -> None:
        self.glob = glob
        self.near = near
        """Ids of similar cells; may be empty."""
        hint = f"ids are like {EXAMPLE}"
        if near:
            hint = f"did you mean {listed([repr(each) for each in near], 'or')}?"
        super().__init__(f"{glob!r} matches no cell; {hint}")


_PARTS = (("configuration", "*/{}/*"), ("server", "*/{}-*"))
"""Parts of an id that people give alone, and the globs that they mean."""


def near(cells: list[Cell], glob: str) -> list[str]:
    """Globs or ids similar to a glob that matches nothing.

    Perhaps just one part of an id differs.
    """
    names = {part: {getattr(cell, part) for cell in cells} for part, _ in _PARTS}
    for part, pattern in _PARTS:
        if glob in names[part]:
            return [pattern.format(glob)]
    if "/" in glob:
        return get_close_matches(glob, map(str, cells), n=3, cutoff=0.5)
    return [
        pattern.format(name)
        for part, pattern in _PARTS
        for name in get_close_matches(glob, names[part], n=1)
    ]
