"""The shell scripts in the action and the workflows.

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
    """Return the paths of all actions and workflows."""
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    return [ROOT / "action.yml", *sorted(workflows), *sorted(STAND_INS.rglob("*.yml"))]


@functools.cache
def parse(path: Path) -> dict[Any, Any]:
    """Parse a YAML file. PyYAML reads the key ``on`` as ``True``."""
    read: dict[Any, Any] = yaml.safe_load(path.read_text())
    return read


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """Yield all steps of an action, or of the jobs of a workflow."""
    read = parse(path)
    jobs = read.get("jobs", {"": read.get("runs", {})})
    for job in jobs.values():
        yield from job.get("steps", ())


def scripts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each script in a file."""
    for number, step in enumerate(steps(path), start=1):
        if "run" in step:
            name = step.get("name") or step.get("id") or f"step {number}"
            # GitHub's runner sets these options, and shellcheck has to know.
            text = "set -eo pipefail\n" + step["run"]
            yield f"{path.relative_to(ROOT)}: {name}", text


def main() -> int:
    """Print what shellcheck reports, and return the number of scripts with errors."""
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
