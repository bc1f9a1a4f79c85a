"""The verbs ``site`` and ``explain``."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import main
from harness.cli.site import MARK
from harness.site.atlas import Released
from tests.builders.atlas import SAMPLES


def build(out: Path, *options: str) -> int:
    """Build the site of a small sample."""
    return main(
        ["site", "--results", str(SAMPLES / "single"), "--out", str(out), *options]
    )


def test_a_site_is_written_and_written_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"
    assert build(out) == 0
    assert f"{out}/index.html" in capsys.readouterr().out
    first = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / "old.html").write_text("of another time")
    assert build(out) == 0
    again = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert first == again
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_the_current_folder_is_not_replaced(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert build(Path()) == 2
    assert f"{tmp_path}: the current folder is in it" in capsys.readouterr().err


def test_a_folder_that_is_not_a_site_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert build(tmp_path) == 2
    assert "has files that no earlier run wrote" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]
    (tmp_path / "thesis.txt").unlink()
    assert build(tmp_path) == 0
    assert (tmp_path / MARK).is_file()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--results", "nowhere"), "has no evidence"),
        (("--snapshot", "nowhere.toml"), "check --snapshot"),
        (("--released", "nowhere.json"), "cannot be read"),
        (("--ask-index",), "needs --released"),
    ],
)
def test_a_wrong_option_is_reported(
    options: tuple[str, ...],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert build(tmp_path / "site", *options) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_what_a_snapshot_says_is_shown(tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot.toml"
    snapshot.write_text('title = "A <run>."\nsample = true\nmade-by = ["nox"]\n')
    assert build(tmp_path / "site", "--snapshot", str(snapshot)) == 0
    page = (tmp_path / "site" / "data.html").read_text()
    assert "A &lt;run&gt;." in page and "small sample" in page


def test_the_index_is_asked_only_where_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what it would say, only that it is stored: unit tests have no network."""
    told = Released(asked_at="2026-01-01", packages={"gunicorn": ("99.0",)})
    monkeypatch.setattr("harness.cli.site._on_index", lambda catalog: told)
    path = tmp_path / "released.json"
    assert build(tmp_path / "site", "--released", str(path), "--ask-index") == 0
    assert "99.0 is out" in (tmp_path / "site" / "server" / "gunicorn.html").read_text()
    assert path.is_file()


@pytest.mark.parametrize(
    "command",
    [
        ("gunicorn", "-w", "2", "--threads", "4", "a:b"),
        ("gunicorn -w 2 --threads 4 a:b",),
    ],
)
def test_a_command_is_explained(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "--", *command]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "declares 8"
    assert "flask-3.1.3/gunicorn-27.0.1/gthread-2x4" in lines[-1]
