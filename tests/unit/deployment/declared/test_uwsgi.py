"""Values of uWSGI's options, as uWSGI parses them."""

from pathlib import Path

import pytest

from harness.deployment.declared.uwsgi import _shown
from harness.deployment.declared.uwsgi import as_words


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("processes = 4", ("processes", "4")),
        ("workers = 4   # at most", ("processes", "4")),
        ("cheaper = 2 ; kept", ("cheaper", "2")),
        ("threads = many", ("threads", "many")),
        ("http = 127.0.0.1:80 x", ("http", "127.0.0.1:80 x")),
    ],
)
def test_text_after_a_number_is_ignored(line: str, read: tuple[str, str]) -> None:
    assert list(_shown(line)) == [read]


def test_addresses_and_included_files_are_left_out() -> None:
    shown = [
        ("ini", "shop.ini"),
        ("if-env", "HOME"),
        ("socket", "/run/shop.sock"),
        ("http", ":80"),
        ("for", "a b"),
        ("env", "N_a=1"),
        ("endfor", ""),
        ("master", "1"),
        ("http-keepalive", "1"),
    ]
    words = ("--set", "env=N_a=1", "--set", "master=1", "--set", "http-keepalive=1")
    assert (*as_words(shown, Path("/shop")),) == words


def test_an_app_named_by_a_pastedeploy_file_is_kept() -> None:
    words = (*as_words([("ini-paste", "shop.ini")], Path("/shop")),)
    assert words == ("--set", "paste=config:/shop/shop.ini")
