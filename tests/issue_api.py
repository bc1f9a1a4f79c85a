"""A stand-in for the issues of GitHub's REST API, with answers as documented.

It runs on this machine and records the requests that it gets. It is not GitHub.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from urllib.parse import urlsplit

BOT = "github-actions[bot]"
NAME = "example/äpp"


class IssueApi(ThreadingHTTPServer):
    """The issues of one repository."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issues: list[dict[str, Any]] = []
        self.comments: list[tuple[int, str]] = []
        self.tokens: set[str | None] = set()
        self.refuses = 0
        """The status of every answer; zero for the usual ones."""

    @property
    def address(self) -> str:
        """The address of the API, as a runner would give it."""
        return f"http://127.0.0.1:{self.server_port}"

    def open(self, body: str, user: str = BOT, **more: Any) -> int:
        """Open an issue, and return its number."""
        number = len(self.issues) + 1
        content = {"number": number, "state": "open", "title": "", "body": body}
        self.issues.append({**content, "user": {"login": user}, **more})
        return number


class _Handler(BaseHTTPRequestHandler):
    server: IssueApi

    def do_GET(self) -> None:  # noqa: N802 (the name is the base class's)
        query = parse_qs(urlsplit(self.path).query)
        found = [
            issue
            for issue in self.server.issues
            if [issue["state"]] == query["state"]
            and [issue["user"]["login"]] == query["creator"]
        ]
        size, page = int(query["per_page"][0]), int(query["page"][0])
        self._answer(200, found[size * (page - 1) : size * page])

    def do_POST(self) -> None:  # noqa: N802
        content, parts = self._content(), urlsplit(self.path).path.split("/")
        if parts[-1] == "comments":
            self.server.comments.append((int(parts[-2]), content["body"]))
            self._answer(201, {"id": len(self.server.comments)})
            return
        self.server.open(content["body"], title=content["title"])
        self._answer(201, self.server.issues[-1])

    def do_PATCH(self) -> None:  # noqa: N802
        issue = self.server.issues[int(self.path.rpartition("/")[2]) - 1]
        issue |= self._content()
        self._answer(200, issue)

    def _content(self) -> dict[str, Any]:
        length = int(self.headers["Content-Length"])
        found: dict[str, Any] = json.loads(self.rfile.read(length))
        return found

    def _answer(self, status: int, content: object) -> None:
        self.server.tokens.add(self.headers.get("Authorization"))
        body = json.dumps(content).encode()
        self.send_response(self.server.refuses or status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def serving() -> Iterator[IssueApi]:
    """Run the stand-in until the block ends."""
    api = IssueApi()
    thread = threading.Thread(target=api.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield api
    finally:
        api.shutdown()
        thread.join(10)
        api.server_close()
