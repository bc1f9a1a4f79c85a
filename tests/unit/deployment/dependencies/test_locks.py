from pathlib import Path

import pytest

from harness.deployment.dependencies.read import translated

UV_LOCK = """\
version = 1
[[package]]
name = "flask"
version = "3.0.3"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "numpy"
version = "2.2"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version < '3.11'"]
[[package]]
name = "numpy"
version = "2.4"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version >= '3.12'", "os_name == 'nt'"]
[[package]]
name = "shop"
version = "0.1.0"
source = { virtual = "." }
[[package]]
name = "ours"
source = { editable = "lib" }
"""

PDM_LOCK = """\
[[package]]
name = "flask"
version = "3.0.3"
groups = ["default"]
[[package]]
name = "colorama"
version = "0.4.6"
marker = "platform_system == 'Windows'"
[[package]]
name = "ours"
version = "0.1.0"
path = "./lib"
"""


POETRY_LOCK = """\
[[package]]
name = "flask"
version = "3.0.3"
[[package]]
name = "tool"
version = "1.0"
[package.source]
type = "git"
url = "https://github.com/acme/tool.git"
"""


@pytest.mark.parametrize(
    ("name", "lock", "releases"),
    [
        (
            "uv.lock",
            UV_LOCK,
            (
                "flask==3.0.3",
                "numpy==2.2 ; python_full_version < '3.11'",
                "numpy==2.4 ; (python_full_version >= '3.12') or (os_name == 'nt')",
            ),
        ),
        (
            "pdm.lock",
            PDM_LOCK,
            ("flask==3.0.3", "colorama==0.4.6 ; platform_system == 'Windows'"),
        ),
        (
            "poetry.lock",
            POETRY_LOCK,
            ("flask==3.0.3",),
        ),
    ],
)
def test_a_lock_file_decides_about_the_releases_of_a_project(
    tmp_path: Path, name: str, lock: str, releases: tuple[str, ...]
) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\ndependencies = ["flask>=2", "shop-core"]\n')
    (tmp_path / name).write_text(lock)
    assert translated(project) == (("flask>=2", "shop-core"), releases)
    assert translated(tmp_path / name) == translated(project)


def test_packages_that_only_uv_finds_are_left_to_uv(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text(
        '[project]\ndependencies = ["flask", "ours"]\n'
        '[tool.uv.sources]\nours = { path = "lib" }\n'
    )
    (tmp_path / "uv.lock").write_text(UV_LOCK)
    assert translated(project) is None
