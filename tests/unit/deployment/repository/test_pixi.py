"""The tasks of pixi are read as pixi runs them."""

from pathlib import Path

import pytest

from harness.deployment.repository.find import find
from harness.records.declares import Place


def places(folder: Path, text: str, name: str = "pixi.toml") -> list[Place]:
    (folder / "web").mkdir(exist_ok=True)
    (folder / "web" / "conf.py").write_text("threads = 3\n")
    (folder / name).write_text(text)
    return [place for place in find(folder, 4).places if place.file == name]


@pytest.mark.parametrize(
    ("task", "declared"),
    [
        ('[tasks]\nserve = "gunicorn -w 2 a:a"', 2),
        ('[tasks]\nserve = { cmd = ["gunicorn", "--threads", "3", "a:a"] }', 3),
        ('[tasks.serve]\ncmd = [\n  "gunicorn", # two\n  "-w", "2",\n  "a:a",\n]', 2),
        ('[tasks]\nserve = { cmd = "gunicorn -c conf.py a:a", cwd = "web" }', 3),
        ('[tasks.serve]\ncmd = "gunicorn a:a"\nenv = { WEB_CONCURRENCY = "4" }', 4),
        ('[tasks]\nserve = { cmd = "gunicorn -w 2 a:a", depends-on = ["build"] }', 2),
        ('[feature.web.tasks]\nserve = "gunicorn -w 2 a:a"', 2),
        ('[target.linux-64.tasks]\nserve = "gunicorn -w 2 a:a"', 2),
        (
            '[activation.env]\nWEB_CONCURRENCY = 4\n[tasks]\nserve = "gunicorn a:a"',
            4,
        ),
        (
            '[tasks.serve]\ncmd = "gunicorn -w {{ n }} a:a"\n'
            'args = [{ arg = "n", default = "5" }]',
            5,
        ),
        ('[tasks]\nserve = "gunicorn -w 2 a:a"\nnot TOML', 2),
    ],
)
def test_a_task_has_its_number(task: str, declared: int, tmp_path: Path) -> None:
    (place,) = places(tmp_path, task)
    assert place.known, place.because
    assert place.declared == declared
    assert "gunicorn" in task.splitlines()[place.line - 1] or "cmd = [" in task


def test_other_tasks_start_no_server(tmp_path: Path) -> None:
    text = """\
[dependencies]
gunicorn = ">=23"
[tasks]
style = ["gunicorn", "lint"]
build = { cmd = ["ninja", "-C", "gunicorn"], cwd = "web" }
all = { depends-on = ["build", { task = "serve", args = ["8"] }] }
serve = { cmd = "gunicorn -w {{ n }} a:a", args = ["n"] }
"""
    (place,) = places(tmp_path, text)
    assert (place.line, place.known) == (7, False)


def test_tasks_of_a_project_are_read_once(tmp_path: Path) -> None:
    text = """\
[tool.pixi.tasks]
serve = "gunicorn -w 2 a:a"
web = { cmd = ["gunicorn", "-w", "2", "a:a"], env = { GUNICORN_CMD_ARGS = "" } }
[tool.other.scripts]
start = "gunicorn -w 2 a:a"
"""
    found = places(tmp_path, text, "pyproject.toml")
    assert [(place.line, place.declared) for place in found] == [(2, 2), (3, 2), (5, 2)]
