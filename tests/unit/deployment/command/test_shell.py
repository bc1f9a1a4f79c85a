"""Variables are expanded as by a shell."""

import pytest

from harness.deployment.command.shell import expand
from harness.deployment.command.shell import read


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
def test_variables_are_expanded(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded


@pytest.mark.parametrize(
    "text", [". ./boot.sh", "source boot.sh", "ulimit -n 9", "export A=1", "A=1 eval x"]
)
def test_lines_with_shell_syntax_are_run_by_a_shell(text: str) -> None:
    assert read("command", text).words == ("sh", "-c", text)


@pytest.mark.parametrize("text", ["./boot.sh", "setsid x", "exec ./x", "B=2 ./set"])
def test_lines_that_need_no_shell(text: str) -> None:
    assert read("command", text).words[0] != "sh"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("serve \"app('$A')\"", ("serve", "app('1')")),
        ("serve 'app($A)'", ("serve", "app($A)")),
        ("serve \"it's $A\" 'x'", ("serve", "it's 1", "x")),
        ("serve \\$A", ("serve", "$A")),
        ('serve "\\$A"', ("sh", "-c", 'serve "\\$A"')),
        ("serve '$A' $A", ("sh", "-c", "serve '$A' $A")),
        ("serve 'a;b' \"c&d\"", ("serve", "a;b", "c&d")),
    ],
)
def test_quotes_are_removed_as_by_a_shell(text: str, words: tuple[str, ...]) -> None:
    assert read("command", text, {"A": "1"}).words == words


def test_continued_lines_are_joined() -> None:
    command = read("command", "\ngunicorn \\\n  shop:app \\\n  --threads 4\n")
    assert command.words == ("gunicorn", "shop:app", "--threads", "4")
