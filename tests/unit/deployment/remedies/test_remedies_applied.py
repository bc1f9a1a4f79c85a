"""Each remedy that can be printed has a test that applies it.

The texts of remedies are found in the code. Whoever adds one enters the test here that
applies it and sees the better result.
"""

import ast
import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.deployment.containers.refusals import Refusal

ROOT = Path(__file__).parents[4]
ROOM = ROOT / "harness" / "deployment"
LIVE = ROOT / "tests" / "live" / "deployment"

MODULES = (
    *("app/behind_proxy", "app/deployed", "app/other_protocols", "app/search"),
    *("app/unreached", "environment", "findings"),
    *("command/command_line", "command/dockerfile", "command/ports"),
    *("declared/promise", "declared/script", "declared/uwsgi", "prepare", "result"),
    *("detect/candidates", "repository/not_started", "detect/started_by"),
    *("isolation/migrations", "isolation/stand_ins", "remedies/failures"),
    *("remedies/fixed_in_files", "remedies/fixed_ports", "remedies/measured"),
    *sorted(
        f"containers/{path.stem}"
        for path in (ROOM / "containers").glob("*.py")
        if path.stem != "refusals"
    ),
)
"""Modules with advice for users. The schema covers errors in the file of deployments
itself."""

ADVICE = re.compile(
    r"\b(?:write|add|set|leave out|leave (?:it|that|the name) out|install"
    r"|have one worker|give|chmod|build|start it|call|name one"
    r"|let (?:it|both|PYTHON\w+|services)|publish|raise|end that"
    r"|make room|pull|allows more|say how many)\b"
    r"|declares \{\}$|^without `"
)

CONTAINERS = tomllib.loads(
    (ROOT / "tests" / "deployments" / "kinds" / "container-remedies.toml").read_text()
)["remedy"]
"""Remedies for containers; ``containers/test_remedies.py`` applies each of them."""

PORTS = "test_shapes_ports.py::test_a_remedy_for_a_fixed_port_works"
OTHERS = "test_remedies.py::test_a_remedy_works_as_printed"
MOUNTED = "test_shapes.py::test_the_key_that_lets_requests_through_is_named"
IN_CONTAINERS = (
    "containers/test_remedies.py::test_a_remedy_for_containers_works_as_printed"
)
CHECK = "test_check.py::"
FILES = "test_without_a_file.py::"

APPLIED = {
    "the command itself declares {}": OTHERS,
    "`--threads={}` declares": f"{CHECK}test_how_to_raise_is_true",
    "`--workers 1 --blocking-threads {}` declares": f"{CHECK}test_how_to_raise_is_true",
    "without `--without-threads` it declares": f"{CHECK}"
    "test_how_to_raise_flasks_own_server_is_true",
    "`processes = {}` declares": f"{CHECK}test_how_to_raise_is_true",
    "`--workers {}` declares": f"{CHECK}test_how_to_raise_is_true",
    "`--worker-connections {}` declares": f"{CHECK}test_how_to_raise_is_true",
    "`--workers 1 --threads {}` declares": f"{CHECK}test_how_to_raise_is_true",
    "`--threads {} --worker-connections {}`": f"{CHECK}"
    "test_how_to_raise_gthread_is_true",
    "`--start-seconds` allows more": f"{CHECK}"
    "test_a_server_that_starts_too_slowly_gets_a_hint",
    "{}, and nothing that it starts listens there": OTHERS,
    "{}, and {}; let both name": OTHERS,
    "that looks like {}": OTHERS,
    "add `setuptools<81` to its requirements": OTHERS,
    "if that is a package, name a file of requirements": OTHERS,
    "give it all words that it asks for": OTHERS,
    "its packages are older than its Python": OTHERS,
    "its Flask is older than what was installed": OTHERS,
    "see whether that port is for TLS": OTHERS,
    "say how many requests at once": f"{CHECK}test_a_guessed_declaration_is_corrected",
    "{}; or give the command": f"{FILES}"
    "test_a_folder_without_a_command_gets_one_that_works",
    "{}; build the image and measure that": "containers/test_remedies.py::"
    "test_a_dockerfiles_image_is_built_and_measured",
    "there is no {} here": f"{FILES}"
    "test_a_folder_without_a_command_gets_one_that_works",
    "{} {}; give {}{}: {}{}": f"{FILES}test_a_suggested_command_works",
    "give it the port: env = ": PORTS,
    "give it that variable: env = ": OTHERS,
    "give gunicorn `worker_connections = {}`": f"{CHECK}"
    "test_the_remedy_for_gthread_in_code_is_true",
    "write `$(PORT)` {}": PORTS,
    'write `port=int(os.environ.get("PORT", {}))`': PORTS,
    "write command instead": OTHERS,
    "build that and measure it": "containers/test_measured.py::"
    "test_the_example_is_measured",
    "write every word in double quotes": OTHERS,
    "leave that out": OTHERS,
    "let it speak HTTP/1.1 too": OTHERS,
    "write `${PORT:-{}}` {}": PORTS,
    'write `{}os.environ.get("PORT", "{}")`': PORTS,
    "write `$(or $(PORT),{})`": PORTS,
    "write `%(ENV_PORT)s`": PORTS,
    'write `int(os.environ.get("PORT", {}))`': PORTS,
    "add `{}` to the command": PORTS,
    "let it take its port from the command": PORTS,
    'write `bind = "{}" + os.environ': PORTS,
    "write `{} = {}` in {} (line {})": PORTS,
    "{}: command not found; install it": OTHERS,
    "{} is a folder; write the path": OTHERS,
    "{}, which is not there; correct that line": OTHERS,
    "is not executable": OTHERS,
    "no Flask app was reached": MOUNTED,
    "if it is mounted below": MOUNTED,
    "give what a proxy would set": MOUNTED,
    "give the headers that let one through": MOUNTED,
    "give their headers": MOUNTED,
    "name one: headers": MOUNTED,
    "raise `ulimit -u`": IN_CONTAINERS,
    "if it ran out of memory": IN_CONTAINERS,
    "if that is a script": IN_CONTAINERS,
    "make room on that disk": IN_CONTAINERS,
    "let it listen on 0.0.0.0:{}": IN_CONTAINERS,
    "a check starts no containers": "containers/test_harmless.py::"
    "test_a_shell_may_start_a_container",
    "a check leaves alone what is": "test_standing_by.py::"
    "test_a_start_that_fails_on_a_refused_signal_says_why",
    "a check removes no file": "test_standing_by.py::"
    "test_files_elsewhere_are_not_removed",
    "runs `{}`, which would change the database": "test_standing_by.py::"
    "test_a_migration_of_a_server_database_is_refused",
    "a check changes no cluster": "test_standing_by.py::test_services_are_left_alone",
    "a check empties no data store": "test_standing_by.py::"
    "test_services_are_left_alone",
    "pull or build its images": "containers/test_kinds.py::"
    "test_the_remedy_for_an_unavailable_image_is_true",
    "write `{}` in place of `{}`": OTHERS,
    "let PYTHONPATH, PYTHONWARNINGS and": OTHERS,
    "write `{} exec {}` in place of the list": PORTS,
    "Flask is not installed for {}": OTHERS,
    "{} exists already": "test_shapes.py::test_an_existing_socket_is_not_taken_over",
    "if it went to the background": OTHERS,
    "if that is what it should handle": OTHERS,
    "leave out `daemon = True`": OTHERS,
    "leave out `--daemon` in {}": OTHERS,
    "add `-n` to `supervisord`": "test_shapes.py::"
    "test_supervisors_from_an_index_are_measured",
    "leave out `{}`": OTHERS,
    "if that is intended": OTHERS,
    "add `--interface wsgi`": OTHERS,
    "add `--call`": OTHERS,
    "write `'{}()'` in place of `{}`": OTHERS,
    "give it `a2wsgi.WSGIMiddleware(app)`": OTHERS,
    "write `{}` as the first line": "test_shapes.py::"
    "test_the_remedy_for_sockets_without_patches_is_true",
    "leave out `reuse_port` in": f"{CHECK}test_the_remedy_for_reuse_port_is_true",
    "leave out `--reuse-port`": f"{CHECK}test_the_remedy_for_reuse_port_is_true",
    "call `monkey.patch_all()`": OTHERS,
    "write `worker_connections = {}` in": f"{CHECK}test_the_remedy_for_gthread_is_true",
    "add `--worker-connections {}`": f"{CHECK}test_the_remedy_for_gthread_is_true",
    "add `--gevent-monkey-patch`": f"{CHECK}"
    "test_the_remedy_for_gevent_in_uwsgi_is_true",
    "install gunicorn 24 or newer": OTHERS,
    "write the number that you need as `at-least`": f"{CHECK}"
    "test_granians_threads_start_by_chance",
    "have one worker: {}": f"{CHECK}"
    "test_the_remedy_for_workers_that_accept_too_much_is_true",
}
"""The beginning of a remedy, and the test that applies it."""

