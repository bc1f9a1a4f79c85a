"""Paths that an app may be mounted below are found in its sources."""

from pathlib import Path

import pytest

from harness.deployment.app.mount_paths import MOST_PATHS
from harness.deployment.app.mount_paths import mount_paths


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("wsgi.py", "app = DispatcherMiddleware(a, {'/shop': b})", "/shop"),
        ("wsgi.py", "app.mount('/shop/', WSGIMiddleware(b))", "/shop"),
        ("conf/settings.py", "PREFIX = '/deep/er'", "/deep/er"),
        ("app.py", "A([(r'/shop/.*', FallbackHandler, {})])", "/shop"),
        ("app.py", "A([(r'^/shop/(.*)$', FallbackHandler, {})])", "/shop"),
        (
            "wsgi.py",
            "b = DispatcherMiddleware(n, {'/v1': a})\n"
            "app = DispatcherMiddleware(n, {'/api': b})",
            "/api/v1",
        ),
        ("g.conf.py", "raw_env = ['SCRIPT_NAME=/shop']", "/shop"),
        ("app.ini", "[uwsgi]\nmount = /shop=shop:app", "/shop"),
        ("app.yaml", "url_prefix: /shop", "/shop"),
    ],
)
def test_a_mount_path_in_a_file_is_found(
    tmp_path: Path, name: str, text: str, path: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert path in mount_paths(tmp_path, (), {})


def test_explicit_mount_paths_come_first(tmp_path: Path) -> None:
    text = "A = '/a'\nB = '/b'\napp = DispatcherMiddleware(x, {'/shop': y})\n"
    (tmp_path / "a.py").write_text(text)
    assert mount_paths(tmp_path, (), {}) == ["/shop", "/a", "/b"]


def test_commands_and_variables_may_have_mount_paths(tmp_path: Path) -> None:
    words = ("uwsgi", "--mount", "/here=shop.py", "--static-map", "x")
    assert mount_paths(tmp_path, words, {"PREFIX": "/there"}) == ["/here", "/there"]


@pytest.mark.parametrize("text", ["'/'", "'a/b'", "'//a'", "b'/a'", "1 +"])
def test_other_strings_are_no_mount_paths(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_text(f"A = {text}\n")
    assert mount_paths(tmp_path, (), {}) == []


def test_installed_packages_are_not_read_and_the_number_of_files_is_limited(
    tmp_path: Path,
) -> None:
    for folder in (".venv", "node_modules", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text("A = '/not-this'\n")
    (tmp_path / "b.py").write_text("".join(f"a('/p{n}')\n" for n in range(500)))
    found = mount_paths(tmp_path, (), {})
    assert len(found) == MOST_PATHS and "/not-this" not in found
