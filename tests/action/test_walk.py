"""The walk of ``docs/walk.md``, as it is printed there: from five lines to a guard."""

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
from .runner import Ran
from .runner import ROOT
from .runner import Runner

PAGE = (ROOT / "docs" / "walk.md").read_text()
CONFIG = "concurrency.toml"
WORKFLOW = Path(".github", "workflows", "concurrency.yml")

FIRST, SECOND = blocks(PAGE, "sh")
(APP,) = blocks(PAGE, "python")


def block(kind: str) -> str:
    """The only block of a kind."""
    (found,) = blocks(PAGE, kind)
    return found


def line_of_the_diff(sign: str) -> str:
    """The line that is removed, or the one that is added."""
    (line,) = (line[1:] for line in block("diff").splitlines() if line[0] == sign)
    return line


class Walked(NamedTuple):
    """What a newcomer saw, step by step."""

    init: str
    red: Ran
    green: Ran


class Newcomer:
    """A newcomer with a new repository of his own."""

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
        """Type a line; what it prints on standard output."""
        return self._terminal(line, self.folder)

    def workflow(self) -> Ran:
        """What GitHub does with what was pushed."""
        return self.runner.run_file(self.folder / WORKFLOW, "push")


@pytest.fixture(scope="module")
def newcomer(
    tmp_path_factory: pytest.TempPathFactory, ours: Path, python: Path
) -> Newcomer:
    """A newcomer, and a Python for the jobs that only these install packages into."""
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
    """The words of a text of Markdown, whose versions are those of another day."""
    text = re.sub(r"\d+(\.\d+)+", "N", text.replace("&nbsp;", " "))
    return " ".join(text.split())


def shows(output: str, quoted: str) -> bool:
    """Whether an output has what the page quotes of it, in this order."""
    pieces = map(re.escape, as_read(quoted).split(" … "))
    return re.search(".*".join(pieces), as_read(output)) is not None


def test_init_says_what_the_page_says(walked: Walked) -> None:
    # How many depends on how busy this machine is: where the order of workers cannot
    # be chosen, it is what was seen.
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


def test_what_was_pushed_is_what_was_checked(
    newcomer: Newcomer, walked: Walked
) -> None:
    assert newcomer("git status --short") == ""
    pushed = newcomer("git ls-tree -r --name-only origin/main").split()
    assert pushed == [str(WORKFLOW), "app.py", CONFIG]


def test_nothing_is_left_running(newcomer: Newcomer, walked: Walked) -> None:
    assert not newcomer.runner.left_over()


def test_the_page_counts_right() -> None:
    assert len([line for line in APP.splitlines() if line]) == 5
    typed = f"{FIRST} {SECOND}".replace("\\\n", " ")
    words = len(shlex.split(typed))
    added = set(line_of_the_diff("+").split()) - set(line_of_the_diff("-").split())
    assert f"| until the workflow guards the app | 2 | {words} |" in PAGE
    assert f"| to make it green | one changed line | {len(added)} |" in PAGE
