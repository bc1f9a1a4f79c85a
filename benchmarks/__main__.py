"""Runs every benchmark, or those that are named on the command line."""

import sys
import tempfile
from pathlib import Path

from benchmarks import alarms
from benchmarks import atlas
from benchmarks import questions
from benchmarks import scale
from benchmarks import selection
from benchmarks import startup
from benchmarks import usual


def verdicts() -> None:
    """Print the time to a verdict, and that of the usual experiment."""
    with tempfile.TemporaryDirectory() as folder:
        ours = selection.alone(Path(folder))
    theirs = usual.main()
    print(f"  the probe, for the same server: {ours:.2f} s; ratio {theirs / ours:.0f}")


BENCHMARKS = {
    "startup": startup.main,
    "verdicts": verdicts,
    "selection": selection.main,
    "questions": questions.main,
    "scale": scale.main,
    "alarms": alarms.main,
    "atlas": atlas.main,
}

if __name__ == "__main__":
    asked = sys.argv[1:] or list(BENCHMARKS)
    if unknown := [name for name in asked if name not in BENCHMARKS]:
        sys.exit(f"no benchmark {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}")
    for name in asked:
        BENCHMARKS[name]()
