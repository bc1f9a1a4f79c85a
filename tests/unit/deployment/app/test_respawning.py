"""Servers whose workers crash again and again are told from slow servers."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.deployment.app.respawning import ENDED
from harness.deployment.app.respawning import is_worker
from harness.deployment.app.respawning import MOST_READ
from harness.deployment.app.respawning import Respawning
from harness.deployment.app.respawning import Running
from harness.deployment.app.respawning import SAID

SERVER = Running(1, ("python", "gunicorn", "a:app"), "/usr/bin/python3.11")
WORKER = SERVER._replace(parent=10)
SHELL = Running(1, ("sh", "run"), "/usr/bin/dash")
SPAWNED = ("python", "-c", "from multiprocessing.spawn import spawn_main; spawn_main(")


def looks(*trees: Mapping[int, Running]) -> list[bool]:
    """Return the result of each look, taken a second after the one before."""
    seen = Respawning(Path("/dev/null"))
    return [seen.look(tree, float(second)) for second, tree in enumerate(trees)]


def each_a_new_one(count: int, **beside: Running) -> list[dict[int, Running]]:
    others = {int(number[1:]): running for number, running in beside.items()}
    return [{10: SERVER, 100 + n: WORKER, **others} for n in range(count)]


def test_workers_that_end_again_and_again_are_reported() -> None:
    seen = looks(*each_a_new_one(12))
    assert seen == [False] * 8 + [True] * 4


def test_a_few_ended_workers_prove_nothing() -> None:
    trees = each_a_new_one(ENDED - 1)
    assert not any(looks(*trees, *[{10: SERVER}] * 20))


def test_a_worker_that_stays_may_still_answer() -> None:
    old = {f"_{number}": WORKER for number in (50,)}
    assert not any(looks(*each_a_new_one(30, **old)))


@pytest.mark.parametrize(
    ("other", "vain"),
    [
        (Running(1, ("celery",), "/usr/bin/python3.11"), False),
        (Running(1, ("nginx",), "/usr/sbin/nginx"), True),
        (Running(10, ("python", "-c", "from multiprocessing.resource_tracker"), ""), 1),
    ],
)
def test_helpers_beside_the_workers_do_not_count(other: Running, vain: bool) -> None:
    assert looks(*each_a_new_one(12, _50=other))[-1] == bool(vain)


def test_a_parent_of_the_server_is_no_helper() -> None:
    above = {5: SHELL}
    server = SERVER._replace(parent=5)
    trees = [{**above, 10: server, 100 + n: WORKER} for n in range(12)]
    assert looks(*trees)[-1]


def test_children_of_a_worker_are_no_workers() -> None:
    trees = [
        {10: SERVER, 100 + n: WORKER, 200 + n: Running(100 + n, ("ldconfig",), "")}
        for n in range(12)
    ]
    assert looks(*trees)[-1]


@pytest.mark.parametrize(
    "words",
    [
        ("sh", "run"),
        ("pg_isready", "-h", "db"),
        ("python", "wait_for_db.py"),
        ("python", "-c", "import psycopg2"),
        ("flask", "db", "upgrade"),
    ],
)
def test_a_loop_of_a_shell_may_wait_for_something(words: tuple[str, ...]) -> None:
    waits = Running(10, words, f"/usr/bin/{words[0]}")
    assert not any(looks(*[{10: SHELL, 100 + n: waits} for n in range(30)]))


@pytest.mark.parametrize(
    "words", [("python", "gunicorn", "a:app"), ("python", "app.py"), ("flask", "run")]
)
def test_a_loop_of_a_shell_starts_a_server_again(words: tuple[str, ...]) -> None:
    server = Running(10, words, "/usr/bin/python3.11")
    pause = Running(10, ("sleep", "1"), "/usr/bin/sleep")
    trees = [{10: SHELL, 100 + n: pause if n % 2 else server} for n in range(14)]
    assert looks(*trees)[-1]


def test_a_supervisor_that_gave_up_is_reported() -> None:
    supervisor = Running(1, ("python", "/bin/supervisord", "-n"), "/usr/bin/python3.11")
    trees = [{5: supervisor, 100 + n: SERVER._replace(parent=5)} for n in range(4)]
    assert looks(*trees, *[{5: supervisor}] * 5)[-1]
    other = Running(5, ("celery",), "/usr/bin/python3.11")
    beside = [{**tree, 50: other} for tree in (*trees, *[{5: supervisor}] * 5)]
    assert not any(looks(*beside))


def test_a_supervisor_without_programs_is_reported() -> None:
    supervisor = Running(1, ("python", "/bin/circusd", "c.ini"), "/usr/bin/python3.11")
    seen = Respawning(Path("/dev/null"))
    above = {5: SHELL, 10: supervisor._replace(parent=5)}
    assert [seen.is_idle(above, float(n)) for n in (0, 7, 8)] == [False, False, True]
    assert not seen.is_idle({**above, 11: SERVER._replace(parent=10)}, 9.0)
    assert not seen.is_idle(above, 10.0)
    assert not any(seen.is_idle({5: SHELL}, float(n)) for n in (0, 20))


@pytest.mark.parametrize(("option", "vain"), [("--http", True), ("--processes", False)])
def test_uwsgis_router_is_not_a_worker(option: str, vain: bool) -> None:
    master = Running(1, ("python", "/bin/uwsgi", option, "1"), "/usr/bin/python3.11")
    worker = master._replace(parent=10)
    trees = [{10: master, 50: worker, 100 + n: worker} for n in range(12)]
    assert looks(*trees)[-1] == vain


@pytest.mark.parametrize(("times", "vain"), [(3, False), (4, True)])
def test_the_log_of_an_emperor_is_read(times: int, vain: bool, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("[emperor] curse the uwsgi instance a.ini (pid: 1)\n" * times)
    emperor = Running(1, ("uwsgi", "--emperor", "v"), "/usr/bin/uwsgi")
    vassal = Running(10, ("uwsgi", "--ini", "a.ini"), "/usr/bin/uwsgi")
    assert not Respawning(log).look({10: emperor, 11: vassal}, 0.0)
    assert Respawning(log).look({10: emperor}, 0.0) == vain


def test_a_long_line_does_not_hide_the_lines_after_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    curse = "[emperor] curse the uwsgi instance a.ini (pid: 1)\n"
    log.write_text("." * (2 * MOST_READ) + "\n" + curse * SAID)
    emperor = Running(1, ("uwsgi", "--emperor", "v"), "/usr/bin/uwsgi")
    seen = Respawning(log)
    assert [seen.look({10: emperor}, float(n)) for n in range(3)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("parent", "words"),
    [
        (SERVER, SERVER.words),
        (SERVER, SPAWNED),
        (SERVER._replace(words=("python", "/bin/uwsgi", "--emperor", "v")), ("uwsgi",)),
    ],
)
def test_workers_are_recognized(parent: Running, words: tuple[str, ...]) -> None:
    assert is_worker(Running(10, words, ""), parent)
    assert not is_worker(
        Running(10, ("pg_isready",), ""), parent._replace(words=("a",))
    )
