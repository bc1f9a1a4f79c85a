from pathlib import Path

from harness.deployment.repository.in_lines import in_lines


def test_continued_lines_are_one_with_the_number_of_the_first() -> None:
    text = "# for production\nserve:\n\tgunicorn \\\n\t  -w 2 \\\n\t  shop:app\n"
    (started,) = in_lines(Path("Makefile"), text)
    assert started.line == 3
    assert started.text.split() == ["gunicorn", "-w", "2", "shop:app"]


def test_a_file_of_one_very_long_line_is_read_once() -> None:
    # It would take hours if reading started over at each character.
    text = f'{{"scripts": {{"start": "{"x" * 2_000_000} gunicorn -w 2 shop:app"}}}}'
    (started,) = in_lines(Path("package.json"), text)
    assert started.text == "gunicorn -w 2 shop:app"
