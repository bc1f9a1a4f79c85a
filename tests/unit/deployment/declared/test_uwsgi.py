"""Values of uWSGI's options, as uWSGI parses them."""

from pathlib import Path

import pytest

from harness.deployment.command.setting import COMMAND_LINE
from harness.deployment.command.setting import Refused
from harness.deployment.command.setting import Setting
from harness.deployment.declared.uwsgi import _shown
from harness.deployment.declared.uwsgi import as_words
from harness.deployment.declared.uwsgi import check_protocol
from harness.deployment.declared.uwsgi import check_words


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


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("--fastcgi-socket :80", "`--http-socket` in place of `--fastcgi-socket`"),
        ("--scgi-nph-socket=a:80", "`--http-socket` in place of `--scgi-nph-socket`"),
        (
            "--http :81 --socket :80 --protocol scgi",
            "`--protocol uwsgi` in place of `--protocol scgi`",
        ),
        ("--socket :80 --protocol http", ""),
        ("--socket :80", ""),
        ("--http-socket :80 --protocol fastcgi", ""),
        ("--fastcgi-socket :81 --http-socket :80", ""),
        ("--fastcgi-socket /tmp/s", ""),
    ],
)
def test_a_port_for_another_protocol_is_refused(words: str, remedy: str) -> None:
    try:
        check_words(["uwsgi", *words.split()], 80)
    except Refused as refusal:
        assert remedy and refusal.remedy.startswith(f"write {remedy}")
    else:
        assert not remedy
    check_words(["other", *words.split()], 80)


def test_a_setting_in_a_file_is_named_as_it_is_written_there() -> None:
    path = Path("u.ini")
    settings = {
        "socket": Setting("127.0.0.1:80", COMMAND_LINE),
        "protocol": Setting("fastcgi", "u.ini", path, 3),
    }
    with pytest.raises(Refused) as caught:
        check_protocol(settings, 80)
    assert caught.value.problem.startswith("`protocol = fastcgi` in u.ini, line 3 ")
    assert "`protocol = uwsgi` in place of" in caught.value.remedy
