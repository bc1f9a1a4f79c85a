"""Parses HCL (Terraform, Nomad) and Bicep into trees whose nodes know their line.

Only literal values are read: texts, numbers, lists, objects and blocks, also within
``jsonencode``. Any other expression stays as it is written, so that whoever needs its
value can say that it is not a number. A complete HCL library takes seconds to start,
longer than everything else here together.
"""

import re
from collections.abc import Mapping

from harness.deployment.platforms.tokens import Token
from harness.deployment.platforms.tokens import tokens
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable

_REFERENCE = re.compile(r"\$\{\s*([\w.-]+)\s*\}")
_BICEP_GIVEN = re.compile(
    r"^(?:param|var)\s+(\w+)(?:\s+\w+)?\s*=\s*'?([\w.\-]+)'?[ \t\r]*$", re.M
)
_OPEN, _CLOSED = "{[(", "}])"
_NESTED_AT_MOST = 60
"""Deepest nesting that is read: deeper files are refused, not recursed into."""


def from_hcl(text: str, given: Mapping[str, str] | None = None) -> list[Node]:
    """The one document of a file of HCL. Raises ``NotReadable``.

    A block with labels is a mapping by its labels, one without is a list of all blocks
    of its name. ``given`` has the values of names such as ``var.size``.
    """
    reader = _Reader(text, "=", given or {})
    node = reader.body("", 1)
    return [node]


def from_bicep(text: str) -> list[Node]:
    """The resources of a file of Bicep, as an ARM template has them.

    Raises ``NotReadable``.
    """
    reader = _Reader(text, ":", dict(_BICEP_GIVEN.findall(text)))
    return [Node({"resources": Node(reader.resources(), 1)}, 1)]


class _Reader:
    """Reads a file from its beginning to its end."""

    def __init__(self, text: str, assigns: str, given: Mapping[str, str]) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._assigns = assigns
        self._given = given
        self._depth = 0

    # ------------------------------------------------------------------ the pieces

    def _now(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._now()
        self._at += token.kind != "end"
        return token

    def _is(self, *signs: str) -> bool:
        return self._now().kind in ("sign", "end") and self._now().value in signs

    def _lines(self) -> None:
        while self._now().kind == "line" or self._is(",", ";"):
            self._take()

    def _wrong(self) -> NotReadable:
        token = self._now()
        what = token.value or "its end"
        return NotReadable(f"syntax error in line {token.line}, at {what[:20]!r}")

    # ------------------------------------------------------------------ HCL

    def body(self, end: str, line: int) -> Node:
        """Settings and blocks up to a closing brace, or to the end of the file.

        A spread or a loop of Bicep is passed over.
        """
        settings: dict[str, Node] = {}
        while True:
            self._lines()
            if self._is(end):
                self._take()
                return Node(settings, line)
            name = self._take()
            if self._is("=", ":"):
                self._take()
                settings[name.value] = Node(self._value().value, name.line)
            elif name.kind == "end" or self._assigns == "=":
                self._block(name, settings)

    def _block(self, name: Token, found: dict[str, Node]) -> None:
        labels = []
        if name.kind not in ("word", "text"):
            self._at -= name.kind != "end"
            raise self._wrong()
        while self._now().kind in ("word", "text"):
            labels.append(self._take().value)
        if not self._is("{"):
            raise self._wrong()
        self._take()
        self._deeper(1)
        inner = self.body("}", name.line)
        self._deeper(-1)
        if not labels:
            before = found.get(name.value, Node([], name.line))
            found[name.value] = Node([*before.list, inner], before.line)
            return
        within = found
        for label in (name.value, *labels[:-1]):
            node = within.get(label)
            if node is None or not isinstance(node.value, dict):
                node = within[label] = Node({}, name.line)
            within = node.items
        within[labels[-1]] = inner

    # ------------------------------------------------------------------ Bicep

    def resources(self) -> list[Node]:
        """Each ``resource NAME 'TYPE@VERSION' = { … }``, with its type as a key."""
        nodes: list[Node] = []
        while self._now().kind != "end":
            token = self._take()
            if (token.kind, token.value) == ("word", "resource"):
                nodes += self._resource(token.line)
        return nodes

    def _resource(self, line: int) -> list[Node]:
        name, kind = self._take(), self._take()
        if name.kind != "word" or kind.kind != "text" or not self._is("="):
            return []  # another use of the word, or an existing resource
        while self._now().kind != "end" and not self._is("{"):
            self._take()  # a condition, or a loop
        own = self._value()
        version = Node(kind.value.partition("@")[0], line)
        return [Node({"type": version, **own.items}, line)]

    # ------------------------------------------------------------------ values

    def _value(self) -> Node:
        """One value; any other expression as it is written."""
        first = self._now()
        if self._is_made():
            return self._as_written(first)
        self._deeper(1)
        if self._is("{"):
            node = self.body("}", self._take().line)
        elif self._is("["):
            node = self._list()
        elif first.value == "jsonencode" and self._tokens[self._at + 1].value == "(":
            node = self._encoded()
        else:
            node = Node(self._meant(self._take()), first.line)
        self._deeper(-1)
        return node if self._is_done() else self._as_written(first)

    def _meant(self, token: Token) -> str:
        """The value that a name stands for, where it is known."""
        whole = _REFERENCE.fullmatch(token.value) if token.kind == "text" else None
        if token.kind == "word" or whole:
            return self._given.get(whole[1] if whole else token.value, token.value)
        return token.value

    def _is_made(self) -> bool:
        """Whether a loop makes this list or object."""
        if not self._is("{", "["):
            return False
        inner = (
            token for token in self._tokens[self._at + 1 :] if token.kind != "line"
        )
        return next(inner).value == "for"

    def _is_done(self) -> bool:
        return self._now().kind in ("line", "end") or self._is(",", ";", *_CLOSED)

    def _as_written(self, first: Token) -> Node:
        """The text from a token to the end of the expression that it begins."""
        depth = 0
        while self._now().kind != "end" and (depth or not self._is_done()):
            token = self._take()
            if token.kind == "sign":
                depth += (token.value in _OPEN) - (token.value in _CLOSED)
        written = self._text[first.start : self._tokens[self._at - 1].end]
        return Node(written, first.line)

    def _list(self) -> Node:
        line = self._take().line
        items: list[Node] = []
        while True:
            self._lines()
            if self._is("]"):
                self._take()
                return Node(items, line)
            if self._now().kind == "end":
                raise self._wrong()
            items.append(self._value())

    def _encoded(self) -> Node:
        self._at += 2
        self._lines()
        node = self._value()
        self._lines()
        if self._is(")"):
            self._take()
        return node

    def _deeper(self, by: int) -> None:
        self._depth += by
        if self._depth > _NESTED_AT_MOST:
            raise NotReadable("it is nested too deep")
