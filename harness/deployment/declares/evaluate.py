"""Evaluates expressions in configuration files without running them.

They are numbers and texts, arithmetic on them, the count of processors, variables of
the environment, and names that the same file assigns. Anything else is unknown.
"""

from __future__ import annotations

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
    "int": int,
    "float": float,
    "str": str,
    "round": round,
    "min": min,
    "max": max,
    "abs": abs,
    "bool": bool,
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
    if depth > 50:
        raise NotLiteral("it refers to itself")

    def inner(other: ast.expr) -> Value:
        return evaluate(other, known, depth + 1)

    try:
        value = _evaluate(node, known, inner)
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
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise NotLiteral(text) from None
    # The shell divides whole numbers.
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            node.op = ast.FloorDiv()
    return evaluate(tree, Known({}, {}, processors))


def _evaluate(
    node: ast.expr, known: Known, inner: Callable[[ast.expr], Value]
) -> Value:
    match node:
        case ast.Constant(value=value):
            if value is None or isinstance(value, int | float | str):
                return value
        case ast.Name(id=name) if name in known.names:
            return inner(known.names[name])
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _of_moderate_size(_OPERATORS[type(op)], inner(left), inner(right))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            negative = inner(operand)
            return -negative if isinstance(negative, int | float) else None
        case ast.BoolOp(op=ast.Or(), values=values):
            return _first(inner, values)
        case ast.Subscript(value=of, slice=ast.Constant(value=str(name))):
            if _name(of) == "environ" and name in known.variables:
                return known.variables[name]
        case ast.Call():
            return _call(node, known, inner)
    raise NotLiteral(f"`{ast.unparse(node)}` is not evaluated")


def _first(inner: Callable[[ast.expr], Value], nodes: list[ast.expr]) -> Value:
    """The first value that counts as true, else the last."""
    value: Value = None
    for node in nodes:
        if value := inner(node):
            break
    return value


def _of_moderate_size(
    operation: Callable[[Value, Value], Value], left: Value, right: Value
) -> Value:
    """The result of an operation on numbers, or on two texts of moderate size."""
    texts = isinstance(left, str), isinstance(right, str)
    if any(texts) and (operation is not operator.add or not all(texts)):
        raise NotLiteral("it computes with a text")
    return operation(left, right)


def _call(node: ast.Call, known: Known, inner: Callable[[ast.expr], Value]) -> Value:
    name = _name(node.func)
    if name in PROCESSORS:
        return _processors(name, known)
    if name == "len" and len(node.args) == 1 and _counts(node.args[0]):
        return known.processors
    if name in ("get", "getenv") and node.args and _is_variable(node.func):
        variable = inner(node.args[0])
        if isinstance(variable, str) and variable in known.variables:
            return known.variables[variable]
        return inner(node.args[1]) if len(node.args) > 1 else None
    if isinstance(node.func, ast.Name) and name in _FUNCTIONS and not node.keywords:
        return _FUNCTIONS[name](*map(inner, node.args))
    raise NotLiteral(f"`{ast.unparse(node)}` is not evaluated")


def _processors(name: str, known: Known) -> int:
    """The processors that a function counts.

    Python 3.13 and later count what a variable says, but not by affinity.
    """
    given = known.variables.get(PYTHON_CPU_COUNT, "")
    if name.endswith("cpu_count") and given.isdecimal() and int(given):
        return int(given)
    return known.processors


def _counts(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in PROCESSORS


def _is_variable(called: ast.expr) -> bool:
    """Whether it is ``os.environ.get`` or ``os.getenv``, however it is imported."""
    return (
        re.fullmatch(r"(os\.)?(environ\.get|getenv)", ast.unparse(called)) is not None
    )


def _name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
