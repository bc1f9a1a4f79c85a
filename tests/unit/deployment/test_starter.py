"""The first files of a user say what was found, and are read again as written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.deployment.detect import candidates
from harness.deployment.load import load
from harness.deployment.starter import config_text
from harness.deployment.starter import deployments
from harness.deployment.starter import workflow_text
from harness.deployment.starter import Written

FILES = {
    "Procfile": "web: gunicorn 'shop:make(\"x\")' -b :$PORT\nAPI_2: uvicorn a:a\n",
    "Dockerfile": "CMD gunicorn a:a",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_is_written_is_read_again(folder: Path) -> None:
    (folder / "requirements.txt").write_text("flask>=3\n")
    found = candidates(folder)
    made = deployments(folder, found)
    text = config_text([Written(f, d, None) for f, d in zip(found, made, strict=True)])
    (folder / "concurrency.toml").write_text(text)
    assert list(load(folder).deployments) == made
    assert [each.name for each in made] == ["production", "api_2", "image"]
    assert {each.requirements for each in made} == {"requirements.txt"}
    assert "# Not measured yet." in text and f"{folder}/Procfile:1: gunicorn" in text


def test_requirements_without_flask_are_left_out(folder: Path) -> None:
    (folder / "requirements.txt").write_text("flask-cors\n# flask\n")
    made = deployments(folder, candidates(folder))
    assert {each.requirements for each in made} == {None}


def test_deployments_have_names_of_their_own(folder: Path) -> None:
    found = candidates(folder)
    names = [each.name for each in deployments(folder, [*found, *found])]
    assert len(set(names)) == len(names)


def test_the_workflow(folder: Path) -> None:
    made = deployments(folder, candidates(folder))
    steps = yaml.safe_load(workflow_text(folder, made))["jobs"]["check"]["steps"]
    assert [each["uses"].partition("@")[0] for each in steps] == [
        "actions/checkout",
        "OWNER/flask-concurrency-matrix",
    ]
    (folder / "pyproject.toml").write_text("")
    assert "pip install ." in workflow_text(folder, made)
    (folder / "requirements.txt").write_text("Flask\n")
    made = deployments(folder, candidates(folder))
    assert "pip install" not in workflow_text(folder, made)
