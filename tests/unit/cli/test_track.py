"""What ``track`` and ``bisect`` refuse, and what they show without measuring."""

from pathlib import Path

import pytest
from packaging.version import Version

from harness.cli import main
from harness.cli.usage.following import limit

FROZEN = Path(__file__).parents[2] / "frozen" / "schema-1" / "history"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bisect", "werkzeug/runn"), "did you mean werkzeug/run"),
        (("bisect", "nothing/like/it"), "is no configuration: write SERVER/CONFIG"),
        (("bisect", "werkzeug/*"), "matches several configurations; choose one of"),
        (("bisect", "flask-3.1.3/gunicron-1/x/py3.11"), "did you mean gunicorn?"),
        (("bisect", "flask-3.1.3/gunicorn-1/x/py3.11"), "no configuration of gunicorn"),
        (("bisect", "werkzeug/run", "--of", "gunicorn"), "gunicorn: no configuration"),
        (("bisect",), "Missing argument 'CELL'"),
        (("track", "--of", "flusk"), "no package to follow 'flusk'; did you mean Fl"),
        (
            ("track", "--since", "1.0"),
            "'--since': '1.0': write it like gunicorn==20.1.0",
        ),
        (("track", "--since", "Flask==x"), "write it like"),
        (("track", "--until", "Flask"), "'--until': 'Flask': write it like"),
        (("track", "--limit", "0"), "--limit"),
    ],
)
def test_bad_options_are_one_error_before_anything_is_done(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    *usage, said = capsys.readouterr().err.strip().splitlines()
    assert words in said and not list(tmp_path.iterdir())


def test_since_and_until_take_a_package_and_a_release() -> None:
    assert limit("Gunicorn == 19") == ("gunicorn", Version("19"))


def test_a_history_is_shown_without_an_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "flask-3.1.3/gunicorn-27.0.1/gthread-2x4/py3.11"
    folders = ("--history", str(FROZEN), "--results", str(tmp_path))
    assert main(["track", name, "--of", "gunicorn", "--show", *folders]) == 0
    assert "27.0.1: up to 8" in capsys.readouterr().out
    assert (tmp_path / "report.json").exists()


def test_a_timeline_has_only_measured_configurations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ("--history", str(FROZEN), "--results", str(tmp_path))
    both = ("--of", "gunicorn", "--of", "Flask")
    assert main(["track", "gunicorn/*", "--show", *both, *folders]) == 0
    printed = capsys.readouterr().out
    assert printed.count("27.0.1: up to 8") == 1 and "3.1.3: up to 8" in printed
    assert "no release could be measured" not in printed


@pytest.mark.parametrize(
    ("history", "none"),
    [(FROZEN, "of werkzeug/run"), (Path("nothing"), "at all")],
    ids=["another", "nothing"],
)
def test_a_history_without_the_configuration_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    history: Path,
    none: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["track", "--show", "--history", str(history)]) == 2
    assert capsys.readouterr() == (
        "",
        f"flask-concurrency: {history}: has no measurement {none}; run track "
        "without --show to measure\n",
    )
    assert not list(tmp_path.iterdir())


def test_a_history_with_only_damaged_files_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history = tmp_path / "history"
    history.mkdir()
    (history / "cut.json").write_text("{")
    folders = ("--history", str(history), "--results", str(tmp_path / "results"))
    assert main(["track", "--show", *folders]) == 6
    assert "cut.json: is not whole" in capsys.readouterr().err
