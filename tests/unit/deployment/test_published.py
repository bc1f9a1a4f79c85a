"""Where an installation comes from, as installers note it."""

from __future__ import annotations

import json
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from harness.deployment.published import of
from harness.deployment.published import published

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GIT = {"vcs": "git", "commit_id": COMMIT}


def installed(folder: Path, direct: Any = None, *urls: str) -> PathDistribution:
    """A distribution as an installer leaves it."""
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
def test_installed_from_git(tmp_path: Path, url: str) -> None:
    found = of(installed(tmp_path, {"url": url, "vcs_info": GIT}))
    assert found.action == f"acme/fork.of-it@{COMMIT} # v1.2.3"
    assert found.is_known and found.project == "fork.of-it"


URLS = ("Docs, https://example.org", "Source, https://github.com/acme/it")


def test_installed_from_an_index(tmp_path: Path) -> None:
    assert of(installed(tmp_path, None, *URLS)).action == "acme/it@v1.2.3"


def test_installed_from_a_checkout(tmp_path: Path) -> None:
    direct = {"url": "file:///home/me/it", "dir_info": {}}
    assert of(installed(tmp_path, direct, *URLS)).action == "acme/it@main"


@pytest.mark.parametrize(
    "direct",
    [
        {"url": "file:///home/me/it", "dir_info": {"editable": True}},
        {"url": "file:///home/me/it", "vcs_info": GIT},
        {"url": "https://gitlab.com/acme/it", "vcs_info": GIT},
        {"url": "https://github.com/acme/it/archive/main.zip", "archive_info": {}},
    ],
)
def test_nothing_is_guessed(tmp_path: Path, direct: Any) -> None:
    found = of(installed(tmp_path, direct))
    assert found.action == "OWNER/flask-concurrency-matrix@main"
    assert not found.is_known
    assert found.page("docs/a.md") == "docs/a.md of flask-concurrency-matrix"


def test_before_it_is_published_nobody_publishes_it(tmp_path: Path) -> None:
    urls = ("Source, https://github.com/OWNER/flask-concurrency-matrix",)
    assert not of(installed(tmp_path, None, *urls)).is_known


def test_there_is_always_an_answer() -> None:
    assert published().action
