"""The folders that a run shares with nox: those for environments and for results."""

import os
from pathlib import Path

ENVIRONMENTS = "FLASK_CONCURRENCY_ENVIRONMENTS"
"""Variable that names the folder for environments; noxfile and action set it."""

RESULTS = "FLASK_CONCURRENCY_RESULTS"
"""Variable that names the folder of results, which has the plan, to nox."""

ROOT = Path(__file__).parents[2]
"""The checkout, or the folder that the package is installed in."""


def environments_folder() -> Path:
    """The folder for environments: one that is named, the checkout's, or a cache."""
    if named := os.environ.get(ENVIRONMENTS):
        return Path(named)
    if all((ROOT / name).is_file() for name in ("noxfile.py", "pyproject.toml")):
        return ROOT / ".nox"
    return cached_environments()


def cached_environments() -> Path:
    """The folder for environments in the user's cache."""
    from platformdirs import user_cache_path  # needed only without a checkout

    return user_cache_path("flask-concurrency") / "environments"
