"""The walk in ``docs/walk.md``, typed as printed: from five lines to a guard."""

import re
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.newcomer import blocks
from tests.newcomer import Terminal

from .runner import copy_of
from .runner import OURS
from .runner import ROOT
from .runner import Runner
from .runner import WorkflowRun

PAGE = (ROOT / "docs" / "walk.md").read_text()
CONFIG = "concurrency.toml"
WORKFLOW = Path(".github", "workflows", "concurrency.yml")

FIRST, SECOND = blocks(PAGE, "sh")
(APP,) = blocks(PAGE, "python")


def block(kind: str) -> str:
    """Return the only block of a kind."""
    (only,) = blocks(PAGE, kind)
    return only


def line_of_the_diff(sign: str) -> str:
    """Return the removed or the added line of the diff."""
    (line,) = (line[1:] for line in block("diff").splitlines() if line[0] == sign)
    return line


class Walked(NamedTuple):
    """The outputs of the walk, step by step."""

    init: str
    red: WorkflowRun
    green: WorkflowRun


class Newcomer:
    """A newcomer with a new repository."""

    def __init__(self, folder: Path, ours: Path, python: Path) -> None:
        self.runner = Runner(folder, ours, python)
        self.folder = self.runner.repository
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        environment = self.runner.environment()
        self._terminal = Terminal(self.runner.home, ours, environment)
        origin = folder / "origin.git"
        self(f"git init -q --bare {shlex.quote(str(origin))}")
        self(f"git init -q && git remote add origin {shlex.quote(str(origin))}")

    def __call__(self, line: str) -> str:
        """Type a line, and return its standard output."""
        return self._terminal(line, self.folder)

    def workflow(self) -> WorkflowRun:
        """Run the pushed workflow, as GitHub does."""
        return self.runner.run_file(self.folder / WORKFLOW, "push")


@pytest.fixture(scope="module")
def newcomer(
    tmp_path_factory: pytest.TempPathFactory, ours: Path, python: Path
) -> Newcomer:
    """A newcomer, and a Python that only the jobs of this test install into."""
    folder = tmp_path_factory.mktemp("walk")
    return Newcomer(folder / "machine", ours, copy_of(python, folder / "python"))


@pytest.fixture(scope="module")
def walked(newcomer: Newcomer) -> Walked:
    """The whole walk, in the order of the page."""
    (newcomer.folder / "app.py").write_text(APP)
    newcomer(block("sh before"))
    init = newcomer(FIRST)
    newcomer(SECOND)
    red = newcomer.workflow()
    config = newcomer.folder / CONFIG
    before = config.read_text().splitlines()
    at = before.index(line_of_the_diff("-"))
    after = [*before[:at], line_of_the_diff("+"), *before[at + 1 :]]
    config.write_text("\n".join(after) + "\n")
    newcomer(block("sh after"))
    return Walked(init, red, newcomer.workflow())


def as_read(text: str) -> str:
    """Return the words of a Markdown text, with every version number as ``N``."""
    text = re.sub(r"\d+(\.\d+)+", "N", text.replace("&nbsp;", " "))
    return " ".join(text.split())


def shows(output: str, quoted: str) -> bool:
    """Return whether an output contains the quoted pieces in this order."""
    pieces = map(re.escape, as_read(quoted).split(" … "))
    return re.search(".*".join(pieces), as_read(output)) is not None


def test_init_prints_what_the_page_shows(walked: Walked) -> None:
    # The number depends on how busy this machine is: if the order of workers cannot
    # be chosen, the report says "seen".
    numbers = "always 4 at once, at most 8."
    page = block("text init")
    assert numbers in page
    assert shows(walked.init, page.replace(numbers, "… at once …"))


def test_the_workflow_needs_no_editing(newcomer: Newcomer, walked: Walked) -> None:
    text = (newcomer.folder / WORKFLOW).read_text()
    assert re.search(rf"uses: {OURS}@[0-9a-f]{{40}} # v[\d.]+\n", text)
    assert "OWNER" not in text


def test_the_workflow_first_fails_for_the_reason_on_the_page(walked: Walked) -> None:
    assert walked.red.results() == {"check": "failure"}
    errors = [raw for level, raw in walked.red.annotations("check") if level == "error"]
    (error,) = errors
    assert error.startswith(f"::error file={CONFIG},line=")
    assert shows(error, block("text red"))


def test_the_workflow_then_passes(walked: Walked) -> None:
    assert walked.green.results() == {"check": "success"}
    (summary,) = walked.green.summary("check")
    assert shows(summary, block("text green"))


def test_only_the_checked_files_are_pushed(newcomer: Newcomer, walked: Walked) -> None:
    assert newcomer("git status --short") == ""
    pushed = newcomer("git ls-tree -r --name-only origin/main").split()
    assert pushed == [str(WORKFLOW), "app.py", CONFIG]


def test_nothing_is_left_running(newcomer: Newcomer, walked: Walked) -> None:
    assert not newcomer.runner.left_over()


def test_the_page_counts_lines_and_words_correctly() -> None:
    assert len([line for line in APP.splitlines() if line]) == 5
    typed = f"{FIRST} {SECOND}".replace("\\\n", " ")
    words = len(shlex.split(typed))
    added = set(line_of_the_diff("+").split()) - set(line_of_the_diff("-").split())
    assert f"| until the workflow guards the app | 2 | {words} |" in PAGE
    assert f"| to make it green | one changed line | {len(added)} |" in PAGE
