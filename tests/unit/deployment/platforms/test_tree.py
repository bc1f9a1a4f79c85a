"""Values in YAML, JSON and TOML files keep their line numbers."""

import pytest

from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable

TOML = """\
a = 1
[one]
  b = "x"
  c.d = true
[[many]]
name = "first"
[[many]]
  name = "second" # of them
  [many.inner]
    e = 2
inline = { f = 3 }
"""

YAML = """\
base: &base {a: 1, b: 2}
other:
  <<: *base
  b: 3
list:
  - name: x
    none: null
---
"second": [4, "5"]
"""


def at(node: Node, steps: str) -> list[tuple[str, int]]:
    """Return the texts at a path of keys, and their lines."""
    return [(found.node.text, found.node.line) for found in find(node, steps)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("a", [("1", 1)]),
        ("one.b", [("x", 3)]),
        ("one.c.d", [("true", 4)]),
        ("many.*.name", [("first", 6), ("second", 8)]),
        ("many.1.name", [("second", 8)]),
        ("many.1.inner.e", [("2", 10)]),
        ("many.1.inner.inline.f", [("3", 11)]),
        ("none", []),
        ("one.b.c", []),
    ],
)
def test_values_in_toml_have_lines(steps: str, expected: list[tuple[str, int]]) -> None:
    (document,) = from_toml(TOML)
    assert at(document, steps) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("other.a", [("1", 1)]),
        ("other.b", [("3", 4)]),
        ("list.0.name", [("x", 6)]),
        ("list.*.none", [("", 7)]),
        ("other.*", [("1", 1), ("3", 4)]),
    ],
)
def test_values_in_yaml_have_lines(steps: str, expected: list[tuple[str, int]]) -> None:
    first, _ = from_yaml(YAML)
    assert at(first, steps) == expected


def test_documents_in_a_file_are_separate() -> None:
    _, second = from_yaml(YAML)
    assert at(second, "second.1") == [("5", 9)]
    assert from_yaml("") == []
    (json,) = from_yaml('{"a": {"b": 1}}')
    assert at(json, "a.b") == [("1", 1)]


@pytest.mark.parametrize(
    ("text", "why"),
    [("a: [", "not YAML in line 2"), ("a: *b", "not YAML in line 1"), ("\x00", "YAML")],
)
def test_text_that_is_not_yaml_is_one_error(text: str, why: str) -> None:
    with pytest.raises(NotReadable, match=why):
        from_yaml(text)


def test_deeply_nested_text_is_an_error() -> None:
    with pytest.raises(NotReadable, match="too deep|not YAML"):
        from_yaml("[" * 5000 + "]" * 5000)
    with pytest.raises(NotReadable, match="not TOML"):
        from_toml("a = ")


def test_aliases_are_expanded_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (document,) = from_yaml("\n".join(lines))
    assert len(document.items) == 12
