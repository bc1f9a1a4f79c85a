"""The folder of the catalog in this package."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "catalog"
