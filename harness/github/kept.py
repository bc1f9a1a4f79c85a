"""Knows what the first stage of the action keeps for the last: the baseline, and what
is expected; must not compare anything.

The last stage may run on another machine, and an address may hold something else by
then. So both are looked up once, before anything is measured, and are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.github import baseline
from harness.github import runner as github
from harness.github.runner import Annotation
from harness.github.runner import given
from harness.judge.expected import Expected
from harness.records import files
from harness.records import toml
from harness.records.results import PREVIOUS

EXPECTED = "expected.toml"
"""What the acknowledged changes are kept as."""

FILES = {"BASELINE": baseline.KEPT, "EXPECTED": EXPECTED}
"""By the name of the input."""

NO_BASELINE = (
    "Nothing is compared: there is no baseline yet ({}), as it should be in a first run"
)


def look_up(environ: Mapping[str, str]) -> dict[str, str]:
    """What is to be kept, by the name of the file.

    A baseline that is not there yet is told, and is no error. Raises ``UsageError``.
    """
    found = {}
    if path := given(environ, "EXPECTED"):
        toml.read(Path(path), Expected, "check the path of expected")
        found[EXPECTED] = Path(path).read_text(encoding="utf-8")
    if text := given(environ, "BASELINE"):
        name = environ.get("WITH_ARTIFACT_NAME", "")
        before = baseline.find(text, github.repository(environ), name)
        if before is None:
            note = NO_BASELINE.format(text)
            github.annotate([Annotation("notice", "Flask Concurrency Matrix", note)])
        else:
            found[baseline.KEPT] = before
    return found


def keep(results: Path, found: Mapping[str, str]) -> None:
    """Leave it for the last stage, and nothing that another run has left."""
    for name in FILES.values():
        if name in found:
            files.write_text(results / name, found[name])
        else:
            (results / name).unlink(missing_ok=True)


def arguments(results: Path, environ: Mapping[str, str]) -> list[str]:
    """The command line of the last stage, with what was kept where it was left."""
    there = {
        f"WITH_{name}": str(_place(results, file))
        for name, file in FILES.items()
        if given(environ, name)
    }
    line = github.arguments("report", {**environ, **there})
    return [*line, "--baseline-optional"]


def _place(results: Path, name: str) -> Path:
    """Among the results, or in what came of the job of the first stage."""
    found = [results / name, *sorted(results.glob(f"*/{name}"))]
    here = (path for path in found if path.parent.name != PREVIOUS)
    return next((path for path in here if path.exists()), results / name)
