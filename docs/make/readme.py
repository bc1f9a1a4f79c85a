"""The README: the blocks between two markers, such as ``<!-- matrix -->``."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def block(name: str) -> str:
    """The lines between the markers of a name."""
    found = _pattern(name).search(README.read_text())
    assert found, f"the README has no markers for {name}"
    return found[0]


def replace(name: str, text: str) -> None:
    """Write other lines between the markers of a name."""
    block(name)
    README.write_text(_pattern(name).sub(lambda _: text, README.read_text()))


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
