"""Walks through the folders of a repository, and looks at files in them."""

import os
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

DEEPEST = 6
"""Depth of folders to search."""


def files_in(folder: Path, is_looked_into: Callable[[str], bool]) -> Iterator[Path]:
    """The files of a folder and of those in it, in the order of their names.

    ``is_looked_into`` says by the name of a folder whether to walk through it.
    """
    for root, folders, names in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        within = sorted(filter(is_looked_into, folders)) if depth < DEEPEST else []
        folders[:] = within
        yield from (Path(root, name) for name in sorted(names))


def module_file(root: Path, name: str) -> Path | None:
    """The file of a module or of a package below a folder; ``None`` if none is there.

    ``name`` is what Python imports, such as ``shop.wsgi``.
    """
    stem = root.joinpath(*filter(None, name.split(".")))
    paths = (stem.with_name(f"{stem.name}.py"), stem / "__init__.py")
    return next(filter(Path.is_file, paths), None)
