"""Foreign text stays text, in GitHub's Markdown and everywhere else."""

import html
import re
import string
from collections.abc import Callable

import cmarkgfm  # type: ignore[import-untyped]
import nh3
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

from harness.report import escape
from tests.builders.rendered import page
from tests.samples.cases import CASES
from tests.samples.cases import EVIL
from tests.samples.cases import EVIL_LOG
from tests.samples.make import judge

TAGS = set(
    "a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins "
    "kbd li ol p pre q s samp span strike strong sub summary sup table tbody td tfoot "
    "th thead tr tt ul var".split()
)
"""The tags that GitHub allows."""

ATTACKS = [
    EVIL,
    EVIL_LOG,
    "a | b",
    "`code` ``x``",
    "\\`x\\|",
    "1. one",
    "- one",
    "+ one",
    "# one",
    "===",
    "---",
    "> quote",
    "    indented",
    "<b>bold</b>",
    "<!-- hidden",
    "<details><summary>x</summary>",
    "&lt;&#60;&copy;",
    "[x](https://x.example)",
    "![x](https://x.example/x.png)",
    "https://x.example www.x.example me@x.example mailto:me@x.example",
    "*a* **a** _a_ __a__ ~~a~~",
    "$a$ $$a$$",
    "[^1] [x][y]\n[y]: https://x.example",
    "- [x] task",
    "@someone",
    "a\u2028b\u2029c\x85d\x0be",
    "\u202edesrever\u202c \u2066x\u2069",
    "\x1b[31mred\x1b[0m \x1b]8;;https://x.example\x07link\x1b]8;;\x07",
    "\x00\x07\x08",
    string.punctuation,
    string.punctuation[::-1],
    "",
    " ",
]


def rendered(text: str) -> str:
    """Render Markdown as HTML, as GitHub does before cleaning it."""
    made: str = cmarkgfm.github_flavored_markdown_to_html(
        text, options=Options.CMARK_OPT_UNSAFE
    )
    return made


def cleaned(made: str) -> str:
    """Clean HTML as GitHub does."""
    attributes = {"*": {"align", "lang"}, "a": {"href"}, "code": {"class"}}
    return nh3.clean(made, tags=TAGS, attributes=attributes, link_rel=None)


def read(made: str) -> str:
    """Return the visible text of HTML, without GitHub's invisible joiners."""
    text = html.unescape(re.sub(r"<[^>]*>", "", made))
    return " ".join(text.replace("\u2060", "").split())


def tags(made: str) -> list[str]:
    """Return the elements of HTML, in order."""
    return re.findall(r"<([a-z][a-z0-9]*)", made)


@pytest.mark.parametrize("attack", ATTACKS)
def test_prose_is_one_paragraph_of_plain_text(attack: str) -> None:
    made = rendered(escape.prose(attack) or "empty")
    assert tags(made) == ["p"]
    assert read(made) == (escape.line(attack) or "empty")


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("how", [escape.prose, escape.code])
def test_foreign_text_ends_no_row(attack: str, how: Callable[[str], str]) -> None:
    made = rendered(f"| a | b |\n| - | - |\n| {how(attack)} | end |\n\nafter")
    assert made.count("<tr>") == 2
    assert made.count("<td>") == 2
    assert "<td>end</td>" in made
    assert made.endswith("<p>after</p>\n")
    assert set(tags(made)) <= {"table", "thead", "tbody", "tr", "th", "td", "p", "code"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_foreign_text_ends_no_code_block(attack: str) -> None:
    made = rendered(f"{escape.fence(attack)}\n\nafter")
    assert tags(made) == ["pre", "code", "p"]
    assert made.endswith("<p>after</p>\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_invisible_characters_are_removed(attack: str) -> None:
    for shown in (escape.line(attack), escape.printable(attack)):
        assert shown.isprintable()
    for line in escape.printable_lines(attack).split("\n"):
        assert line.isprintable()


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_label_is_no_mermaid_syntax(attack: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9 .,'+=/_→·…-]{0,40}", escape.mermaid(attack))


def test_ordinary_text_is_left_as_it_is() -> None:
    sentence = "declares 8; between 3 and 8 of 8 offered (at 10:30) were x86_64's, 95%"
    assert escape.prose(sentence) == sentence
    assert escape.code("flask-3.1.3/gunicorn-27.0.1/x/py3.11") == (
        "`flask-3.1.3/gunicorn-27.0.1/x/py3.11`"
    )


def test_long_text_keeps_the_end_that_matters() -> None:
    assert escape.line("a" * 500, characters=10) == "a" * 10 + "[…]"
    assert escape.printable_lines("a" * 500 + "end", characters=3) == "[…]end"


def test_commands_of_ci_runners_are_broken() -> None:
    for command in ("::error::x", "::::", "##[group]x", ":::set-output name=x:::y"):
        shown = escape.printable(command)
        assert "::" not in shown
        assert "##[" not in shown


def test_a_url_is_no_ci_command() -> None:
    for address in ("[::]:8000", "--bind [::1]:80"):
        assert escape.printable(address) == address
    shown = escape.printable("[::1]::add-mask::x [::error]::y")
    assert shown == "[::1]: :add-mask: :x [: :error]: :y"


@pytest.mark.parametrize("case", CASES)
def test_github_removes_nothing_from_a_summary(case: str) -> None:
    made = rendered(page(judge(CASES[case]())))
    assert read(cleaned(made)) == read(made)
    assert tags(cleaned(made)) == tags(made)


@pytest.mark.parametrize("case", CASES)
def test_foreign_text_adds_no_structure_to_a_summary(case: str) -> None:
    made = rendered(page(judge(CASES[case]())))
    assert made.count("<details>") == made.count("</details>")
    assert "<script" not in made and "<img" not in made and "<input" not in made
    assert 'evil.example"' not in made
    for link in re.findall(r'href="([^"]*)"', made):
        assert link.startswith("https://flask.palletsprojects.com/")
    for row in re.findall(r"<table>.*?</table>", made, re.DOTALL):
        cells = {
            len(re.findall("<t[dh][ >]", each)) for each in row.split("</tr>")[:-1]
        }
        assert len(cells) == 1, "a row with other columns than the rest"
    for heading in re.findall(r"<h\d>(.*?)</h\d>", made):
        assert "forged" not in heading
