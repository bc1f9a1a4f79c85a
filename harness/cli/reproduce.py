"""The commands that measure a cell again, for reports and error messages."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from harness.judge.judge import Reproduce
from harness.records.choices import DEFAULT_ASK
from harness.records.choices import DEFAULT_LIMIT
from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence

if TYPE_CHECKING:
    from harness.deployment.config import Configured
    from harness.deployment.config import Deployment

FLASK = "Flask"

NOX = "FLASK_CONCURRENCY_NOX"
"""Environment variable with the words that started nox, if nox was started."""


def probe_again() -> Reproduce:
    """Return a function that gives the command to measure a cell of the matrix again.

    The command works where it is printed: it uses nox if nox was started, and otherwise
    the installed command.
    """
    nox = os.environ.get(NOX)
    return probe_by(f"{nox} -s probe --" if nox else "flask-concurrency probe")


def probe_by(verb: str) -> Reproduce:
    """Like ``probe_again``, for a command that begins with these words."""

    def again(evidence: Evidence, cell: CellEvidence) -> str:
        options = [*_limit(evidence), *_sources(evidence), *_ask(cell)]
        return f"{verb} {shlex.join(['--only', cell.id, *options])}"

    return again


def check_again(configured: Configured) -> Reproduce:
    """Return a function that gives the command to measure one deployment again."""
    deployments = {each.name: each for each in configured.deployments}

    def again(evidence: Evidence, cell: CellEvidence) -> str:
        deployment = deployments[cell.configuration]
        words = _check(configured, deployment)
        given = "" if configured.path else deployment.command or ""
        command = ["--", *shlex.split(given)] if given else []
        return shlex.join([*words, *_limit(evidence), *_ask(cell), *command])

    return again


def _check(configured: Configured, deployment: Deployment) -> list[str]:
    words = ["flask-concurrency", "check"]
    if configured.path is not None:
        return [*words, "--config", str(configured.path), "--only", deployment.name]
    options = {
        "--requirements": deployment.requirements,
        "--python-version": deployment.python,
        "--ready": deployment.ready,
        "--declared": deployment.declared,
        "--at-least": deployment.at_least,
    }
    given = {option: value for option, value in options.items() if value is not None}
    return [*words, *(word for pair in given.items() for word in map(str, pair))]


def _limit(evidence: Evidence) -> list[str]:
    limit = evidence.limit
    return [] if limit == DEFAULT_LIMIT else ["--limit", str(limit)]


def _sources(evidence: Evidence) -> list[str]:
    """Options that rebuild packages that were measured from a source, not an index."""
    server = evidence.environment.server
    return [
        word
        for package, source in evidence.sources.items()
        for word in (
            ("--flask", source)
            if package == FLASK
            else ("--server-release", f"{server}=={source}")
        )
    ]


def _ask(cell: CellEvidence) -> list[str]:
    """The ``--ask`` option that asks the same questions; empty for the default ones."""
    questions = {Question.OVERLAP, *(each.question for each in cell.asked)}
    if len(questions) == 1 or questions == set(DEFAULT_ASK):
        return []
    return [
        "--ask",
        ",".join(question for question in Question if question in questions),
    ]
