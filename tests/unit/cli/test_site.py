"""The verbs ``site`` and ``explain``."""

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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with everything that can be added, built once."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "out").mkdir()
    snapshot = folder / "snapshot.toml"
    snapshot.write_text('title = "A <run>."\nsample = true\nmade-by = ["nox"]\n')
    # A stored answer of the index: unit tests have no network.
    told = Released(asked_at="2026-01-01", packages={"gunicorn": ("99.0",)})
    more = ("--snapshot", str(snapshot), "--released", str(folder / "released.json"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.cli.site._on_index", lambda catalog: told)
        assert build(folder / "out", *more, "--ask-index") == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "out",
        "released.json",
        "snapshot.toml",
    ]
    return folder


def test_a_site_replaces_an_earlier_one(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = site / "out"
    assert (out / MARK).is_file()
    first = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / "old.html").write_text("of another time")
    more = ("--snapshot", str(site / "snapshot.toml"))
    assert build(out, *more, "--released", str(site / "released.json")) == 0
    assert f"{out}/index.html" in capsys.readouterr().out
    again = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert first == again


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


def test_releases_from_a_snapshot_are_shown(site: Path) -> None:
    page = (site / "out" / "data.html").read_text()
    assert "A &lt;run&gt;." in page and "small sample" in page


def test_releases_from_the_index_are_shown(site: Path) -> None:
    page = (site / "out" / "server" / "gunicorn.html").read_text()
    assert "99.0 is out" in page


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
