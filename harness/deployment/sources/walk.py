"""Walks through the folders of a repository, and looks at files in them."""

import os
from collections.abc import Collection
from collections.abc import Iterator
from pathlib import Path

DEEPEST = 6
"""Depth of folders to search."""

NOT_OWN = frozenset(
    {"node_modules", "site-packages", "__pycache__", "venv", "env", "build", "results"}
)
"""Folders with what others wrote, or what programs made."""


def files_in(
    folder: Path, skipped: Collection[str] = NOT_OWN, shown: Collection[str] = ()
) -> Iterator[Path]:
    """The files of a folder and of those in it, in the order of their names.

    Folders with a ``skipped`` name are left out, and hidden ones unless ``shown``.
    """
    for root, folders, names in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        folders[:] = sorted(
            name
            for name in folders
            if depth < DEEPEST
            and (name in shown or not (name.startswith(".") or name in skipped))
        )
        yield from (Path(root, name) for name in sorted(names))


def module_file(root: Path, name: str) -> Path | None:
    """The file of a module or of a package below a folder; ``None`` if none is there.

    ``name`` is what Python imports, such as ``shop.wsgi``.
    """
    stem = root.joinpath(*filter(None, name.split(".")))
    paths = (stem.with_name(f"{stem.name}.py"), stem / "__init__.py")
    return next(filter(Path.is_file, paths), None)
