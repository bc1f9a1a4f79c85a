"""A plain ini file of uWSGI is a list of its options."""

from __future__ import annotations

from pathlib import Path

from harness.deployment.uwsgi_ini import as_options


def test_settings_are_options_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "u.ini"
    path.write_text(
        "; why\n[other]\nthreads = 9\n[uwsgi]\nmaster = true\nlazy = 1\n\n"
        "# so\nprocesses=1\nvacuum = false\nhttp = :80\nmodule = a:a\n"
    )
    words = ("--master", "--lazy", "--processes=1", "--module=a:a")
    assert as_options(path, {"http"}) == words


def test_what_is_no_setting_is_not_understood(tmp_path: Path) -> None:
    path = tmp_path / "u.ini"
    path.write_text("[uwsgi]\nmaster\n")
    assert as_options(path, ()) is None
