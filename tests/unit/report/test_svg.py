"""Elements and scales of pictures."""

from harness.report import svg


def test_a_scale_may_run_up_or_down() -> None:
    across, down = svg.Scale(8, 40, 120), svg.Scale(8, 290, 30)
    assert [across(number) for number in (0, 4, 8)] == [40, 80, 120]
    assert [down(number) for number in (0, 4, 8)] == [290, 160, 30]


def test_foreign_text_in_a_picture_is_escaped_and_legible() -> None:
    made = svg.element("text", "<a>\u202e&", x=1.25, class_="name")
    assert made == '<text x="1.2" class="name">&lt;a&gt;\\u202e&amp;</text>'
