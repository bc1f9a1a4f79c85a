"""Values in the files of platforms: numbers, sizes and variables."""

import math
import re

from harness.deployment.platforms.tree import Node


def value(node: Node | None) -> str:
    """A plain value; empty if there is none."""
    return node.text if node is not None else ""


def number(name: str, text: str) -> tuple[int | None, str]:
    """A number of requests, or the problem with it."""
    if text.isdecimal():
        return (int(text) or None), ""
    if _GIVEN.fullmatch(text):
        return None, (
            f"{name} is {text}, which no file here sets; give it a default, or a "
            "value in terraform.tfvars"
        )
    return None, f"{name} is {text!r}; write a number"


_GIVEN = re.compile(r"(?:var|local)\.[\w-]+")
_OF_BICEP = re.compile(r"""json\('([\d.]+)'\)""")


def processors(text: str, units: int = 1) -> float | None:
    """``500m`` or ``2`` as a number of processors; ``None`` for anything else."""
    text = _OF_BICEP.sub(r"\1", text)
    number, scale = text, units
    if text.endswith("m"):
        number, scale = text[:-1], 1000
    elif text.endswith("vCPU"):
        number, scale = text[:-4], 1
    try:
        count = float(number) / scale
    except ValueError:
        return None
    return count if count > 0 and math.isfinite(count) else None


def memory(text: str, unit: str) -> str:
    """A size with its unit, which a bare number gets from its platform."""
    return f"{text} {unit}" if unit and text.isdecimal() else text


def variables(node: Node | None) -> dict[str, str]:
    """A mapping, or a list of names and values or of texts such as ``NAME=value``."""
    if node is None:
        return {}
    # Without a value it comes from a secret, which is in no file.
    listed = {}
    for each in node.list:
        text, equals, rest = each.text.partition("=")
        name, given = (_first(each, keys) for keys in (_NAMES, _VALUES))
        if equals:
            listed[text] = rest
        elif name and given is not None:
            listed[name.text] = given.text
    return {**listed, **{name: each.text for name, each in node.items.items()}}


_NAMES, _VALUES = ("name", "Name", "key"), ("value", "Value")
"""What platforms call the name and the value of a variable."""


def _first(node: Node, keys: tuple[str, ...]) -> Node | None:
    return next((node.items[key] for key in keys if key in node.items), None)


_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)")
_SCALE = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str, unit: float = 1.0) -> float | None:
    """A time such as ``300``, ``300s`` or ``1m30s``; ``None`` for anything else.

    ``unit`` is how many seconds a bare number counts.
    """
    parts = _TIME.findall(text)
    if not parts or "".join(number + of for number, of in parts) != text:
        return None
    times = (float(n) * (_SCALE[of] if of else unit) for n, of in parts)
    return sum(times) or None
