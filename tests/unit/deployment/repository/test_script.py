"""Shell scripts are parsed for their commands, never executed."""

import pytest

from harness.deployment.repository.script import commands


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gunicorn a:a", ["1 gunicorn a:a"]),
        ("exec gunicorn a:a \\\n  -w 2", ["1 gunicorn a:a -w 2"]),
        ("#!/bin/sh\nset -e\n\ngunicorn a", ["2 set -e", "4 gunicorn a"]),
        ("cd x && gunicorn a | tee b", ["1 cd x", "1 gunicorn a", "1 tee b"]),
        ("if true; then exec gunicorn a; fi", ["1 true", "1 gunicorn a", "1 fi"]),
        ("N=2\ngunicorn -w $N", ["2 gunicorn -w 2"]),
        ("export N=2; gunicorn -w ${N}", ["1 gunicorn -w 2"]),
        ("export N=2\ngunicorn -w ${N:-3}", ["2 gunicorn -w 2"]),
        ("gunicorn -w ${M:-3}", ["1 gunicorn -w 3"]),
        ("gunicorn -w $M", ["1 gunicorn -w $M"]),
        ("gunicorn -w $GIVEN", ["1 gunicorn -w 7"]),
        ("gunicorn -w $(nproc)", ["1 gunicorn -w 4"]),
        ("gunicorn -w $(( $(nproc) * 2 + 1 ))", ["1 gunicorn -w 9"]),
        ("N=`nproc`\ngunicorn -w $((N*2))", ["2 gunicorn -w 8"]),
        ("gunicorn -w $(( $(other) ))", ["1 gunicorn -w $(( $(other) ))"]),
        ("sh -c 'exec gunicorn a -w $GIVEN'", ["1 gunicorn a -w 7"]),
        ("echo 'it is\nnot'\ngunicorn a", ["3 gunicorn a"]),
        ("", []),
    ],
)
def test_simple_commands_are_found(text: str, expected: list[str]) -> None:
    found = commands(text, {"GIVEN": "7"}, 4)
    assert [f"{each.line} {' '.join(each.words)}" for each in found] == expected


def test_variables_of_a_command_apply_to_it_alone() -> None:
    one, two = commands("A=1 gunicorn\nB=2\ngunicorn", {}, 1)
    assert (dict(one.variables), dict(two.variables)) == ({"A": "1"}, {"B": "2"})


def test_variables_given_by_env_apply_to_its_command_alone() -> None:
    one, two = commands("exec env A=1 nice gunicorn\ngunicorn", {}, 1)
    assert (dict(one.variables), dict(two.variables)) == ({"A": "1"}, {})
