"""Test how many requests a Flask deployment handles at the same time.

A thin client of the command ``flask-concurrency check``, which is run as a process of
its own: nothing of it is imported into the tests.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

PROGRAM = "flask-concurrency"

MARKER = "concurrency"

SECONDS = 900
"""How long one check may take, installing and starting included."""


class NotMeasured(Exception):
    """A deployment that could not be measured; the message says why."""


class Holds:
    """The answer to ``holds``: true or false, and in an assertion the reason."""

    def __init__(self, measured: Measured, wanted: int) -> None:
        self._measured = measured
        self._wanted = wanted

    def __bool__(self) -> bool:
        return self._measured.always >= self._wanted

    def __repr__(self) -> str:
        """The text of a failed assertion."""
        one = self._measured
        if self:
            return f"{one.name} holds {self._wanted}: {one.reason}"
        rule = f" ({one.rule})" if one.rule else ""
        return f"{one.name} holds {one.always}, not {self._wanted}: {one.reason}{rule}"


class Measured:
    """The measurement of one deployment."""

    def __init__(self, report: dict[str, Any], reason: str, rule: str) -> None:
        self.asked: list[Holds] = []
        """Every answer about the deployment in the present test."""
        self.report = report
        """The deployment's cell in ``report.json``."""
        self.name: str = report["configuration"]
        self.declared: int | None = report["declared"]
        """Requests at once that it declares; ``None`` for no bound."""
        self.always: int = report["floor"]
        """The least that were in the app at once when as many as declared were sent."""
        self.most: int = report["ceiling"]
        self.reason = reason or str(report["reason"])
        """One sentence, with a remedy where one is known."""
        self.rule = rule
        """Id and name of the finding, such as ``FC001 uneven``; empty for none."""

    def holds(self, requests: int) -> Holds:
        """Whether ``requests`` requests are always handled at once."""
        self.asked.append(Holds(self, requests))
        return self.asked[-1]


class Deployments:
    """Measures deployments, each once."""

    def __init__(self, folder: Path, config: str | None) -> None:
        self._folder = folder
        self._config = config
        self._measured: dict[tuple[str | None, str | None], Measured] = {}

    def __call__(
        self, name: str | None = None, *, command: str | None = None
    ) -> Measured:
        """Measure a deployment of the file, or a command.

        Raises ``NotMeasured``.
        """
        if (name is None) == (command is None):
            raise TypeError("give the name of a deployment, or a command")
        key = name, command
        if key not in self._measured:
            self._measured[key] = self._measure(name, command)
        return self._measured[key]

    def begin_test(self) -> None:
        """Forget the questions of earlier tests."""
        for measured in self._measured.values():
            measured.asked.clear()

    def not_held(self) -> list[str]:
        """What the present test asked for and is not handled, and why."""
        every = self._measured.values()
        return [repr(one) for each in every for one in each.asked if not one]

    def _measure(self, name: str | None, command: str | None) -> Measured:
        words = ["check", "--output-format", "sarif", "--ask", "overlap"]
        if name is not None:
            words += ["--config", self._config] if self._config else []
            words += ["--only", name]
        with tempfile.TemporaryDirectory() as results:
            words += ["--results", results]
            words += ["--", *shlex.split(command)] if command else []
            done = self._run(words)
            report = Path(results, "report.json")
            cells = json.loads(report.read_text())["cells"] if report.exists() else []
        if not cells or cells[0]["outcome"] != "measured":
            last = done.stderr.strip().splitlines()[-1:] or ["nothing was printed"]
            raise NotMeasured(last[0].removeprefix(f"{PROGRAM}: "))
        return Measured(cells[0], *_finding(done.stdout))

    def _run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [_program(), *words],
                cwd=self._folder,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            raise NotMeasured(f"the check took longer than {SECONDS} s") from None


def _program() -> str:
    """The command: beside this interpreter, or on ``PATH``."""
    beside = str(Path(sys.executable).parent)
    path = os.pathsep.join((beside, os.environ.get("PATH", os.defpath)))
    found = shutil.which(PROGRAM, path=path)
    if found is None:
        raise NotMeasured(f"{PROGRAM} is not installed")
    return found


def _finding(sarif: str) -> tuple[str, str]:
    """The reason and the rule of the finding; empty if there is none."""
    (run,) = json.loads(sarif)["runs"]
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        _, _, reason = result["message"]["text"].partition(": ")
        return reason, f"{rule['id']} {rule['name']}"
    return "", ""


# ------------------------------------------------------------------------ for pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the file."""
    group = parser.getgroup("flask-concurrency")
    group.addoption(
        "--concurrency-config",
        metavar="FILE",
        help="File that describes deployments.  [default: concurrency.toml]",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    line = f"{MARKER}: measures a deployment, which takes some seconds"
    config.addinivalue_line("markers", line)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses the fixture."""
    for item in items:
        if "deployment" in getattr(item, "fixturenames", ()):
            item.add_marker(MARKER)


@pytest.fixture(scope="session")
def deployment(pytestconfig: pytest.Config) -> Deployments:
    """Measure deployments: ``deployment("production").holds(8)``."""
    config = pytestconfig.getoption("--concurrency-config")
    return Deployments(pytestconfig.rootpath, config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the whole reason below a test that fails: pytest shortens long lines."""
    report = yield
    found = getattr(item, "funcargs", {}).get("deployment")
    if isinstance(found, Deployments):
        if call.when == "setup":
            found.begin_test()
        elif report.failed and (lines := found.not_held()):
            report.sections.append(("Concurrency", "\n".join(lines)))
    return report
