"""The settings that a command gives its server, each with its source."""

from pathlib import Path

import pytest

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import positive
from harness.deployment.command.setting import Setting
from harness.deployment.command.settings import GivenSettings
from harness.deployment.command.settings import settings_of
from harness.deployment.command.shell import CommandContext
from harness.plan.server_options import known_server


def settings(line: str, folder: Path, **variables: str) -> GivenSettings:
    program, *arguments = line.split()
    server = known_server(program)
    assert server is not None
    return settings_of(server, arguments, CommandContext((folder,), variables, 4))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a settings file of gunicorn."""
    (tmp_path / "gunicorn.conf.py").write_text("workers = 3\nthreads = 2\n")
    return tmp_path


def test_options_override_the_file_which_overrides_variables(folder: Path) -> None:
    read = settings("gunicorn --threads 5 a:a", folder, WEB_CONCURRENCY="9")
    sources = {name: (each.value, each.source) for name, each in read.given.items()}
    assert sources == {
        "workers": (3, "gunicorn.conf.py"),
        "threads": ("5", "the command line"),
    }
    assert read.capacity().declared == 15 and read.overrides


def test_a_setting_from_a_variable_names_it(tmp_path: Path) -> None:
    read = settings("uvicorn --interface wsgi a:a", tmp_path, UVICORN_WORKERS="2")
    assert read.given["workers"] == ("2", "the variable UVICORN_WORKERS", None, 0)


def test_ignored_settings_need_not_be_known(folder: Path) -> None:
    read = settings("gunicorn -w $N a:a", folder)
    with pytest.raises(CannotDerive, match=r"workers depends on \$N"):
        read.capacity()
    assert read.capacity(but={"workers"}).lanes == 2


@pytest.mark.parametrize("value", ["$N", "${N:-2}", "%(ENV_N)s", "{{ n }}"])
def test_a_number_that_is_filled_in_later_is_not_called_a_wrong_one(value: str) -> None:
    with pytest.raises(CannotDerive, match="^workers depends on "):
        positive(Setting(value, "a file"), "workers")
