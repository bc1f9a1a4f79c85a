"""The shell scripts inside the action and the workflows.

``python -m tests.action.shell`` runs shellcheck over all of them.
"""

import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .runner import ROOT
from .runner import STAND_INS


def files() -> list[Path]:
    """Actions and workflows."""
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    return [ROOT / "action.yml", *sorted(workflows), *sorted(STAND_INS.rglob("*.yml"))]


@functools.cache
def parsed(path: Path) -> dict[Any, Any]:
    """A file of YAML, which takes a key ``on`` for a truth."""
    read: dict[Any, Any] = yaml.safe_load(path.read_text())
    return read


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """All steps of an action or of the jobs of a workflow."""
    read = parsed(path)
    jobs = read.get("jobs", {"": read.get("runs", {})})
    for job in jobs.values():
        yield from job.get("steps", ())


def scripts(path: Path) -> Iterator[tuple[str, str]]:
    """Name and text of each script in a file."""
    for number, step in enumerate(steps(path), start=1):
        if "run" in step:
            name = step.get("name") or step.get("id") or f"step {number}"
            # The runner's own options, which shellcheck has to know of.
            text = "set -eo pipefail\n" + step["run"]
            yield f"{path.relative_to(ROOT)}: {name}", text


def main() -> int:
    """How many scripts have a fault."""
    found = [script for path in files() for script in scripts(path)]
    found.append((".github/stage", (ROOT / ".github" / "stage").read_text()))
    faults = 0
    for name, text in found:
        command = ["shellcheck", "--shell=bash", "--color=never", "-"]
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            faults += 1
            print(f"{name}:\n{done.stdout}{done.stderr}")
    print(f"shellcheck: {len(found)} scripts, {faults} with faults")
    return faults


if __name__ == "__main__":
    sys.exit(main())
