"""Expressions of configuration files are evaluated without being run."""

import ast

import pytest

from harness.deployment.sources.evaluate import arithmetic
from harness.deployment.sources.evaluate import evaluate
from harness.deployment.sources.evaluate import Known
from harness.deployment.sources.evaluate import NotLiteral
from harness.deployment.sources.evaluate import Value
from harness.deployment.sources.python_source import assigned


def value(text: str) -> Value:
    """Return the last value of ``x`` in a module, on four processors."""
    names = assigned(ast.parse(text))
    return evaluate(names["x"], Known(names, {"N": "3"}, 4))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 2", 2),
        ("x: int = 2", 2),
        ("x = 1\nx = 3", 3),
        ("y = 4\nx = y * 2", 8),
        ("x = multiprocessing.cpu_count() * 2 + 1", 9),
        ("x = cpu_count() or 1", 4),
        ("x = (os.cpu_count() or 1) * 2", 8),
        ("x = len(os.sched_getaffinity(0))", 4),
        ("x = int(os.environ.get('N', 1))", 3),
        ("x = int(os.getenv('M', '5'))", 5),
        ("x = int(os.environ['N'])", 3),
        ("x = os.environ.get('M') or 6", 6),
        ("x = min(8, cpu_count() // 3)", 1),
        ("x = 'g' + 'thread'", "gthread"),
        ("x = -1", -1),
        ("x = round(cpu_count() * 1.5)", 6),
    ],
)
def test_literal_expressions_are_evaluated(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "x = f()",
        "x = x",
        "x = open('y')",
        "x = __import__('os').getpid()",
        "x = 9 ** 9 ** 9",
        "x = 10 ** 10",
        "x = 'a' * 10**9",
        "x = 1 // 0",
        "x = int('many')",
        "x = 99999999999 * 99999",
        "x = os.environ['M']",
        "x = [1]",
        "x = int(2, base=3)",
        "x = {}.get('a', 1)",
    ],
)
def test_other_expressions_are_unknown(text: str) -> None:
    with pytest.raises(NotLiteral):
        value(text)


@pytest.mark.parametrize(("text", "expected"), [("2 * 3 + 1", 7), ("7 / 2", 3)])
def test_shell_arithmetic_is_evaluated(text: str, expected: int) -> None:
    assert arithmetic(text, 1) == expected
    with pytest.raises(NotLiteral):
        arithmetic("a b", 1)
