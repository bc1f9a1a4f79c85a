"""``nox -s probe`` of this checkout, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 300.0


def command(results: Path, *arguments: str) -> list[str]:
    """The command line of ``nox -s probe``."""
    nox = [sys.executable, "-m", "nox", "-f", str(ROOT / "noxfile.py")]
    return [*nox, "-s", "probe", "--", "--results", str(results), *arguments]


def probe(
    results: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        command(results, *arguments),
        env={**os.environ, **environment},
        cwd=results.parent,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
