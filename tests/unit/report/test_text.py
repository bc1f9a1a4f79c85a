"""Foreign text is told apart from our own words."""

from harness.report import markdown
from harness.report import plain
from harness.report.text import joined
from harness.report.text import listed
from harness.report.text import Name
from harness.report.text import quoted
from harness.report.text import say
from harness.report.text import say_if


def test_every_string_but_the_template_is_foreign() -> None:
    text = say("{} and {}: {}", "a|b", Name("c`d"), 4)
    assert str(text) == "a|b and c`d: 4"
    assert markdown.inline(text) == "a&#124;b and <code>c&#96;d</code>: 4"
    assert plain.inline(say("{}", "::error::x")) == ": :error: :x"


def test_texts_can_be_joined() -> None:
    assert str(listed(["a"])) == "a"
    assert str(listed(["a", "b", Name("c")])) == "a, b and c"
    assert str(joined("; ", [say("{}", 1), say("{}", 2)])) == "1; 2"
    assert not joined(", ", [])
    assert not say("{}", "")


def test_a_template_around_an_empty_value_is_left_out() -> None:
    assert plain.inline(say_if("::error::x", "on {}")) == "on : :error: :x"
    assert not say_if("", "on {}")


def test_text_between_backquotes_is_code() -> None:
    text = quoted("add `-w 4`, or |two| `a` `b`; say `c")
    assert markdown.inline(text) == (
        "add `-w 4`, or &#124;two&#124; `a` `b`; say &#96;c"
    )
    assert markdown.inline(quoted("`a|b</code>`")) == (
        "<code>a&#124;b&#60;/code&#62;</code>"
    )
    assert markdown.inline(quoted("x" * 30, 20)).startswith("x" * 20 + "&#91;…")
