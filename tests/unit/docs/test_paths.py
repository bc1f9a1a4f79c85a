"""Every file and folder that a page for developers names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOR_DEVELOPERS = ("CONTRIBUTING.md", "docs/architecture.md")
TOP = r"harness|tests|docs|schema|examples|benchmarks|\.ci|\.github"
A_PATH = re.compile(rf"(?<![\w/.])(?:{TOP})/[\w./-]*\w")
PAGES = [
    page
    for pattern in ("*.md", "docs/*.md", "examples/**/*.md")
    for page in sorted(ROOT.glob(pattern))
]
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")


@pytest.mark.parametrize("page", FOR_DEVELOPERS)
def test_each_path_exists(page: str) -> None:
    named = set(A_PATH.findall((ROOT / page).read_text()))
    assert len(named) > 10
    assert not {name for name in named if not (ROOT / name).exists()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_has_a_target(page: Path) -> None:
    for link, anchor in LINK.findall(page.read_text()):
        target = page.parent / link if link else page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"(?m)^#+ (.+)$", target.read_text())
            assert anchor in map(slug, headings), f"{link}#{anchor}"


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
