"""The commands in the README work as printed, for somebody who has nothing installed.

Those that measure many cells get an option that lists these instead.
``tests/action/test_walk.py`` runs the first command.
"""

from pathlib import Path

import pytest

from tests.action.runner import export
from tests.newcomer import blocks
from tests.newcomer import environment_of
from tests.newcomer import Terminal

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
INIT, CHECK, INSTALL, PROBE, CHECKOUT, CHOOSE, ASK = blocks(README, "sh")
HOOK = blocks((ROOT / "docs" / "declares.md").read_text(), "yaml")[0]

APP = "from flask import Flask\n\napp = Flask(__name__)\n"


class Newcomer(Terminal):
    """A newcomer with a folder."""

    def __init__(self, folder: Path) -> None:
        home = folder / "home"
        home.mkdir()
        self.folder = folder / "app"
        self.folder.mkdir()
        (self.folder / "app.py").write_text(APP)
        (folder / "ours").mkdir()
        super().__init__(home, export(folder / "ours"), environment_of(home))
        self(INSTALL, self.folder)


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """One newcomer for all tests, who has installed the program as in the README."""
    return Newcomer(tmp_path_factory.mktemp("newcomer"))


def test_the_command_that_checks_an_app_works(newcomer: Newcomer) -> None:
    newcomer("uv venv && uv pip install flask gunicorn", newcomer.folder)
    told = newcomer(CHECK, newcomer.folder)
    assert "handles 4 at once, as declared" in told


def test_the_command_for_the_matrix_selects_the_stated_cells(
    newcomer: Newcomer,
) -> None:
    listed = newcomer(f"{PROBE.strip()} --list", newcomer.folder)
    ids = [line for line in listed.splitlines() if line.startswith("flask-")]
    assert f"This measures {len(ids)} cells" in README


def test_the_nox_command_selects_the_same(newcomer: Newcomer) -> None:
    # The venv module would take some seconds to install pip.
    newcomer("uv venv -q --seed venv", newcomer.home)
    lines = CHECKOUT.strip().replace("\n", " && ")
    listed = newcomer(f". ~/venv/bin/activate && {lines} -- --list", newcomer.folder)
    assert newcomer(f"{PROBE.strip()} --list", newcomer.folder) in listed


def test_the_commands_that_select_cells_work(newcomer: Newcomer) -> None:
    listed = newcomer(f"{CHOOSE.strip()} --list", newcomer.folder)
    assert "flask-2.3.3/gunicorn-" in listed and "flask-3.1.3/gunicorn-" in listed


def test_the_commands_with_more_questions_work(newcomer: Newcomer) -> None:
    told = newcomer(f"{ASK.strip()} --verbose", newcomer.folder)
    for question in ("waits", "overflow"):
        assert f"({question})" in told


def test_the_pre_commit_hook_works(newcomer: Newcomer) -> None:
    """As described in ``docs/declares.md``, run by pre-commit."""
    folder = newcomer.folder.parent / "hooked"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "Procfile").write_text("web: gunicorn app:app --workers 2\n")
    (folder / "Dockerfile").write_text('CMD ["gunicorn", "app:app", "-w", "5"]\n')
    (folder / ".pre-commit-config.yaml").write_text(HOOK.replace("OWNER", "example"))
    commit = "git add . && uvx pre-commit run"
    told = newcomer(f"git init -q && {commit}", folder, status=1)
    assert (
        "contradiction (FC301): for the same app: Dockerfile:1 5, Procfile:1 2" in told
    )
    (folder / "Dockerfile").write_text('CMD ["gunicorn", "app:app", "-w", "2"]\n')
    assert "Passed" in newcomer(commit, folder)
