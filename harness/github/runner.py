"""GitHub's runner: its variables, files and limits.

No other module but ``annotations`` reads a variable that begins with ``GITHUB_``. While
foreign text is printed, the runner takes no commands.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

import msgspec

from harness.github.api import Repository
from harness.github.inputs import OURS
from harness.github.inputs import value_of
from harness.github.inputs import WITH
from harness.records.report import Report
from harness.records.words import FAILURES
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report.markdown import MAX_BYTES

FILES = ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH", "STATE")
"""Suffixes of variables that name the files of a step's commands."""

WORST_FIRST = (
    *FAILURES,
    Verdict.FEWER,
    Verdict.UNEVEN,
    Verdict.UNKNOWN,
    Verdict.MORE,
    Verdict.AS_DECLARED,
    Outcome.NOT_SUPPORTED,
)
"""Words from worst to best: the first that occurs stands for the whole report."""


def not_the_callers(environ: Mapping[str, str]) -> list[str]:
    """Variables of the runner to hide from a user's app.

    What the app writes to these files would become outputs of our steps.
    """
    files = {f"GITHUB_{name}" for name in FILES}
    return [n for n in environ if n in files or n.startswith((WITH, OURS))]


def repository(environ: Mapping[str, str]) -> Repository | None:
    """The repository that the runner works for; ``None`` without a runner."""
    name = environ.get("GITHUB_REPOSITORY", "")
    if not name:
        return None
    api = environ.get("GITHUB_API_URL") or "https://api.github.com"
    return Repository(api, name, value_of(environ, "TOKEN"))


def run_address(environ: Mapping[str, str]) -> str:
    """The page of the run; empty without a runner."""
    server = environ.get("GITHUB_SERVER_URL", "")
    name, run = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_RUN_ID", "")
    return f"{server}/{name}/actions/runs/{run}" if server and name and run else ""


def workspace(environ: Mapping[str, str]) -> Path:
    """The checkout that the runner works in."""
    return Path(environ.get("GITHUB_WORKSPACE") or os.curdir)


def report_outputs(report: Report) -> dict[str, str]:
    """Outputs for later steps: the worst word, and the number of cells with each."""
    words = [cell.word for cell in report.cells]
    counts = {str(word): words.count(word) for word in WORST_FIRST if word in words}
    worst = next(iter(counts), "")
    return {"verdict": worst, "counts": msgspec.json.encode(counts).decode()}


def output(name: str, value: str, delimiter: str) -> str:
    """The lines that set an output, for a value of any content."""
    if delimiter in value:
        raise ValueError("the delimiter occurs in the value")
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def set_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Set outputs of this step."""
    text = "".join(
        output(name, value, secrets.token_hex(16)) for name, value in outputs.items()
    )
    _append(environ.get("GITHUB_OUTPUT"), text)


def summary_room(environ: Mapping[str, str]) -> int:
    """How many bytes this step may still add to its summary."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    written = Path(path).stat().st_size if path and Path(path).exists() else 0
    return max(0, MAX_BYTES - written)


def add_summary(environ: Mapping[str, str], text: str) -> None:
    """Add Markdown to the page of the run."""
    _append(environ.get("GITHUB_STEP_SUMMARY"), text)


def _append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)


@contextlib.contextmanager
def commands_stopped() -> Iterator[None]:
    """Keep the runner from reading text printed inside the block as commands."""
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"::{token}::", flush=True)
