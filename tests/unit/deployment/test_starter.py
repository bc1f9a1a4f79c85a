"""The first files of a user say what was found, and are read again as written."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.deployment.detect import candidates
from harness.deployment.detect import from_command
from harness.deployment.load import load
from harness.deployment.published import Published
from harness.deployment.starter import config_text
from harness.deployment.starter import deployments
from harness.deployment.starter import StarterEntry

BY = Published("acme/it", "v1.2.3", "")

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
    found = candidates(folder, "check")
    made = deployments(folder, found)
    text = config_text(
        [StarterEntry(f, d, None) for f, d in zip(found, made, strict=True)], BY
    )
    (folder / "concurrency.toml").write_text(text)
    assert list(load(folder).deployments) == made
    assert [each.name for each in made] == ["production", "api_2", "image"]
    assert {each.requirements for each in made} == {"requirements.txt"}
    assert "# Not measured yet." in text and f"{folder}/Procfile:1: gunicorn" in text


def test_requirements_without_flask_are_left_out(folder: Path) -> None:
    (folder / "requirements.txt").write_text("flask-cors\n# flask\n")
    made = deployments(folder, candidates(folder, "check"))
    assert {each.requirements for each in made} == {None}


def test_deployments_have_names_of_their_own(folder: Path) -> None:
    found = candidates(folder, "check")
    names = [each.name for each in deployments(folder, [*found, *found])]
    assert len(set(names)) == len(names)


def test_what_is_asked_for_is_written_down(folder: Path) -> None:
    found = [from_command(("gunicorn", "shop:app"))]
    made = deployments(folder, found, at_least=8)
    text = config_text([StarterEntry(found[0], made[0], None)], BY)
    (folder / "concurrency.toml").write_text(text)
    (read,) = load(folder).deployments
    assert (read.command, read.at_least) == ("gunicorn shop:app", 8)
    assert "\n# https://github.com/acme/it/blob/v1.2.3/docs/deployments.md\n" in text
