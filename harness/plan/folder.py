"""The folder of the catalog that comes with the harness."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "catalog"
