"""A file of deployments is read strictly; a fault names file, key and remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.cli.schema import schema_of
from harness.deployment.command import command_line
from harness.deployment.command import expand
from harness.deployment.config import Configured
from harness.deployment.config import described
from harness.deployment.config import load
from harness.records.errors import UsageError
from tests.builders.schemas import validator

Write = Callable[..., Path]
ROOT = Path(__file__).parents[3]
GOOD = 'command = "gunicorn shop:app -b {host}:{port}"'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def one(text: str, name: str = "concurrency.toml") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return one


def deployment(*lines: str, name: str = "production") -> str:
    return "\n".join(["[[deployment]]", f'name = "{name}"', *lines, ""])


def test_everything_that_can_be_said(write: Write, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask\n")
    path = write(
        deployment(
            GOOD,
            'requirements = "requirements.txt"',
            'env = { DATABASE_URL = "sqlite://" }',
            'ready = "/health"',
            "declared = 8",
            "at-least = 6",
            'python = "3.12"',
        )
    )
    (found,) = load(path).deployments
    assert (found.name, found.ready, found.declared) == ("production", "/health", 8)
    assert (found.at_least, found.python) == (6, "3.12")
    assert found.env == {"DATABASE_URL": "sqlite://"}


def test_a_table_in_pyproject(write: Write) -> None:
    text = deployment(GOOD).replace("[[", "[[tool.flask-concurrency.")
    path = write(f"[project]\nname = 'shop'\n{text}", "pyproject.toml")
    assert load(path).deployments[0].name == "production"


def test_a_folder_stands_for_the_file_in_it(write: Write, tmp_path: Path) -> None:
    write(deployment(GOOD))
    assert load(tmp_path).path == tmp_path / "concurrency.toml"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (deployment('comand = "x"'), ("production", "comand", "mean command?")),
        (deployment(GOOD, 'declared = "many"'), ("declared", "positive", "unbounded")),
        (deployment(GOOD, "declared = 0"), ("declared", "positive")),
        (deployment(GOOD, "at-least = -1"), ("at-least", "positive")),
        (deployment(GOOD, "env = { A = 1 }"), ("env", "text")),
        (deployment(GOOD, 'ready = "health"'), ("ready", "/health")),
        (deployment(GOOD, 'python = "3"'), ("python", "3.12")),
        (deployment(GOOD, 'requirements = "no.txt"'), ("requirements", "no.txt")),
        (deployment(GOOD, name="My App"), ("name", "lower-case")),
        (deployment(), ("command", "is missing", "procfile")),
        (deployment(GOOD, 'procfile = "web"'), ("command and procfile", "exactly one")),
        (deployment('command = "gunicorn app:app"'), ("{port}", "PORT")),
        (deployment(GOOD) * 2, ("name", "2 deployments", "own")),
        (
            deployment(GOOD, "declared = 4", "at-least = 5"),
            ("at-least", "more than declared", "lower it"),
        ),
        (f"[[deployment]]\n{GOOD}", ("deployment 1", "name", "add name")),
        ("", ("deployment", "add a [[deployment]]")),
        ("deployment = 3", ("deployment", "add a [[deployment]]")),
        ("x = [", ("is not TOML", "correct it")),
    ],
)
def test_bad_input(write: Write, text: str, words: tuple[str, ...]) -> None:
    path = write(text)
    with pytest.raises(UsageError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("concurrency.toml", "No such file"),
        ("pyproject.toml", "has no table [tool.flask-concurrency]"),
    ],
)
def test_nothing_to_read(tmp_path: Path, name: str, words: str) -> None:
    if name == "pyproject.toml":
        (tmp_path / name).write_text("[project]\n")
    with pytest.raises(UsageError) as caught:
        load(tmp_path / name)
    assert words in str(caught.value) and "--config" in str(caught.value)


def test_the_line_of_a_key(write: Write) -> None:
    path = write(deployment(GOOD, name="one") + "\n" + deployment(GOOD, name="two"))
    configured = load(path)
    lines = path.read_text().splitlines()
    for each in configured.deployments:
        assert lines[configured.line(each, "name") - 1] == f'name = "{each.name}"'
        assert lines[configured.line(each, "command") - 1] == GOOD
        assert lines[configured.line(each, "ready") - 1] == "[[deployment]]"


# ----------------------------------------------------------------------- the command


def words(configured: Configured, **caller: str) -> tuple[str, ...]:
    return command_line(configured, configured.deployments[0], caller).words


def test_a_command_is_split_like_a_shell_does(write: Write) -> None:
    path = write(deployment("command = \"exec gunicorn 'shop:make()' -b :{port}\""))
    assert words(load(path)) == ("gunicorn", "shop:make()", "-b", ":{port}")


@pytest.mark.parametrize("text", ["a {port} | b", "cd x && a {port}", "a '{port}"])
def test_what_needs_a_shell_is_refused(write: Write, text: str) -> None:
    configured = load(write(deployment(f'command = "{text}"')))
    with pytest.raises(UsageError, match="deployment production: command: "):
        words(configured)


def test_a_line_of_a_procfile(write: Write, tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text(
        "worker: celery\nweb: gunicorn a:a -b :$PORT -w ${WORKERS:-3}\n"
    )
    configured = load(write(deployment('procfile = "web"')))
    assert words(configured)[1:] == ("a:a", "-b", ":{port}", "-w", "3")
    assert words(configured, WORKERS="5")[-1] == "5"
    found = command_line(configured, configured.deployments[0], {})
    assert (found.path, found.line) == (tmp_path / "Procfile", 2)
    assert found.env == {"PORT": "{port}"}


def test_no_such_line_in_the_procfile(write: Write, tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("worker: celery\n")
    with pytest.raises(UsageError, match="no line web; it has: worker"):
        words(load(write(deployment('procfile = "web"'))))


@pytest.mark.parametrize(
    "lines",
    [
        'CMD ["gunicorn", "a:a", "-b", ":{port}"]',
        "CMD gunicorn a:a \\\n  # why\n  -b :$PORT",
        'ENTRYPOINT ["gunicorn"]\nCMD ["a:a", "-b", ":{port}"]',
        "CMD old\nFROM other\nCMD exec gunicorn a:a -b :${PORT}",
    ],
)
def test_the_command_of_a_dockerfile(write: Write, tmp_path: Path, lines: str) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM python\nENV THREADS=2\n{lines}\n")
    configured = load(write(deployment('dockerfile = "Dockerfile"')))
    assert words(configured) == ("gunicorn", "a:a", "-b", ":{port}")
    found = command_line(configured, configured.deployments[0], {})
    assert found.env == {"THREADS": "2", "PORT": "{port}"}


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("--bind 0.0.0.0:8000", "`0.0.0.0:${PORT:-8000}` in place of `0.0.0.0:8000`"),
        ("-b :8000", "write `:${PORT:-8000}` in place of `:8000`"),
        ("-b:80", "write `-b:${PORT:-80}` in place of `-b:80`"),
        ("--bind=[::]:8000", "`--bind=[::]:${PORT:-8000}` in place of"),
        ("--port 5000", "write `${PORT:-5000}` in place of `5000`"),
        ("--port=5000", "write `--port=${PORT:-5000}` in place of `--port=5000`"),
        ("-p 5000", "write `${PORT:-5000}` in place of `5000`"),
        ("--statsd-host localhost:8125", ""),
        ("-b unix:/run/a.sock", ""),
        ("-p 16", ""),
        ("-b :$PORT", ""),
        ("-b :${PORT:-8000}", ""),
    ],
)
def test_a_port_that_is_written_out(
    write: Write, tmp_path: Path, line: str, remedy: str
) -> None:
    (tmp_path / "Procfile").write_text(f"web: gunicorn a:a {line}\n")
    items = json.dumps(["gunicorn", "a:a", *line.split()])
    for name, text in (("Shell", f"gunicorn a:a {line}"), ("List", items)):
        (tmp_path / name).write_text(f"FROM python\nCMD {text}\n")
    for key, value in (
        ("procfile", "web"),
        ("dockerfile", "Shell"),
        ("dockerfile", "List"),
    ):
        configured = load(write(deployment(f'{key} = "{value}"')))
        if not remedy:
            words(configured)
            continue
        with pytest.raises(UsageError, match=f"production: {key}: listens") as caught:
            words(configured)
        assert remedy in str(caught.value)
        assert ("without brackets" in str(caught.value)) == (value == "List")


def test_a_dockerfile_without_a_command(write: Write, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\n")
    with pytest.raises(UsageError, match="has no CMD; write command instead"):
        words(load(write(deployment('dockerfile = "Dockerfile"'))))


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$A", "1"),
        ("${A}b", "1b"),
        ("${B:-two}", "two"),
        ("$B", ""),
        ("$(A)", "$(A)"),
        ("100$", "100$"),
    ],
)
def test_variables(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded


# ------------------------------------------------------------------------ the schema


SCHEMA: dict[str, Any] = json.loads(schema_of("deployment"))


def test_the_published_schema_is_current() -> None:
    published = (ROOT / "schema" / "deployment.schema.json").read_text()
    assert published == schema_of("deployment"), (
        "write it anew: "
        "python -m harness check --schema > schema/deployment.schema.json"
    )


def test_the_schema_knows_what_the_loader_knows() -> None:
    deployment = validator("deployment")
    good: dict[str, Any] = {"name": "p", "command": "x {port}", "at-least": 3}
    deployment.validate({"deployment": [good]})
    for bad in ({"comand": "x"}, {"at-least": "3"}, {"ready": "health"}):
        with pytest.raises(jsonschema.ValidationError):
            deployment.validate({"deployment": [good | bad]})


def test_every_key_is_explained() -> None:
    keys = SCHEMA["$defs"]["Deployment"]["properties"]
    assert {key for key, said in keys.items() if "description" not in said} == set()
    assert "at-least" in keys


# ------------------------------------------------------------- described by options


def test_a_deployment_described_by_options(tmp_path: Path) -> None:
    given = {"command": 'gunicorn "a b:app" -b :{port}', "at-least": 3}
    configured = described(tmp_path, given)
    (found,) = configured.deployments
    assert (found.name, found.at_least, configured.path) == ("deployment", 3, None)
    assert words(configured)[1] == "a b:app"
    assert configured.line(found, "command") == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"command": "x"}, "command: has no {port}"),
        ({"command": ""}, "command: "),
        ({"command": "x {port}", "at-least": "many"}, "at-least: "),
        ({"command": "x {port}", "at-least": 3, "declared": 2}, "at-least: 3 is more"),
        ({"command": "x {port}", "python": "3"}, "python-version: "),
        (
            {"command": "x {port}", "requirements": "no.txt"},
            "requirements: there is no",
        ),
        ({"command": "x {port}", "ready": "health"}, "ready: "),
    ],
)
def test_a_wrong_option_is_named(
    tmp_path: Path, given: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        described(tmp_path, given)
    assert str(caught.value).startswith(message)
    assert "toml" not in str(caught.value).partition("{port}")[0]
