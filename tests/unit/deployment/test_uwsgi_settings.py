"""The settings that uWSGI shows are given to it again, without addresses."""

from __future__ import annotations

from pathlib import Path

from harness.deployment.uwsgi_settings import as_words


def test_addresses_and_what_was_followed_are_left_out() -> None:
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


def test_an_app_that_a_file_of_pastedeploy_names_stays() -> None:
    words = (*as_words([("ini-paste", "shop.ini")], Path("/shop")),)
    assert words == ("--set", "paste=config:/shop/shop.ini")
