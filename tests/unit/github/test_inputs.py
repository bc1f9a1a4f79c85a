"""Inputs of the action become options, and contradictory inputs are one error."""

import pytest

from docs.make.action import action
from harness.github import inputs
from harness.github import runner
from harness.records.errors import UsageError

COMMAND = {"WITH_COMMAND": "gunicorn shop:app -b {host}:{port}"}
CONFIG = {"WITH_CONFIG": "concurrency.toml"}
HOME = {
    "FLASK_CONCURRENCY_RESULTS": "/r",
    "FLASK_CONCURRENCY_ENVIRONMENTS": "/e",
}
# Inputs for both the matrix and deployments.
COMMON = {"only", "python-version", "limit", "ask", "fail-on"}
NO_OPTION = {"results", "artifact-name", "summary", "working-directory", "token"}


@pytest.mark.parametrize(
    ("given", "whether"),
    [({}, False), ({"WITH_COMMAND": " "}, False), (COMMAND, True), (CONFIG, True)],
)
def test_inputs_decide_whether_deployments_are_measured(
    given: dict[str, str], whether: bool
) -> None:
    assert inputs.measures_deployments(given) is whether


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({**COMMAND, **CONFIG}, "command: is given together with `config`: give eith"),
        ({**COMMAND, "WITH_ONLY": "a"}, "only: is given together with `command`: "),
        ({**COMMAND, "WITH_FLASK": "3"}, "flask: .* `command`: it is about the matrix"),
        ({**CONFIG, "WITH_SERVERS": "a"}, "servers: .* it is about the matrix"),
        ({**CONFIG, "WITH_BASELINE": "a"}, "baseline: .* it is about the matrix"),
        ({**CONFIG, "WITH_AT_LEAST": "2"}, "at-least: .* `config`: write it in the fi"),
        ({**CONFIG, "WITH_PYTHON_VERSION": "3.12"}, "python-version: .* write `python"),
        ({**COMMAND, "WITH_PYTHON_VERSION": "3.12"}, "python-version: .*requirements"),
        ({"WITH_AT_LEAST": "2"}, "at-least: is given without `command`: "),
        ({"WITH_REQUIREMENTS": "a"}, "requirements: is given without `command`: "),
    ],
)
def test_contradictory_inputs_are_one_error(given: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        inputs.measures_deployments(given)


def test_every_input_is_an_option_or_refused_where_it_has_no_effect() -> None:
    matrix = {name for stage in inputs.OPTIONS.values() for name in stage}
    of_both = {*matrix, *inputs.DEPLOYMENT}
    spelled = {name.lower().replace("_", "-") for name in of_both}
    assert set(action()["inputs"]) <= spelled | NO_OPTION
    # An input is common to both, or it is refused where it would have no effect.
    for name in action()["inputs"]:
        key = name.upper().replace("-", "_")
        if name not in COMMON | NO_OPTION | {"config"}:
            refused = {*inputs.WITH_NEITHER, *inputs.WITH_CONFIG, *inputs.WITH_COMMAND}
            assert key in refused, name


def test_inputs_become_options_of_check() -> None:
    environ = {
        **HOME,
        **COMMAND,
        "WITH_REQUIREMENTS": "a b.txt",
        "WITH_PYTHON_VERSION": "3.12",
        "WITH_AT_LEAST": "--list",
        "FLASK_CONCURRENCY_MEASURED_PYTHON": "/p",
    }
    expected = [
        "check",
        "--command=gunicorn shop:app -b {host}:{port}",
        "--requirements=a b.txt",
        "--python-version=3.12",
        "--at-least=--list",
        "--cache=/e",
        "--interpreter=/p",
        "--results=/r",
    ]
    assert inputs.check_arguments("measure", environ) == expected
    planned = inputs.check_arguments("plan", environ)
    assert planned == [*expected[:-1], "--list", expected[-1]]


def test_names_of_deployments_become_options() -> None:
    environ = {**HOME, **CONFIG, "WITH_ONLY": "web\n other"}
    line = inputs.check_arguments("measure", environ)
    assert line[1:4] == ["--config=concurrency.toml", "--only=web", "--only=other"]


def test_a_deployment_gets_the_variables_of_the_callers_steps() -> None:
    environ = {
        **HOME,
        **COMMAND,
        "PATH": "/bin",
        "GITHUB_SHA": "1",
        "GITHUB_OUTPUT": "/o",
        "GITHUB_ENV": "/n",
    }
    ours = runner.not_the_callers(environ)
    assert set(environ) - set(ours) == {"PATH", "GITHUB_SHA"}


def test_inputs_become_options() -> None:
    environ = {
        **HOME,
        "WITH_ONLY": " flask-3.1.3/* \n\n*/x y\n",
        "WITH_FLASK": "3.1.3, 2.3.3",
        "WITH_SERVERS": "gunicorn==27.0.1\nwaitress",
        "WITH_SERVER_RELEASES": "gunicorn==26.0,27.0\nwerkzeug==./werkzeug",
        "WITH_LIMIT": "8",
        "WITH_JOBS": "2",
    }
    assert inputs.arguments("plan", environ) == [
        "plan",
        "--only=flask-3.1.3/*",
        "--only=*/x",
        "--only=y",
        "--flask=3.1.3",
        "--flask=2.3.3",
        "--server=gunicorn==27.0.1",
        "--server=waitress",
        "--server-release=gunicorn==26.0,27.0",
        "--server-release=werkzeug==./werkzeug",
        "--limit=8",
        "--results=/r",
    ]
    assert inputs.arguments("measure", environ) == [
        "measure",
        "--jobs=2",
        "--results=/r",
    ]


def test_an_input_cannot_pass_for_an_option() -> None:
    line = inputs.arguments("plan", {**HOME, "WITH_ONLY": "--all --results=/etc"})
    assert line == ["plan", "--only=--all", "--only=--results=/etc", "--results=/r"]


@pytest.mark.parametrize(
    ("text", "value"), [("", True), ("true", True), ("False ", False), (" ", True)]
)
def test_yes_and_no_are_read_as_flags(text: str, value: bool) -> None:
    assert inputs.flag({"WITH_SUMMARY": text}, "SUMMARY") is value


def test_another_word_for_a_flag_is_refused() -> None:
    with pytest.raises(UsageError, match="is 'maybe'; write true or false"):
        inputs.flag({"WITH_SUMMARY": "maybe"}, "SUMMARY")
