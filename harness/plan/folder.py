"""The folder of the catalog in this package."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "catalog"
