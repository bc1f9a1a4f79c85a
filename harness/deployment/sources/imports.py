"""Finds the imports of a Python source, once for each source."""

import ast
import functools


@functools.lru_cache(maxsize=32)
def imports_of(tree: ast.Module) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """All imports of a source, also those within functions.

    They are needed for each call in a source, and a source may have thousands of calls.
    """
    kinds = ast.Import | ast.ImportFrom
    return tuple(each for each in ast.walk(tree) if isinstance(each, kinds))
