"""Splits a page whose first view would be too heavy into several.

They are plain pages with plain links, so that all of them can be read from a folder and
without scripts.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple
from typing import TypeVar

Piece = TypeVar("Piece")

ROOM = 110_000
"""Bytes of content on a page. With the stylesheet and the like, a first view stays
below 150 kB uncompressed."""


class Pager(NamedTuple):
    """The pages that a list is split into, and which of them this is."""

    paths: tuple[str, ...]
    at: int

    @property
    def path(self) -> str:
        """The path of this page."""
        return self.paths[self.at]

    @property
    def several(self) -> bool:
        """Whether there is more than one."""
        return len(self.paths) > 1


def paginated(
    path: str,
    pieces: Sequence[Piece],
    weight: Callable[[Piece], int],
    first: int | None = None,
) -> list[tuple[Pager, list[Piece]]]:
    """Pieces by page, in order; there is always one page, and a piece on each.

    The first page is at ``path``, others are numbered. ``first`` is the room on the
    first page, which may then stay empty.
    """
    pages: list[list[Piece]] = [[]]
    left = ROOM if first is None else first
    for piece in pieces:
        heavy = weight(piece)
        if heavy > left and (pages[-1] or (len(pages) == 1 and first is not None)):
            pages.append([])
            left = ROOM
        pages[-1].append(piece)
        left -= heavy
    stem = path.removesuffix(".html")
    paths = (path, *(f"{stem}-{n + 1}.html" for n in range(1, len(pages))))
    return [(Pager(paths, at), page) for at, page in enumerate(pages)]
