"""Bring the wheels that a plan was made with to where it is measured."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harness.records.errors import UsageError
from harness.records.plan import Plan


def bring_wheels(plan: Plan, source: Path, results: Path) -> None:
    """Copy the wheels of a plan from below ``source`` to below ``results``.

    Those that are there already stay. Raises ``UsageError`` when one is in neither
    place.
    """
    for built in (built for each in plan.environments for built in each.built):
        wheel, target = source / built.wheel, results / built.wheel
        if target.exists():
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{os.getpid()}.part")
            shutil.copyfile(wheel, part)
            os.replace(part, target)
        except OSError as problem:
            raise UsageError(
                f"{wheel}: cannot be read: {problem.strerror}; the plan measures "
                f"{built.package} {built.version} from it: copy the folder of wheels "
                "together with the plan, or make the plan again"
            ) from problem
