"""Package indexes over a real connection.

One is a local server that follows the standard, the other is the index that this
machine is configured to use.
"""

import threading
from collections.abc import Iterator

import pytest

from harness.environments import index as package_index
from harness.environments.index import releases_of
from harness.records.errors import UsageError
from tests.http_server import WebServer

FILES = [
    {"filename": "Flask-1.0.tar.gz", "url": "../files/Flask-1.0.tar.gz"},
    {"filename": "flask-1.1-py3-none-any.whl", "url": "x", "yanked": "broken"},
    {"filename": "flask-1.1.tar.gz", "url": "x", "yanked": True},
    {"filename": "flask-1.2-py3-none-any.whl", "url": "x", "yanked": "only the wheel"},
    {"filename": "flask-1.2.tar.gz", "url": "x", "requires-python": ">=3.8,<3.9.5"},
    {"filename": "flask-10.0rc1.tar.gz", "url": "x", "requires-python": "nonsense"},
    {"filename": "flask-2.0-py2.7.egg", "url": "x"},
]
HTML = b"""<!DOCTYPE html><html><body>
<a href="../../packages/flask-0.9.tar.gz#sha256=1">flask-0.9.tar.gz</a>
<a href="flask-1.0-py3-none-any.whl" data-requires-python="&gt;=3.8">it</a>
<a href="flask-1.1.tar.gz" data-yanked="">gone</a>
</body></html>"""


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A package index on this machine."""
    server = WebServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_yanked_releases_are_left_out(server: WebServer) -> None:
    server.say("/simple/flask/", {"meta": {}, "name": "flask", "files": FILES})
    found = releases_of("Flask", [f"{server.address}/simple/"])
    assert [each.version for each in found] == ["1.0", "1.2", "10.0rc1"]
    assert [each.runs_on("3.9") for each in found] == [True, True, True]
    assert [each.runs_on("3.10") for each in found] == [True, False, True]


def test_an_index_with_only_html_is_read(server: WebServer) -> None:
    server.say("/simple/flask/", HTML)
    found = releases_of("Flask", [f"{server.address}/simple"])
    assert [each.version for each in found] == ["0.9", "1.0"]
    assert [each.runs_on("3.7") for each in found] == [True, False]


def test_the_first_index_with_the_project_counts_and_passwords_stay_with_their_host(
    server: WebServer,
) -> None:
    server.say("/second/flask/", {"files": FILES[:1]})
    host = server.address.removeprefix("http://")
    urls = [f"http://me:s%40cret@{host}/first", f"{server.address}/second"]
    assert [release.version for release in releases_of("Flask", urls)] == ["1.0"]
    (first, second) = server.asked
    assert first == ("/first/flask/", "Basic bWU6c0BjcmV0")
    assert second == ("/second/flask/", None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an index that can be read"),
        (b"<html>Please log in</html>", "not an index that can be read"),
        (b'{"files": [{"name": "x"}]}', "is not what a package index answers"),
        (b'{"files": ', "is not what a package index answers"),
    ],
)
def test_a_page_that_is_not_an_index_is_one_error(
    server: WebServer, content: bytes, words: str
) -> None:
    server.say("/simple/flask/", content)
    with pytest.raises(UsageError, match=words) as caught:
        releases_of("Flask", [f"{server.address}/simple"])
    assert f"{server.address}/simple/flask/" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_project_and_an_unreachable_index_are_errors(
    server: WebServer,
) -> None:
    host = server.address.removeprefix("http://")
    with pytest.raises(UsageError, match="no index has a project Nobodys") as caught:
        releases_of("Nobodys", [f"http://me:secret@{host}/simple"])
    assert "secret" not in str(caught.value)
    with pytest.raises(UsageError, match="could not be found.*--show") as caught:
        releases_of("Flask", ["http://me:secret@127.0.0.1:1/simple"])
    assert "secret" not in str(caught.value)


def test_the_configured_index_has_the_packages_of_the_catalog() -> None:
    found = [release.version for release in package_index.releases_of("Flask")]
    assert {"0.10", "0.12.5", "1.0", "2.0.0rc1", "3.1.3"} <= set(found)
    assert found.index("0.9") < found.index("0.10") < found.index("1.0")
