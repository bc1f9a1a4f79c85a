"""Values of uWSGI's options, as uWSGI takes them."""

from __future__ import annotations

import pytest

from harness.deployment.declared.uwsgi import _shown


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
def test_what_is_behind_a_number_is_ignored(line: str, read: tuple[str, str]) -> None:
    assert list(_shown(line)) == [read]
