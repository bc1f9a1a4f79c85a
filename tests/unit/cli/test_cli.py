"""The command line: help, suggestions, completion, exit codes."""

import shlex

import click
import pytest
from click.shell_completion import ShellComplete

import harness
from harness.cli import check_words
from harness.cli import COMPLETE
from harness.cli import HIDDEN
from harness.cli import main
from harness.cli import VERBS
from harness.cli import verbs
from harness.cli.streams import PROGRAM
from harness.cli.usage.verb import Verb
from harness.records.errors import UsageError

ALL = (*VERBS, *HIDDEN)
Capture = pytest.CaptureFixture[str]


def verb(name: str) -> Verb:
    """One verb."""
    command = verbs.get_command(click.Context(verbs), name)
    assert isinstance(command, Verb)
    return command


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_is_listed_with_the_first_sentence_of_its_help(name: str) -> None:
    help = verb(name).help
    assert help is not None and help.partition("\n")[0] == VERBS[name]


@pytest.mark.parametrize("name", ALL)
def test_every_example_in_help_is_accepted(name: str) -> None:
    assert verb(name).examples
    for example in verb(name).examples:
        program, first, *rest = shlex.split(example)
        assert (program, first) == (PROGRAM, name)
        check_words([first, *rest])


@pytest.mark.parametrize("name", ALL)
def test_help_has_every_option_and_an_example(name: str, capsys: Capture) -> None:
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"Usage: {PROGRAM} {name}" in text
    for param in verb(name).params:
        if isinstance(param, click.Option) and not param.hidden:
            assert param.help and f"  {param.opts[0]}" in text
    for example in verb(name).examples:
        assert f"  {example}\n" in text


def test_help_lists_every_verb_and_version_prints_the_version(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text and VERBS[name] in text for name in VERBS)
    assert "action" not in text
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{harness.__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prob"], "no such verb 'prob'; did you mean probe?"),
        (["x"], "no such verb 'x'; there are: probe, check, "),
        (["probe", "--serv", "gunicorn"], "--server"),
        (["probe", "--severs=a"], "--server"),
        (["check", "--comand=a"], "--command"),
        (["probe", "--fail-on=fewr"], "'fewr' is not one of 'never', 'harness', "),
        (["probe", "--limit=0"], "--limit"),
        (["probe", "--jobs=some"], "--jobs"),
        (["plan", "--shards", "x" * 5000], "xxx … xxx"),
        *(
            (
                [verb, "--python", "../.."],
                "'../..' is not a release of Python; write it like 3.12",
            )
            for verb in ("probe", "plan", "track")
        ),
        (["probe", "more"], "Got unexpected extra argument"),
        ([], "name a verb, such as probe"),
    ],
)
def test_wrong_usage_prints_the_usage_and_one_line(
    words: list[str], said: str, capsys: Capture
) -> None:
    assert main(words) == 2
    usage, message = capsys.readouterr().err.splitlines()
    assert usage.startswith(f"Usage: {PROGRAM}")
    assert message.startswith(f"{PROGRAM}: ") and said in message
    assert len(message) < 1000


def test_an_argument_cannot_forge_a_ci_command(capsys: Capture) -> None:
    assert main(["compare", "a\n::error::forged\x1b[2J", "b"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "::" not in line and "\x1b" not in line


def test_options_can_be_checked_without_running_a_verb() -> None:
    check_words(["measure", "--jobs=2", "--results=/nowhere"])
    with pytest.raises(UsageError, match="needs a --baseline"):
        check_words(["report", "--fail-on=regression"])


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        ([], "pr", ["probe"]),
        (["probe"], "--li", ["--limit", "--list"]),
        (["probe", "--server"], "guni", ["gunicorn"]),
        (["probe", "--ask"], "waits,self", ["waits,self-call"]),
        (["probe", "--fail-on"], "f", ["fewer"]),
        (["schema"], "re", ["report"]),
    ],
)
def test_a_shell_completes_words(
    words: list[str], incomplete: str, expected: list[str]
) -> None:
    shell = ShellComplete(verbs, {}, PROGRAM, COMPLETE)
    found = [
        completion.value for completion in shell.get_completions(words, incomplete)
    ]
    assert sorted(found) == expected
