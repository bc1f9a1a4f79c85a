"""A file of deployments is read strictly; an error names file, key and remedy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.cli import main
from harness.cli.schema import schema_of
from harness.deployment.command.command_line import command_line
from harness.deployment.config import DeploymentFault
from harness.deployment.isolation.no_engine import is_socket
from harness.deployment.load import described
from harness.deployment.load import load
from harness.deployment.load import looking_at_paths
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


def test_every_key_is_read(write: Write, tmp_path: Path) -> None:
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


def test_all_problems_of_a_file_are_named_at_once(write: Write) -> None:
    two = deployment('comand = "x"', "declared = 0", name="one")
    path = write(two + deployment(GOOD, 'ready = "a"', name="other"))
    with pytest.raises(UsageError) as caught:
        load(path)
    assert [problem.partition(" ")[0] for problem in caught.value.args] == [
        f"{path}:"
    ] * 3
    keys = ("one: comand: ", "one: declared: ", "other: ready: ")
    for problem, key in zip(caught.value.args, keys, strict=True):
        assert f"deployment {key}" in problem


def test_faults_in_other_files_name_those_files(write: Write) -> None:
    """All faults of such a file are named at once."""
    write("web: gunicorn shop:app\n", "Procfile")
    path = write(
        deployment(GOOD, "declared = true", name="one")
        + deployment('procfile = "wbe"', name="two")
        + deployment('dockerfile = "Dockerfile"', name="three")
    )
    with pytest.raises(UsageError) as caught:
        load(path)
    begins = ("one: declared: ", "two: procfile: ", "three: dockerfile: ")
    for problem, begin in zip(caught.value.args, begins, strict=True):
        assert f"{path}: deployment {begin}" in problem


def test_a_byte_order_mark_is_ignored(write: Write) -> None:
    """Editors on Windows write a byte order mark, and line ends of two characters."""
    path = write("\ufeff" + deployment(GOOD).replace("\n", "\r\n"))
    assert load(path).deployments[0].name == "production"
    write("\ufeffweb: gunicorn shop:app\r\n", "Procfile")
    path = write(deployment('procfile = "web"'))
    configured = load(path)
    command = command_line(configured, configured.deployments[0], {})
    assert command.words[-1] == "shop:app"


@pytest.mark.parametrize("name", ["3", "{ a = 1 }", '""', '"A b"', '"x\\u202e"'])
def test_a_deployment_without_a_valid_name_is_numbered(write: Write, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(write(f"[[deployment]]\nname = {name}\n{GOOD}"))
    assert ": deployment 1: name: " in str(caught.value)


def test_a_long_value_is_not_quoted_whole(write: Write) -> None:
    path = write(deployment(GOOD, f'declared = "{"x" * 100_000}"'))
    with pytest.raises(UsageError, match=r"declared: invalid .* … .*positive number"):
        load(path)


def test_a_long_name_is_refused(write: Write) -> None:
    with pytest.raises(UsageError, match="deployment 1: name: has 101 characters; wri"):
        load(write(deployment(GOOD, name="x" * 101)))


@pytest.mark.parametrize(
    "key",
    ["command", "procfile", "dockerfile", "target", "requirements", "keep-mounts"],
)
def test_a_remedy_for_a_key_says_what_to_write(write: Write, key: str) -> None:
    with pytest.raises(UsageError, match=f" {key}: expected .*; write "):
        load(write(deployment(GOOD if key != "command" else "", f"{key} = 3")))


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
        (
            deployment(GOOD, 'requirements = "/dev/zero"'),
            ("requirements", "/dev/zero: is not a regular file", "name a file"),
        ),
        (deployment(GOOD, name="My App"), ("name", "lower-case")),
        (deployment(), ("command", "is missing", "procfile")),
        (deployment(GOOD, 'procfile = "web"'), ("command and procfile", "exactly one")),
        (deployment(GOOD, 'target = "web"'), ("target", "is a stage", "dockerfile = ")),
        (deployment(GOOD, 'below = "shop"'), ("below", "/shop")),
        (deployment(GOOD, 'headers = { "A B" = "c" }'), ("headers", "Name = ")),
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
def test_bad_input_names_file_key_and_remedy(
    write: Write, text: str, words: tuple[str, ...]
) -> None:
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
def test_a_file_without_deployments_is_an_error(
    tmp_path: Path, name: str, words: str
) -> None:
    if name == "pyproject.toml":
        (tmp_path / name).write_text("[project]\n")
    with pytest.raises(UsageError) as caught:
        load(tmp_path / name)
    assert words in str(caught.value) and "--config" in str(caught.value)


def test_a_key_has_its_line(write: Write) -> None:
    path = write(deployment(GOOD, name="one") + "\n" + deployment(GOOD, name="two"))
    configured = load(path)
    lines = path.read_text().splitlines()
    for each in configured.deployments:
        assert lines[configured.line(each, "name") - 1] == f'name = "{each.name}"'
        assert lines[configured.line(each, "command") - 1] == GOOD
        assert lines[configured.line(each, "ready") - 1] == "[[deployment]]"


# ------------------------------------------------------------------------ the schema


SCHEMA: dict[str, Any] = json.loads(schema_of("deployment"))


def test_the_published_schema_is_current() -> None:
    published = (ROOT / "schema" / "deployment.schema.json").read_text()
    assert published == schema_of("deployment"), (
        "write it anew: "
        "python -m harness check --schema > schema/deployment.schema.json"
    )


def test_schema_and_loader_accept_the_same_keys() -> None:
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
    assert command_line(configured, found, {}).words[1] == "a b:app"
    assert configured.line(found, "command") == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
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


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("probes = { period = 0 }", "probes: period: expected `float` > 0.0; write"),
        ("probes = { by = 'grpc' }", "write 'http' or 'tcp'"),
        ("probes = { patth = '/x' }", "probes: patth: is an unknown key; did you mean"),
        ("probes = '/x'", "probes: expected .*, got `str`; write { path ="),
        ("platform = 3", "platform: expected .*; write the path of a file"),
    ],
)
def test_a_table_in_a_deployment_names_its_key(
    line: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "concurrency.toml"
    path.write_text(f'[[deployment]]\nname = "w"\ncommand = "x {{port}}"\n{line}\n')
    with pytest.raises(UsageError, match=words):
        load(path)


LONG = "x" * 5000


def test_an_error_about_a_path_is_a_fault_of_the_deployment() -> None:
    with pytest.raises(DeploymentFault) as caught, looking_at_paths():
        Path(LONG).exists()
    assert caught.value.key == "command"
    assert caught.value.problem.endswith(": File name too long; correct it")
    assert len(caught.value.problem) < 300


@pytest.mark.parametrize("word", [LONG, "x" * 300, "a\0b", "", "shop.py/x"])
def test_a_word_that_is_not_a_path_is_not_a_socket(word: str, tmp_path: Path) -> None:
    (tmp_path / "shop.py").touch()
    assert not is_socket(tmp_path / word)


def test_other_errors_are_not_caught(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), looking_at_paths():
        (tmp_path / "none").read_text()


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--config", LONG],
        ["compare", LONG, LONG],
        ["declares", LONG],
        ["report", "--results", LONG],
        ["site", "--results", LONG],
        ["track", "--show", "--history", LONG],
        ["plan", "--catalog", LONG],
        ["measure", "--plan", LONG],
    ],
    ids=lambda words: str(words[0]),
)
def test_a_path_that_is_too_long_is_one_error(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) in (2, 3)
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("flask-concurrency: ")
