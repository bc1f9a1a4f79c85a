"""The first files of a user state what was found, and can be read back."""

import json
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from harness.deployment.detect.candidates import candidates
from harness.deployment.detect.candidates import from_command
from harness.deployment.detect.python_version import named_python
from harness.deployment.init.starter import config_text
from harness.deployment.init.starter import deployments
from harness.deployment.init.starter import origin_of
from harness.deployment.init.starter import Published
from harness.deployment.init.starter import published
from harness.deployment.init.starter import StarterEntry
from harness.deployment.load import load

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


def test_written_files_can_be_read(folder: Path) -> None:
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


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("dependencies = [\n 'gunicorn', 'Flask[async] >=3',\n]", "pyproject.toml"),
        ("dependencies = ['dash']", "pyproject.toml"),
        ("dependencies = ['flask-cors']", None),
        ("dependencies = 'flask'", None),
        ("dynamic = ['dependencies']", None),
        ("dependencies = [", None),
    ],
)
def test_dependencies_of_a_project_are_requirements(
    folder: Path, text: str, required: str | None
) -> None:
    (folder / "pyproject.toml").write_text(f"[project]\nname = 'shop'\n{text}\n")
    made = deployments(folder, candidates(folder, "init"))
    assert {each.requirements for each in made} == {required}


def test_requirements_without_flask_are_left_out(folder: Path) -> None:
    (folder / "requirements.txt").write_text("flask-cors\n# flask\n")
    made = deployments(folder, candidates(folder, "check"))
    assert {each.requirements for each in made} == {None}


def test_a_missing_python_is_named_in_a_comment(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask\n")
    (tmp_path / ".python-version").write_text("3.12\n")
    way = from_command(("gunicorn", "shop:app"))
    named = named_python(tmp_path, None)
    for pythons, key in (((), '# python = "3.12"'), (("3.12",), 'python = "3.12"')):
        (made,) = deployments(tmp_path, [way], pythons=pythons)
        text = config_text([StarterEntry(way, made, None, named)], BY)
        assert key in text.splitlines()


def test_deployments_have_unique_names(folder: Path) -> None:
    found = candidates(folder, "check")
    names = [deployment.name for deployment in deployments(folder, [*found, *found])]
    assert len(set(names)) == len(names)


def test_the_promise_is_written_to_the_file(folder: Path) -> None:
    found = [from_command(("gunicorn", "shop:app"))]
    made = deployments(folder, found, at_least=8)
    text = config_text([StarterEntry(found[0], made[0], None)], BY)
    (folder / "concurrency.toml").write_text(text)
    (read,) = load(folder).deployments
    assert (read.command, read.at_least) == ("gunicorn shop:app", 8)
    assert "\n# https://github.com/acme/it/blob/v1.2.3/docs/deployments.md\n" in text


COMMIT = "0123456789abcdef0123456789abcdef01234567"
GIT = {"vcs": "git", "commit_id": COMMIT}


def installed(folder: Path, direct: Any = None, *urls: str) -> PathDistribution:
    """Return a distribution as an installer leaves it."""
    info = folder / "flask_concurrency_matrix-1.2.3.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.4", "Name: flask-concurrency-matrix"]
    lines += ["Version: 1.2.3", *(f"Project-URL: {url}" for url in urls)]
    (info / "METADATA").write_text("\n".join(lines) + "\n")
    if direct:
        (info / "direct_url.json").write_text(json.dumps(direct))
    return PathDistribution(info)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/fork.of-it",
        "https://github.com/acme/fork.of-it.git",
        "https://token@github.com/acme/fork.of-it/",
        "ssh://git@github.com/acme/fork.of-it.git",
        "git@github.com:acme/fork.of-it.git",
    ],
)
def test_the_origin_of_a_git_install_is_known(tmp_path: Path, url: str) -> None:
    found = origin_of(installed(tmp_path, {"url": url, "vcs_info": GIT}))
    assert found.action == f"acme/fork.of-it@{COMMIT} # v1.2.3"
    assert found.is_known and found.project == "fork.of-it"


URLS = ("Docs, https://example.org", "Source, https://github.com/acme/it")


def test_the_origin_of_an_index_install_is_known(tmp_path: Path) -> None:
    assert origin_of(installed(tmp_path, None, *URLS)).action == "acme/it@v1.2.3"


def test_the_origin_of_a_checkout_is_known(tmp_path: Path) -> None:
    direct = {"url": "file:///home/me/it", "dir_info": {}}
    assert origin_of(installed(tmp_path, direct, *URLS)).action == "acme/it@main"


@pytest.mark.parametrize(
    "direct",
    [
        {"url": "file:///home/me/it", "dir_info": {"editable": True}},
        {"url": "file:///home/me/it", "vcs_info": GIT},
        {"url": "https://gitlab.com/acme/it", "vcs_info": GIT},
        {"url": "https://github.com/acme/it/archive/main.zip", "archive_info": {}},
    ],
)
def test_an_unclear_origin_is_unknown(tmp_path: Path, direct: Any) -> None:
    found = origin_of(installed(tmp_path, direct))
    assert found.action == "OWNER/flask-concurrency-matrix@main"
    assert not found.is_known
    assert found.page("docs/a.md") == "docs/a.md of flask-concurrency-matrix"


def test_the_origin_is_unknown_before_publication(
    tmp_path: Path,
) -> None:
    urls = ("Source, https://github.com/OWNER/flask-concurrency-matrix",)
    assert not origin_of(installed(tmp_path, None, *urls)).is_known


def test_every_installation_has_an_origin() -> None:
    assert published().action
