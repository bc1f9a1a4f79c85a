"""Rules compute what options declare, and say when the options leave it open."""

import pytest

from harness.plan.capacity import Capacity
from harness.plan.capacity import capacity
from harness.plan.capacity import deciding
from harness.plan.capacity import Value
from harness.plan.server_options import known_server
from harness.plan.server_options import last_value
from harness.plan.server_options import rules


def capacity_of(
    program: str, given: dict[str, Value], processors: int | None = None
) -> Capacity:
    server = known_server(program)
    assert server is not None
    return capacity(server, given, processors)


@pytest.mark.parametrize(
    ("program", "given", "declared", "words"),
    [
        ("gunicorn", {}, 1, "1 worker"),
        ("gunicorn", {"workers": 2, "threads": 4}, 8, "2 workers × 4 threads"),
        (
            "gunicorn",
            {"threads": 4, "worker-connections": 2, "reuse-port": 1},
            2,
            "1 worker × 2 threads",
        ),
        (
            "gunicorn",
            {"worker-class": "gunicorn.workers.ggevent.GeventWorker"},
            1000,
            "1 worker × 1000 connections",
        ),
        ("uwsgi", {"gevent": 9, "threads": 3}, 9, "1 process × 9 greenlets"),
        ("waitress-serve", {"connection-limit": 3}, 3, "one process × 3 connections"),
        ("flask", {"run": 1}, None, "a thread for every connection"),
        (
            "flask",
            {"run": 1, "with-threads": "0"},
            1,
            "one process, which takes one request at a time",
        ),
    ],
)
def test_options_declare_a_number(
    program: str, given: dict[str, Value], declared: int | None, words: str
) -> None:
    answer = capacity_of(program, given)
    assert (answer.unknown, answer.declared, answer.words) == ("", declared, words)


def test_a_formula_needs_the_number_of_processors() -> None:
    assert "depends on the machine" in capacity_of("hypercorn", {"workers": 2}).unknown
    answer = capacity_of("hypercorn", {"workers": 2}, 4)
    assert (answer.declared, answer.words) == (16, "2 workers × 8 threads")


def test_why_a_number_is_unknown_names_the_value_that_it_depends_on() -> None:
    answer = capacity_of("gunicorn", {"worker-class": "mine.Special"})
    assert answer.unknown == (
        "What the worker class mine.Special declares is not known."
    )


def test_the_deciding_options_include_those_of_earlier_rules() -> None:
    server = known_server("waitress")
    assert server is not None
    assert deciding(server, server.rule[-1]) == {"threads", "connection-limit"}


@pytest.mark.parametrize("server", rules().server, ids=lambda each: each.name)
def test_without_options_each_server_has_a_rule(server: object) -> None:
    answers = [capacity(each, {}) for each in rules().server if each is server]
    assert [bool(each.unknown) or each.processes > 0 for each in answers] == [True]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("-w 2", "2"),
        ("-w2", "2"),
        ("-w=2", "2"),
        ("--workers=2", "2"),
        ("--workers 3 -w 2", "2"),
        ("-w 2 --workers", "2"),
        ("--worker 2", None),
        ("--workers-class 2", None),
    ],
)
def test_the_last_value_of_an_option_counts(line: str, value: str | None) -> None:
    assert last_value(line.split(), ("-w", "--workers")) == value
