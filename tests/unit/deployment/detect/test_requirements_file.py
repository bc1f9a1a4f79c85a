"""``check`` without a file and ``init`` use the same requirements."""

from pathlib import Path

import pytest

from harness.cli.deployments import detected
from harness.deployment.detect.candidates import candidates
from harness.deployment.init.starter import deployments


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and a ``PATH`` with gunicorn as the only program."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gunicorn").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


PROJECT = "[project]\nname = 'shop'\ndependencies = ['Flask']\n"
POETRY = "[tool.poetry.dependencies]\npython = '^3.9'\nflask = '^3.0'\n"
PIPFILE = "[packages]\nflask = '*'\n"
LOCK = '{"default": {"flask": {"version": "==3.0.3"}}}'


@pytest.mark.parametrize(
    ("command", "files", "required"),
    [
        # What the active Python already has is checked before anything is installed.
        ("gunicorn a:a", {"requirements.txt": "flask\n"}, "requirements.txt"),
        ("gunicorn a:a", {"requirements.txt": "gunicorn==23\nsuperset\n"}, True),
        ("gunicorn a:a", {"requirements.txt": "flask-cors\n"}, None),
        ("gunicorn a:a", {"requirements.txt": ""}, None),
        ("gunicorn a:a", {}, None),
        # Otherwise there would be no server at all.
        ("waitress-serve a:a", {"requirements.txt": "superset\n"}, True),
        ("waitress-serve a:a", {"requirements.txt": "waitress\n"}, True),
        ("waitress-serve a:a", {"requirements.txt": "\n"}, None),
        (
            "waitress-serve a:a",
            {"requirements.txt": "superset\n", "pyproject.toml": PROJECT},
            "pyproject.toml",
        ),
        ("gunicorn a:a", {"pyproject.toml": PROJECT}, "pyproject.toml"),
        ("gunicorn a:a", {"pyproject.toml": POETRY}, "pyproject.toml"),
        ("gunicorn a:a", {"Pipfile": PIPFILE}, "Pipfile"),
        ("gunicorn a:a", {"Pipfile": PIPFILE, "Pipfile.lock": LOCK}, "Pipfile"),
        ("gunicorn a:a", {"Pipfile.lock": LOCK}, "Pipfile.lock"),
        ("gunicorn a:a", {"Pipfile.lock": "{"}, None),
        (
            "gunicorn a:a",
            {"requirements.txt": "pytest\n", "Pipfile": PIPFILE},
            "Pipfile",
        ),
    ],
)
def test_a_check_without_a_file_equals_one_with_the_file_of_init(
    folder: Path, command: str, files: dict[str, str], required: str | bool | None
) -> None:
    (folder / "Procfile").write_text(f"web: {command}\n")
    for name, text in files.items():
        (folder / name).write_text(text)
    (checked,) = detected(folder, {}).deployments
    (written,) = deployments(folder, candidates(folder, "init"))
    expected = "requirements.txt" if required is True else required
    assert checked.requirements == written.requirements == expected


def test_an_option_overrides_the_detected_file(folder: Path) -> None:
    (folder / "Procfile").write_text("web: gunicorn a:a\n")
    (folder / "requirements.txt").write_text("flask\n")
    (folder / "prod.txt").write_text("flask\n")
    (checked,) = detected(folder, {"requirements": "prod.txt"}).deployments
    assert checked.requirements == "prod.txt"
