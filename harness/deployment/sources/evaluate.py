"""Evaluates expressions in configuration files without running them.

It evaluates numbers and texts, arithmetic on them, counts of processors, environment
variables, and names that the same file assigns. Anything else is unknown.
"""

import ast
import operator
import re
from collections.abc import Callable
from collections.abc import Mapping
from typing import NamedTuple

Value = int | float | str | bool | None

MOST = 10**9
"""Larger numbers are mistakes, and are not computed with."""

MOST_CHARACTERS = 1000
"""Longest expression that is evaluated: longer ones are no settings."""

DEEPEST = 50
"""How deeply expressions may be nested."""

PROCESSORS = frozenset(
    {"cpu_count", "process_cpu_count", "sched_getaffinity", "getaffinity"}
)
"""Functions that count processors, by the last part of their name."""

PYTHON_CPU_COUNT = "PYTHON_CPU_COUNT"
"""The variable that sets Python's count (https://docs.python.org/3/using/cmdline.html)."""

_OPERATORS: Mapping[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}

_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    each.__name__: each for each in (int, float, str, round, min, max, abs, bool)
}


class NotLiteral(Exception):
    """An expression cannot be evaluated without running it; the message is why."""


class Known(NamedTuple):
    """The variables, names and processors that expressions may use."""

    names: Mapping[str, ast.expr]
    """Names that the file assigns."""
    variables: Mapping[str, str]
    processors: int


def evaluate(node: ast.expr, known: Known, depth: int = 0) -> Value:
    """The value of an expression. Raises ``NotLiteral``."""
    if depth > DEEPEST:
        raise NotLiteral("it refers to itself")
    try:
        value = _evaluate(node, known, lambda each: evaluate(each, known, depth + 1))
    except (TypeError, ValueError, ArithmeticError) as problem:
        raise NotLiteral(str(problem)) from None
    if isinstance(value, int | float) and abs(value) > MOST:
        raise NotLiteral("it is too large")
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        raise NotLiteral("it is too long")
    return value


def arithmetic(text: str, processors: int) -> Value:
    """The value of an expression of the shell. Raises ``NotLiteral``."""
    try:
        # The shell divides whole numbers.
        tree = ast.parse(re.sub("//?", "//", text.strip()), mode="eval").body
    except (SyntaxError, ValueError):
        raise NotLiteral(text) from None
    return evaluate(tree, Known({}, {}, processors))


def _evaluate(
    node: ast.expr, known: Known, inner: Callable[[ast.expr], Value]
) -> Value:
    match node:
        case ast.Constant(value=int() | float() | str() | None as value):
            return value
        case ast.Name(id=name) if name in known.names:
            return inner(known.names[name])
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            values = inner(left), inner(right)
            if str in map(type, values) and not isinstance(op, ast.Add):
                raise NotLiteral("it computes with a text")
            return _OPERATORS[type(op)](*values)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _OPERATORS[ast.Sub](0, inner(operand))
        case ast.BoolOp(op=ast.Or(), values=[*others, last]):
            for each in others:
                if value := inner(each):
                    return value
            return inner(last)
        case ast.Subscript(value=of, slice=ast.Constant(value=str(name))):
            if _name(of) == "environ" and name in known.variables:
                return known.variables[name]
        case ast.Call(func=func, args=[first, *others]) if _is_variable(func):
            if (variable := inner(first)) in known.variables:
                return known.variables[str(variable)]
            return inner(others[0]) if others else None
        case ast.Call(func=func) if _name(func) in PROCESSORS:
            return _processors(_name(func), known)
        case ast.Call(func=ast.Name(id="len"), args=[ast.Call(func=func)]):
            if _name(func) in PROCESSORS:
                return known.processors
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](*map(inner, args))
    raise NotLiteral(f"`{ast.unparse(node)}` is not evaluated")


def _processors(name: str, known: Known) -> int:
    """The processors that a function counts.

    Since Python 3.13 a variable overrides ``cpu_count``, but not a count by affinity.
    """
    given = known.variables.get(PYTHON_CPU_COUNT, "")
    if name.endswith("cpu_count") and given.isdecimal() and int(given):
        return int(given)
    return known.processors


def _is_variable(called: ast.expr) -> bool:
    """Whether a call is of ``os.environ.get`` or ``os.getenv``, however imported."""
    text = ast.unparse(called)
    return re.fullmatch(r"(os\.)?(environ\.get|getenv)", text) is not None


def _name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
