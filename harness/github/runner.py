"""Knows GitHub's runner: its variables, files, commands and limits; must not know how
anything is measured or judged.

Rule 1: no other module knows a name that begins with GITHUB_. Rule 2: what others wrote
(names, reasons, output of servers) never reaches the runner as a command: it is escaped
where it is part of one, and commands are stopped while anything else is printed.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from typing import NamedTuple

import msgspec

from harness.github.artifacts import Repository
from harness.judge.compare import REGRESSIONS
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.report import Report
from harness.records.words import FAILURES
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report.escape import printable
from harness.report.markdown import MAX_BYTES
from harness.report.sections.findings import find_notes
from harness.report.sections.matrix import grid
from harness.report.words import MARKS

Stage = Literal["plan", "measure", "report"]
Level = Literal["error", "warning", "notice"]

BUDGET: dict[Level, int] = {"error": 8, "warning": 8, "notice": 8}
"""Annotations of a step, of which GitHub shows ten of each level. A composite action
is one step: its failing adds an error, and the actions it uses may warn as well."""

CHARACTERS = 1_000
"""Of one annotation; GitHub cuts at 4096 bytes, and a character has up to four."""

WITH = "WITH_"
"""What the names of variables begin with that carry inputs; ``INPUT_`` is the runner's
own, and not every runner sets it for a composite action."""

FILES = ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH", "STATE")
"""What the names of variables end with that hold the files of a step's commands."""

OURS = "FLASK_CONCURRENCY_"
"""What the names of variables begin with that the action's steps hand on."""

SEVERAL = {
    "ONLY": r"\s+",
    "FLASK": r"[\s,]+",
    "SERVERS": r"[\s,]+",
    "SERVER_RELEASES": r"\s+",
    "ASK": r"[\s,]+",
    "OF": r"\s+",
    "SINCE": r"\s+",
}
"""Inputs that hold several values, and what stands between these."""

OPTIONS: dict[Stage, dict[str, str]] = {
    "plan": {
        "ONLY": "--only",
        "FLASK": "--flask",
        "SERVERS": "--server",
        "SERVER_RELEASES": "--server-release",
        "PYTHON_VERSION": "--python",
        "LIMIT": "--limit",
        "ASK": "--ask",
        "CATALOG": "--catalog",
        "SHARDS": "--shards",
        "MAX_CELLS": "--max-cells",
    },
    "measure": {"JOBS": "--jobs", "SHARD": "--shard"},
    "report": {
        "FAIL_ON": "--fail-on",
        "BASELINE": "--baseline",
        "EXPECTED": "--expected",
    },
}
"""The option that each input becomes, by the stage that takes it."""

TRACK = {
    "OF": "--of",
    "SINCE": "--since",
    "PYTHON_VERSION": "--python",
    "LIMIT": "--limit",
    "JOBS": "--jobs",
}
"""The same of ``track.yml``; what is left are the configurations."""

WORST_FIRST = (
    *FAILURES,
    Verdict.FEWER,
    Verdict.UNEVEN,
    Verdict.UNKNOWN,
    Verdict.MORE,
    Verdict.AS_DECLARED,
    Outcome.NOT_SUPPORTED,
)
"""Of several words, the first of these speaks for all."""


# ---------------------------------------------------------------------------- inputs


def arguments(stage: Stage, environ: Mapping[str, str]) -> list[str]:
    """The command line that the inputs of the action or the workflow come to.

    An empty input is one that was not given.
    """
    line = [stage, *options(OPTIONS[stage], environ)]
    return [*line, f"--results={results(environ)}"]


