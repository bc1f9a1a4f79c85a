"""The servers of the catalog: their needs and their plans."""

import re

import pytest

from harness.environments.needs import on_this_machine
from harness.plan.folder import FOLDER
from harness.plan.plan import list_cells
from harness.plan.plan import make_plan
from harness.records.catalog import Selection
from harness.records.catalog import Server
from harness.records.plan import PlannedCell
from tests.builders.catalogs import REAL

TARGET = FOLDER.parent / "target"
NAMED = (
    "waitress granian hypercorn uvicorn daphne cheroot gevent eventlet tornado twisted "
    "bjoern meinheld pyruvate wsgiref mod-wsgi gunicorn uwsgi werkzeug"
).split()


def cells(*globs: str, python: str = "3.11") -> list[PlannedCell]:
    plan = make_plan(REAL, Selection(only=globs, python=python))
    return [cell for environment in plan.environments for cell in environment.cells]


def test_the_common_servers_for_flask_are_in_the_catalog() -> None:
    assert {server.name for server in REAL.servers} >= set(NAMED)


@pytest.mark.parametrize("server", REAL.servers, ids=lambda server: server.name)
def test_each_script_in_a_command_exists(server: Server) -> None:
    words = [
        word for each in server.configuration for word in (*server.argv, *each.argv)
    ]
    needed = [word for need in server.needs for word in need.succeeds]
    for word in (*words, *needed):
        for name in re.findall(r"\{target\}/(\S+)", word):
            assert (TARGET / name).is_file()


@pytest.mark.parametrize("server", REAL.servers, ids=lambda server: server.name)
def test_each_app_exists(server: Server) -> None:
    apps = {server.app} | {each.app for each in server.configuration if each.app}
    for app in apps:
        module, _, name = app.partition(":")
        assert f"{name} = " in (TARGET / f"{module}.py").read_text()


def test_an_app_may_be_wrapped_for_asgi() -> None:
    (plain,) = cells("flask-3.1.3/gunicorn-27*/sync-4/*")
    (wrapped,) = cells("flask-3.1.3/gunicorn-27*/asgi-a2wsgi/*")
    assert plain.argv[1] == "app:app"
    assert wrapped.argv[1] == "through_a2wsgi:app"
    assert not any("{app}" in word for word in (*plain.argv, *wrapped.argv))
    assert (plain.requires, wrapped.requires) == ((), ("a2wsgi",))


def test_numbers_that_depend_on_the_machine_are_computed_on_it() -> None:
    globs = ("flask-3.1.3/hypercorn-*/workers-2/*",)
    plan = make_plan(REAL, Selection(only=globs, python="3.11"))
    (planned,) = plan.environments
    (cell,) = planned.cells
    assert cell.declaration.declared is None
    assert list_cells(plan)[0].endswith("  declares 2 × min(32, processors + 4)")
    (here,) = on_this_machine(planned).cells
    assert here.declaration.declared is not None
    assert here.declaration.declared % 2 == 0
    assert f"here 2 × min(32, processors + 4) is {here.declaration.declared}." in (
        here.declaration.because
    )


@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_a_server_in_the_standard_library_has_the_release_of_python(
    python: str,
) -> None:
    plan = make_plan(REAL, Selection(servers=("wsgiref",), python=python))
    environment = plan.environments[-1]
    assert str(environment.environment) == f"flask-3.1.3/wsgiref-{python}/py{python}"
    assert environment.requirements == ("Flask==3.1.3",)
    assert {cell.not_supported for cell in environment.cells} == {None}
    assert environment.title == "wsgiref"


def test_a_module_missing_from_a_python_is_not_supported() -> None:
    plan = make_plan(REAL, Selection(servers=("wsgiref==3.12",), python="3.11"))
    assert {cell.not_supported for e in plan.environments for cell in e.cells} == {
        "wsgiref is a part of Python: choose its release with --python"
    }


@pytest.mark.parametrize(
    ("configuration", "by_chance"), [("blocking-threads-4", True), ("a2wsgi", False)]
)
def test_granians_default_pool_is_declared_as_left_to_chance(
    configuration: str, by_chance: bool
) -> None:
    (cell,) = cells(f"flask-3.1.3/granian-2.8.7/{configuration}/*")
    assert bool(cell.declaration.by_chance) is by_chance


@pytest.mark.parametrize(
    ("glob", "python", "reason"),
    [
        ("*-3.1.3/meinheld-*/default/*", "3.11", "meinheld needs greenlet 0.4"),
        ("*-3.1.3/meinheld-*/default/*", "3.9", None),
        ("*-3.1.3/tornado-*/default/*", "3.10", "required by tornado 6.6 and newer"),
        ("*-3.1.3/granian-2.5.7/default/*", "3.9", None),
        ("*-3.1.3/granian-2.8.7/default/*", "3.9", "required by granian 2.6 and newer"),
        ("*-1.1.4/granian-2.8.7/default/*", "3.11", "which Flask 1.1 rules out"),
        ("*-1.0.4/granian-2.8.7/default/*", "3.11", None),
        ("*-2.0.3/granian-2.8.7/default/*", "3.11", None),
        ("*-3.1.3/pyruvate-*/workers-4/*", "3.9", "pyruvate has wheels for Python"),
        ("*-3.1.3/gevent-*/patched/*", "3.9", "gevent 26 dropped older Pythons"),
        ("*-3.1.3/uvicorn-*/wsgi/*", "3.13", None),
    ],
)
def test_impossible_cells_have_a_reason_before_anything_is_installed(
    glob: str, python: str, reason: str | None
) -> None:
    (cell,) = cells(glob, python=python)
    assert reason in (cell.not_supported or "") if reason else not cell.not_supported
