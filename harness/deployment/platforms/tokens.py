"""Splits HCL and Bicep files into tokens."""

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\ufeff]+|(?:\#|//)[^\n]*|/\*.*?\*/)
    |(?P<line>\n)
    |(?P<here><<-?\s*(?P<end>\w+)[^\n]*\n(?P<inner>.*?)^\s*(?P=end)\b)
    |(?P<long>'''.*?''')
    |(?P<text>"(?:\\.|\$\{(?:"[^"]*"|[^}"])*\}|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<word>@?[A-Za-z_][\w-]*(?:\.[\w*-]+)*|-?\d+(?:\.\d+)?)
    |(?P<sign>==|=>|.)""",
    re.X | re.S | re.M,
)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


class Token(NamedTuple):
    """A token of a file."""

    kind: str
    """``line`` (its end), ``text``, ``word`` or ``sign``."""
    value: str
    line: int
    start: int
    """Where the token begins in the file."""
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of a text, without spaces and comments, and an end token."""
    pieces: list[Token] = []
    line = 1
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        whole = match[0]
        if match["here"]:
            kind, value = "text", match["inner"]
        elif match["long"]:
            kind, value = "text", whole[3:-3]
        elif kind == "text":
            value = _ESCAPE.sub(lambda e: _ESCAPED.get(e[1], e[1]), whole[1:-1])
        else:
            value = whole
        if kind != "space":
            pieces.append(Token(kind, value, line, match.start(), match.end()))
        line += whole.count("\n")
    return [*pieces, Token("end", "", line, len(text), len(text))]