NOT_APPLIED = {
    "{}; let the user of the proxy": "a test may be root, who may write to all",
    "end that program first": "that program is the test itself",
}
"""Remedies that no test can apply, and why."""


REFUSALS_NOT_APPLIED = {
    Refusal.NO_DOCKER: "a test has no service of Podman to leave",
    Refusal.CONTROL_SOCKET: "a test makes no socket that stops services",
    Refusal.OTHER_COMPOSE: "a test has no other Compose",
    Refusal.ON_HOST: "measured as the remedy says by containers/test_measured.py",
    Refusal.SERVICE_ON_HOST: "measured as it says by a kind in kinds/containers.toml",
}
"""The same for commands and Compose files that are refused."""


@functools.cache
def remedies() -> tuple[tuple[str, str], ...]:
    """Yield each advice in the texts of these modules, with its place."""
    return tuple(_remedies())


def _remedies() -> Iterator[tuple[str, str]]:
    for name in MODULES:
        nodes = [*ast.walk(ast.parse((ROOM / f"{name}.py").read_text()))]
        # Parents come first: children are part of their text, or no text.
        parts: set[int] = set()
        for node in nodes:
            if isinstance(node, ast.Dict):
                parts.update(map(id, node.keys))
            elif isinstance(node, ast.JoinedStr | ast.Expr):
                parts.update(map(id, ast.iter_child_nodes(node)))
            text = _text(node) if id(node) not in parts else ""
            if " " in text and ADVICE.search(text):
                yield text, f"{name}.py:{getattr(node, 'lineno', 0)}"


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value) or "{}" for value in values)
    return ""


@pytest.mark.parametrize(("text", "place"), [*remedies()])
def test_a_remedy_has_a_test(text: str, place: str) -> None:
    several = (*APPLIED, *NOT_APPLIED)
    assert any(text.startswith(begin) for begin in several), (
        f"{place}: nothing says which test applies {text!r}; write one, and name it"
    )


def test_the_remedy_of_each_refusal_is_applied() -> None:
    applied = {Refusal[each["refused"]] for each in CONTAINERS if "refused" in each}
    assert applied | set(REFUSALS_NOT_APPLIED) == set(Refusal)
    assert not applied & set(REFUSALS_NOT_APPLIED)


@pytest.mark.parametrize(("begin", "test"), [*APPLIED.items()])
def test_the_named_test_exists(begin: str, test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in Path(LIVE / file).read_text()
    assert any(text.startswith(begin) for text, _ in remedies()), "nothing says that"
