"""``nox -s probe`` in this checkout, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
ENVIRONMENTS = ROOT / ".nox" / "tests-of" / WORKER if WORKER else ROOT / ".nox"
"""Where runs make their environments: parallel workers share none."""
SECONDS = 300.0


def command(results: Path, *arguments: str) -> list[str]:
    """Return the command line of ``nox -s probe``."""
    nox = [sys.executable, "-m", "nox", "-f", str(ROOT / "noxfile.py")]
    nox += ["--envdir", str(ENVIRONMENTS), "-s", "probe", "--"]
    return [*nox, "--results", str(results), *arguments]


def probe(
    results: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``nox -s probe`` to its end."""
    return subprocess.run(
        command(results, *arguments),
        env={**os.environ, **environment},
        cwd=results.parent,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
