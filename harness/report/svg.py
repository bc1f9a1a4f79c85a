"""Draws SVG: elements, scales, and round numbers on axes.

Pictures have classes and no colours: the stylesheet has colours for light and dark.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from markupsafe import escape
from markupsafe import Markup

from harness.report.escape import legible


def element(name: str, *inside: Markup | str, **attributes: object) -> Markup:
    """One element. Underscores stand for hyphens; text and values are escaped."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    content = "".join(escape(legible(each)) for each in inside)
    if not content:
        return Markup(f"<{name}{words}/>")
    return Markup(f"<{name}{words}>{content}</{name}>")


def picture(
    width: int, height: int, title: str, *inside: Markup, kind: str = ""
) -> Markup:
    """A whole picture; screen readers read its title."""
    return element(
        "svg",
        element("title", title),
        *inside,
        viewBox=f"0 0 {width} {height}",
        role="img",
        class_=f"picture {kind}".strip(),
        aria_label=title,
    )


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "") -> Markup:
    """Text at a position; ``anchor`` is ``middle`` or ``end``."""
    return element(
        "text", words, x=x, y=y, class_=kind or None, text_anchor=anchor or None
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def box(
    x: float, y: float, width: float, height: float, kind: str, *, rx: float
) -> Markup:
    """A rectangle; ``rx`` is the radius of its corners."""
    return element("rect", x=x, y=y, width=width, height=height, rx=rx, class_=kind)


def points(positions: Sequence[tuple[float, float]]) -> str:
    """Points, in the form of a polygon's or polyline's attribute."""
    return " ".join(f"{_value(x)},{_value(y)}" for x, y in positions)


class Scale(NamedTuple):
    """Positions of the numbers from zero to ``most`` along one side of a picture."""

    most: int
    zero: float
    """The position of zero."""
    end: float
    """The position of ``most``."""

    def __call__(self, number: float) -> float:
        """The position of a number."""
        return self.zero + (self.end - self.zero) * number / self.most


def _value(value: object) -> str:
    """A number as short as can be, and anything else as legible text."""
    if isinstance(value, float):
        return f"{round(value, 1):g}"
    return str(value) if isinstance(value, int) else legible(str(value))


def grid(scale: Scale, left: float, right: float, most: int = 5) -> Iterator[Markup]:
    """Lines across a picture at round numbers of its height, and the numbers."""
    for number in ticks(scale.most, most):
        y = scale(number)
        yield line(left, y, right, y, "grid")
        yield text(left - 8, y + 4, str(number), "tick", "end")


def ticks(top: int, most: int = 5) -> list[int]:
    """Round numbers from zero to ``top``, no more than ``most`` steps of 1, 2 or 5."""
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    step = next(each for each in steps if top <= each * most)
    return list(range(0, top + 1, step))
