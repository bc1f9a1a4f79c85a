"""Deployments of users, their measured cells, and what their commands promise."""

from pathlib import Path
from typing import Any

import msgspec

from harness.deployment.command.setting import Setting
from harness.deployment.command.shell import CommandLine
from harness.deployment.config import Deployment
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import Where
from harness.deployment.prepare import Prepared
from harness.records.plan import Declaration
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.samples import make
from tests.samples.make import judge

WHERE = make.environment("3.1.3", "gunicorn", "27.0.1")


def cell(declared: int = 8, at: tuple[int, ...] = (), **changed: Any) -> CellReport:
    """A judged cell, with any field changed."""
    seen = make.rounds(declared, (2, 4), at)
    evidence = make.evidence(WHERE, [make.cell(WHERE, "mine", declared, seen)])
    return msgspec.structs.replace(judge([evidence]).cells[0], **changed)


def deployment(at_least: int | None = None) -> Deployment:
    return Deployment(name="mine", command="x {port}", at_least=at_least)


def prepared(folder: Path, command: str = "gunicorn a:a", **keys: Any) -> Prepared:
    """A prepared deployment in a folder."""
    return Prepared(
        msgspec.structs.replace(deployment(), **keys),
        CommandLine(tuple(command.split()), {}, None, 0),
        Where(folder, Path("python"), {}),
        {},
        Declaration(declared=8, because="", source=""),
        None,
    )


def gthread(version: str = "27.0.1", connections: int = 1000) -> Promise:
    settings: dict[str, int | str] = {
        "workers": 4,
        "threads": 2,
        "worker_connections": connections,
        "worker_class": "gthread",
        "version": version,
    }
    given = {
        name: Setting(value, "the command line") for name, value in settings.items()
    }
    return Promise("gunicorn", 8, "4 workers × 2 threads", "https://x", given)


UNEVEN = cell(at=(8, 2))
FEWER = cell(at=(3, 3), ceiling=3, verdict=Verdict.FEWER)
DIED = cell(outcome=Outcome.DIED, reason="the server was ended by SIGSEGV")
FAILED = cell(outcome=Outcome.HARNESS_FAILED)


def pool(server: str, declared: int, **settings: int | str) -> Promise:
    """The pool that a command of a server declares, with every setting given."""
    given = {
        name.replace("_", "-"): Setting(value, "the command line")
        for name, value in settings.items()
    }
    return Promise(server, declared, "", "", given)


def gunicorn(declared: int, kind: str, **settings: int | str) -> Promise:
    default: dict[str, int | str] = {"workers": 2, "threads": 2, "version": "27.0.1"}
    default |= {"worker_connections": 1000, "worker_class": kind}
    given = {name: Setting(v, "") for name, v in (default | settings).items()}
    return Promise("gunicorn", declared, "", "", given)