def options(known: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[str]:
    """The options that some inputs become, of which each is one word."""
    for name, option in known.items():
        text = given(environ, name)
        values = re.split(SEVERAL[name], text) if name in SEVERAL else [text]
        # With its value in it, so that no value can pass for an option.
        yield from (f"{option}={value}" for value in values if value)


def given(environ: Mapping[str, str], name: str) -> str:
    """The value of an input; empty when it was not given."""
    return environ.get(WITH + name, "").strip()


def not_the_callers(environ: Mapping[str, str]) -> list[str]:
    """Variables that a step of the caller's own would not see, or not as they are.

    The files that hold the commands of a step are of the action's steps: what a user's
    app writes there would become outputs of these.
    """
    files = {f"GITHUB_{name}" for name in FILES}
    return [n for n in environ if n in files or n.startswith((WITH, OURS))]


def results(environ: Mapping[str, str]) -> str:
    """The folder of results: the one asked for, else one of this use of the action."""
    return environ.get(WITH + "RESULTS") or environ[OURS + "RESULTS"]


def repository(environ: Mapping[str, str]) -> Repository | None:
    """The repository that the runner works for, and the token to ask it with."""
    name = environ.get("GITHUB_REPOSITORY", "")
    if not name:
        return None
    api = environ.get("GITHUB_API_URL") or "https://api.github.com"
    return Repository(api, name, environ.get(WITH + "TOKEN", ""))


def run_address(environ: Mapping[str, str]) -> str:
    """The page of the run; empty without a runner."""
    server = environ.get("GITHUB_SERVER_URL", "")
    name, run = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_RUN_ID", "")
    return f"{server}/{name}/actions/runs/{run}" if server and name and run else ""


def workspace(environ: Mapping[str, str]) -> Path:
    """The checkout that the runner works in."""
    return Path(environ.get("GITHUB_WORKSPACE") or os.curdir)


def track_arguments(environ: Mapping[str, str]) -> list[str]:
    """The command line that the inputs of ``track.yml`` come to."""
    line = ["track", *options(TRACK, environ), f"--results={results(environ)}"]
    line.append(f"--history={history(environ)}")
    return [*line, "--", *given(environ, "CONFIGURATIONS").split()]


def history(environ: Mapping[str, str]) -> str:
    """The folder of the history, beside the results: a job hands on both."""
    return str(Path(results(environ), "history"))


def flag(environ: Mapping[str, str], name: str) -> bool:
    """An input that is either ``true`` (also when it is empty) or ``false``.

    Raises ``ValueError`` for anything else.
    """
    text = environ.get(WITH + name, "").strip().lower()
    if text not in ("", "true", "false"):
        raise ValueError(f"{name.lower().replace('_', '-')} is true or false: {text!r}")
    return text != "false"


# ----------------------------------------------------------------------- annotations


class Annotation(NamedTuple):
    """What GitHub shows beside a run."""

    level: Level
    title: str
    message: str
    file: str = ""
    """Where it is shown, relative to the repository; empty for nowhere in it."""
    line: int = 0
    """Of that file, counted from one; zero for the file as a whole."""


def command(annotation: Annotation) -> str:
    """The line that makes the runner show an annotation."""
    # Not shortened nor made visible: it has to be the name of the file.
    file = annotation.file if annotation.file.isprintable() else ""
    properties = {
        "file": _property(file),
        "line": str(annotation.line) if file and annotation.line else "",
        "title": _property(printable(annotation.title)),
    }
    given = ",".join(f"{name}={value}" for name, value in properties.items() if value)
    message = _data(printable(annotation.message, characters=CHARACTERS))
    return f"::{annotation.level} {given}::{message}"


def in_repository(path: str, environ: Mapping[str, str]) -> str:
    """A file as an annotation names it; empty for one outside of the repository.

    Without a runner the current folder stands for the repository.
    """
    root = os.path.realpath(environ.get("GITHUB_WORKSPACE") or os.curdir)
    whole = os.path.realpath(path)
    inside = bool(path) and os.path.commonpath((root, whole)) == root
    return os.path.relpath(whole, root) if inside else ""


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def remarks_on(
    report: Report, forbidden: Collection[Outcome | Verdict]
) -> list[Annotation]:
    """What is worth a remark, most urgent first, within the runner's limits.

    An error is what fails the run, and nothing else is.
    """
    remarks: list[Annotation] = []
    for key, several in find_notes(grid(report)).items():
        if key is not Outcome.NOT_SUPPORTED:
            level = _level(key, forbidden)
            titles = (f"{MARKS[key].word}: {note.where}" for note in several)
            reasons = (note.reason for note in several)
            remarks += map(Annotation, [level] * len(several), titles, reasons)
    return roll_up(remarks)


def changes_on(changes: Changes, fatal: Collection[Change]) -> list[Annotation]:
    """What became worse unexpectedly, or is fatal, and what was expected in vain.

    What fails the run is an error.
    """
    remarks = [
        Annotation(
            "error" if each.change in fatal else "warning",
            f"{each.change}: {each.id}",
            each.reason,
        )
        for each in changes.cells
        if each.change in (*REGRESSIONS, *fatal) and not each.expected
    ]
    unmatched = [
        Annotation(
            "warning",
            f"expected, but not found: {each.cell}",
            f"from {each.before} to {each.now}: {each.problem}",
        )
        for each in changes.unmatched
    ]
    return roll_up([*remarks, *unmatched])


def _level(key: Outcome | Verdict, forbidden: Collection[Outcome | Verdict]) -> Level:
    if key in forbidden:
        return "error"
    if key in FAILURES or key in (Verdict.FEWER, Verdict.UNEVEN):
        return "warning"
    return "notice"


def roll_up(remarks: Sequence[Annotation]) -> list[Annotation]:
    """The same, with those that are too many of their level told in one."""
    kept: list[Annotation] = []
    for level, budget in BUDGET.items():
        mine = [remark for remark in remarks if remark.level == level]
        if len(mine) > budget:
            rest = mine[budget - 1 :]
            more = Annotation(
                level,
                f"and {len(rest)} more",
                "The summary tells of all: " + "; ".join(each.title for each in rest),
            )
            mine = [*mine[: budget - 1], more]
        kept += mine
    return kept


# --------------------------------------------------------------------------- outputs


def report_outputs(report: Report) -> dict[str, str]:
    """What later steps may decide by: the worst word, and how many have which."""
    words = [cell.word for cell in report.cells]
    counts = {str(word): words.count(word) for word in WORST_FIRST if word in words}
    verdict = next((str(word) for word in WORST_FIRST if word in words), "")
    return {"verdict": verdict, "counts": msgspec.json.encode(counts).decode()}


def output(name: str, value: str, delimiter: str) -> str:
    """Lines that set an output, whatever its value holds."""
    if delimiter in value:
        raise ValueError("the delimiter occurs in the value")
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def set_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Hand values to the steps that follow."""
    text = "".join(
        output(name, value, secrets.token_hex(16)) for name, value in outputs.items()
    )
    _append(environ.get("GITHUB_OUTPUT"), text)


def summary_room(environ: Mapping[str, str]) -> int:
    """Bytes that this step may still add to its summary."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    there = Path(path).stat().st_size if path and Path(path).exists() else 0
    return max(0, MAX_BYTES - there)


def add_summary(environ: Mapping[str, str], text: str) -> None:
    """Show Markdown on the page of the run."""
    _append(environ.get("GITHUB_STEP_SUMMARY"), text)


def _append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)


@contextlib.contextmanager
def commands_stopped() -> Iterator[None]:
    """Whatever is printed meanwhile is no command, even if it looks like one."""
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"::{token}::", flush=True)


def annotate(remarks: Sequence[Annotation]) -> None:
    """Print the commands that show annotations."""
    for remark in remarks:
        print(command(remark), flush=True)
