"""A missing program is reported for each cell that needs it, and for no other."""

from pathlib import Path

import msgspec
import pytest

from harness.environments.needs import on_this_machine
from harness.measure.front import front_of
from harness.plan.lookup import find_proxy
from harness.plan.plan import front
from harness.plan.plan import make_plan
from harness.records.catalog import Selection
from harness.records.plan import NeededHere
from harness.records.plan import PlannedEnvironment
from tests.builders.catalogs import REAL


@pytest.fixture
def planned() -> PlannedEnvironment:
    """Gunicorn's cells, with nginx in front and without."""
    globs = tuple(f"flask-3.1.3/gunicorn-*/{name}/*" for name in ("sync-4", "nginx-*"))
    (environment,) = make_plan(REAL, Selection(only=globs, python="3.11")).environments
    return environment


def program(folder: Path, name: str) -> None:
    """Write an executable file."""
    (folder / name).touch(mode=0o755)


def test_cells_that_need_a_missing_program_are_not_supported(
    planned: PlannedEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for cell in on_this_machine(planned).cells:
        if cell.front is None:
            assert cell.not_supported is None
        else:
            reason = cell.not_supported or ""
            assert reason.startswith("nginx not found: ")
            assert "nginx-light" in reason


def test_if_the_program_is_there_nothing_changes(
    planned: PlannedEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "nginx")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert on_this_machine(planned) == planned


def test_every_program_that_is_missing_is_named(
    planned: PlannedEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "cc")
    monkeypatch.setenv("PATH", str(tmp_path))
    need = NeededHere(programs=("cc", "ld", "ar"), because="it is built")
    cell = msgspec.structs.replace(planned.cells[0], needs_here=(need,))
    (seen,) = on_this_machine(msgspec.structs.replace(planned, cells=(cell,))).cells
    expected = "ld not found; ar not found: it is built"
    assert seen.not_supported == expected


def test_a_reason_in_the_plan_is_kept(planned: PlannedEnvironment) -> None:
    need = NeededHere(programs=("no-such-program",), because="it is needed")
    cell = msgspec.structs.replace(
        planned.cells[0], needs_here=(need,), not_supported="excluded: It hangs."
    )
    (seen,) = on_this_machine(msgspec.structs.replace(planned, cells=(cell,))).cells
    assert seen.not_supported == "excluded: It hangs."


@pytest.mark.parametrize("passed_by", ["proxy_pass", "uwsgi_pass"])
def test_the_generated_file_of_nginx_is_complete(
    passed_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.measure.front._release", lambda *_: "1.0")
    planned = front(find_proxy(REAL, "nginx"), passed_by)
    made = front_of(planned, {}, Path("/there"), "127.0.0.1", [4000, 5000])
    assert made.command[:3] == ("nginx", "-p", "/there")
    assert "listen 127.0.0.1:5000;" in made.file
    assert f"{passed_by} " in made.file
    assert "127.0.0.1:4000;" in made.file
    assert made.file.count("{") == made.file.count("}") == 4
