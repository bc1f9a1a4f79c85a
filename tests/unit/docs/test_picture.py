"""The picture in the README shows the matrix in the README."""

import re
from xml.etree import ElementTree

import msgspec
import pytest

from docs.make import matrix
from docs.make import picture
from docs.make.blocks import block
from docs.make.blocks import README
from docs.make.matrix import Row
from docs.make.matrix import Shown
from tests.samples import make
from tests.samples.make import judge

SVG = "{http://www.w3.org/2000/svg}"


def row(number: str, **other: object) -> Row:
    known = {"server": "<own>", "label": "a & b", "releases": "", "word": ""}
    most = int(re.findall(r"\d+", number)[-1])
    fields = {**known, "number": number, "least": None, "most": most, **other}
    return msgspec.convert(fields, Row)


def drawn(*rows: Row) -> ElementTree.Element:
    shown = Shown(where="Flask 3", rows=rows)
    return ElementTree.fromstring(picture.pictures(shown)["matrix-light.svg"])


def boxes(root: ElementTree.Element, kind: str) -> int:
    """Return how many boxes of a kind there are outside of the legend."""
    found = root.findall(f"{SVG}rect[@class='{kind}']")
    return max(0, len(found) - 1)


def words(root: ElementTree.Element) -> list[str]:
    return ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", picture.PICTURES)
def test_the_pictures_match_the_data(name: str) -> None:
    assert (picture.DOCS / name).read_text() == picture.pictures(matrix.read())[name], (
        "write it again: nox -s docs"
    )
    assert f"docs/{name}" in README.read_text()


def test_the_data_match_the_table() -> None:
    rows = matrix.read().rows
    shown = list(dict.fromkeys((each.server, f"`{each.label}`") for each in rows))
    assert shown == [(server, label) for server, label, _ in matrix.shape_in_readme()]
    table = block(README, "matrix")
    for each in rows:
        (line, *_) = (
            line
            for line in table.partition(f"**{each.server}**")[2].splitlines()
            if f"`{each.label}`" in line
        )
        assert each.number in line and each.word in line


def test_releases_with_the_same_number_share_a_row() -> None:
    evidence = []
    for flask, number in (("0.12.5", 1), ("1.0.4", 4), ("1.1.4", 4)):
        where = make.environment(flask, "werkzeug", "0.16.1", "3.11")
        seen = [
            make.cell(where, "run", number, make.rounds(number, (number, number))),
            make.cell(where, "other", 2, make.rounds(2, (2, 2))),
        ]
        evidence.append(make.evidence(where, seen))
    rows = matrix.shown(judge(evidence)).rows
    assert [(each.label, each.releases, each.number) for each in rows] == [
        ("run", "Flask 0.12.5", "1"),
        ("run", "Flask 1.0.4 – 1.1.4", "4"),
        ("other", "", "2"),
    ]


def test_small_numbers_are_drawn_as_squares() -> None:
    root = drawn(row("4"), row("2–8", least=2, most=8, word="uneven"))
    assert boxes(root, "always") == 4 + 2
    assert boxes(root, "at-times") == 6
    assert "2–8uneven" in words(root)


def test_large_numbers_are_drawn_as_bars() -> None:
    lengths = [
        float(drawn(row(str(most))).findall(f"{SVG}rect")[0].attrib["width"])
        for most in (11, 20, 100, 1000)
    ]
    assert lengths == sorted(set(lengths))


def test_a_cell_that_was_not_measured_has_its_outcome_and_no_square() -> None:
    root = drawn(msgspec.structs.replace(row("1"), number="", most=None, word="died"))
    assert boxes(root, "always") == 0
    assert "died" in words(root)


def test_foreign_text_is_escaped() -> None:
    assert {"<own>", "a & b"} <= set(words(drawn(row("1"))))


def test_nothing_is_drawn_outside_the_picture() -> None:
    for name in picture.PICTURES:
        root = ElementTree.fromstring((picture.DOCS / name).read_text())
        wide, high = float(root.attrib["width"]), float(root.attrib["height"])
        for box in root.iter(f"{SVG}rect"):
            right = float(box.attrib["x"]) + float(box.attrib["width"])
            assert right < wide
            assert float(box.attrib["y"]) + float(box.attrib["height"]) < high
