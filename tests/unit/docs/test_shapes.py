"""The documentation lists the public shapes that the tests check."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "deployments" / "public"
SHAPES, NOT_RUN, IN_CONTAINERS = (
    tomllib.loads((FOLDER / name).read_text())["shape"]
    for name in ("shapes.toml", "files.toml", "containers.toml")
)


def test_the_table_lists_every_shape_once() -> None:
    page = (ROOT / "docs" / "shapes.md").read_text()
    part = page.partition("## As they are in public repositories")[2]
    rows = [line for line in part.partition("## ")[0].splitlines() if "`" in line]
    written = [line.split(" | ")[:2] for line in rows if line.startswith("| ")]
    assert written == [
        [f"| {each['repository']}: `{each['file']}`", each["what"]]
        for each in (*SHAPES, *NOT_RUN, *IN_CONTAINERS)
    ]
    assert f"A test checks these {len(SHAPES)}" in part
    assert f"These {len(NOT_RUN)} name a server" in part
    assert f"These {len(IN_CONTAINERS)} start containers" in part
    assert len({shape["repository"] for shape in SHAPES}) == len(SHAPES) >= 40
