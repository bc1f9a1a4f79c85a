"""Files of Poetry and Pipenv are translated to equal requirements."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.deployment.config import DeploymentFault
from harness.deployment.dependencies.read import translated

POETRY = """\
[tool.poetry]
name = "shop"
[[tool.poetry.source]]
name = "ours"
url = "https://pypi.acme.example/simple"
[tool.poetry.dependencies]
Python = "^3.9"
flask = {version = "^3.0", extras = ["async"]}
gunicorn = ">=22,<24"
win = {version = "*", platform = "win32"}
old = [
    {version = "<2", python = "<3.10"},
    {version = "^2", python = "^3.10"},
]
lib = {path = "../lib", develop = true}
tool = {git = "git@github.com:acme/tool.git", tag = "v1", subdirectory = "py"}
more = {version = "*", optional = true}
pre = {version = "^2.0", allow-prereleases = true}
[tool.poetry.group.prod.dependencies]
gevent = "~24.2"
[tool.poetry.group.dev.dependencies]
pytest = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
sphinx = "*"
"""


def test_a_poetry_project_is_translated(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(POETRY)
    assert translated(folder / "pyproject.toml") == (
        (
            "--extra-index-url https://pypi.acme.example/simple",
            "flask[async]>=3.0,<4",
            "gunicorn>=22,<24",
            'win ; (sys_platform == "win32")',
            'old<2 ; (python_version < "3.10")',
            'old>=2,<3 ; (python_version >= "3.10" and python_version < "4")',
            f"-e {tmp_path}/lib",
            "tool @ git+ssh://git@github.com/acme/tool.git@v1#subdirectory=py",
            "pre>=2.0,<3,>=0.dev0",
            "gevent>=24.2,<24.3",
        ),
        (),
    )


LOCK = """\
[[package]]
name = "flask"
version = "3.0.3"
[[package]]
name = "two"
version = "1.0"
[[package]]
name = "two"
version = "2.0"
[[package]]
name = "three"
version = "1.0"
markers = "python_version < '3.9'"
[[package]]
name = "three"
version = "2.0"
markers = "python_version >= '3.9'"
[[package]]
name = "tool"
version = "1.0"
[package.source]
type = "git"
url = "https://github.com/acme/tool.git"
"""


@pytest.mark.parametrize("name", ["pyproject.toml", "poetry.lock"])
def test_the_poetry_lock_pins_the_releases(tmp_path: Path, name: str) -> None:
    project = '[tool.poetry.dependencies]\nflask = "^1.0 || ^3.0"\n'
    (tmp_path / "pyproject.toml").write_text(project)
    (tmp_path / "poetry.lock").write_text(LOCK)
    assert translated(tmp_path / name) == (
        ("flask",),
        (
            "flask==3.0.3",
            "three==1.0 ; python_version < '3.9'",
            "three==2.0 ; python_version >= '3.9'",
        ),
    )


@pytest.mark.parametrize(
    "project", ["", "[tool.black]\n", "[project]\ndependencies = ['flask']\n" + POETRY]
)
def test_files_that_installers_read_are_left_to_them(
    tmp_path: Path, project: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(project)
    assert translated(tmp_path / "pyproject.toml") is None
    assert translated(tmp_path / "requirements.txt") is None


PIPFILE = """\
[[source]]
url = "https://pypi.org/simple"
name = "pypi"
[[source]]
url = "https://${USER}@pypi.acme.example/simple"
name = "ours"
[packages]
flask = "*"
gunicorn = {version = "~=22.0", extras = ["gevent"]}
win = {version = "*", sys_platform = "== 'win32'"}
tool = {git = "https://github.com/acme/tool.git", ref = "v1"}
shop = {path = ".", editable = true}
[dev-packages]
pytest = "*"
"""


def test_a_pipfile_is_translated(tmp_path: Path) -> None:
    (tmp_path / "Pipfile").write_text(PIPFILE)
    assert translated(tmp_path / "Pipfile") == (
        (
            "--extra-index-url https://${USER}@pypi.acme.example/simple",
            "flask",
            "gunicorn[gevent]~=22.0",
            "win ; (sys_platform == 'win32')",
            "tool @ git+https://github.com/acme/tool.git@v1",
            f"-e {tmp_path}",
        ),
        (),
    )


PIPFILE_LOCK: dict[str, Any] = {
    "_meta": {"sources": [{"url": "https://pypi.org/simple"}]},
    "default": {
        "flask": {
            "hashes": ["sha256:aa", "sha256:bb"],
            "markers": "python_version >= '3.8'",
            "version": "==3.0.3",
        },
        "tool": {"git": "https://github.com/acme/tool.git", "ref": "0a1b"},
    },
    "develop": {"pytest": {"version": "==8.0"}},
}


@pytest.mark.parametrize("name", ["Pipfile", "Pipfile.lock"])
def test_the_pipenv_lock_pins_releases_and_hashes(tmp_path: Path, name: str) -> None:
    (tmp_path / "Pipfile").write_text(PIPFILE)
    (tmp_path / "Pipfile.lock").write_text(json.dumps(PIPFILE_LOCK, indent=4))
    assert translated(tmp_path / name) == (
        (
            "flask==3.0.3 ; (python_version >= '3.8') --hash=sha256:aa "
            "--hash=sha256:bb",
            "tool @ git+https://github.com/acme/tool.git@0a1b",
        ),
        (),
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\nflask = "^1.0 || ^3.0"\n',
            "flask = '^1.0 || ^3.0': alternatives cannot be written as one "
            "requirement, and no lock file decides; write the requirements to a file "
            "with `poetry export > requirements.txt` and name that",
        ),
        ("pyproject.toml", "[tool.poetry", "pyproject.toml: it is not TOML"),
        ("Pipfile", "[packages]\nflask = 'newest'\n", "`pipenv requirements > "),
        ("Pipfile.lock", "{", "Pipfile.lock: it is not JSON"),
        ("Pipfile", "[packages]\n'a b' = '*'\n", "'a b' is no requirement"),
    ],
)
def test_untranslatable_requirements_have_a_remedy(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DeploymentFault) as caught:
        translated(tmp_path / name)
    assert caught.value.key == "requirements" and said in caught.value.problem


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool]\npoetry = 3\n"),
        ("pyproject.toml", "[tool.poetry]\ndependencies = ['flask']\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\n[tool.poetry.group]\na = 1\n"),
        ("Pipfile", "packages = ['flask']\n"),
        ("Pipfile.lock", "[]"),
        ("Pipfile.lock", '{"default": {"a": []}}'),
    ],
)
def test_malformed_files_require_nothing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert (translated(tmp_path / name) or ((), ()))[0] in ((), ("a",))
