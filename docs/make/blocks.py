"""Blocks of pages: the lines between two markers, such as ``<!-- matrix -->``."""

import re
import tomllib
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
ACTION_PAGE = ROOT / "docs" / "action.md"


def block(page: Path, name: str) -> str:
    """Return the lines between the markers of a name."""
    found = _pattern(name).search(page.read_text(encoding="utf-8"))
    assert found, f"{page.name} has no markers for {name}"
    return found[0]


def replace(page: Path, name: str, text: str) -> None:
    """Write other lines between the markers of a name."""
    block(page, name)
    page.write_text(
        _pattern(name).sub(lambda _: text, page.read_text(encoding="utf-8")),
        encoding="utf-8",
    )


def repository() -> str:
    """Return this project on GitHub, ``ACCOUNT/NAME``, from ``pyproject.toml``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return "/".join(project["urls"]["Source"].split("/")[-2:])


def table(
    heads: Sequence[str], rows: Iterable[Iterable[str]], numbers: Collection[int] = ()
) -> str:
    """Return a Markdown table; the columns in ``numbers`` are aligned to the right."""
    ruler = ["--:" if n in numbers else ":--" for n in range(len(heads))]
    lines = (heads, ruler, *(map(_cell, row) for row in rows))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
