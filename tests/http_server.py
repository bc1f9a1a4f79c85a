"""A small local web server with answers that a test sets."""

import json
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs
from urllib.parse import urlsplit


class WebServer(ThreadingHTTPServer):
    """Answers by path, and records its requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str | None]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def say(self, path: str, content: bytes | object, status: int = 200) -> None:
        """Answer a path with bytes, or with JSON."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers[path] = (status, {}, body)

    def send_on(self, path: str, to: str) -> None:
        """Answer a path with a redirect."""
        self.answers[path] = (302, {"Location": to}, b"")


class _Handler(BaseHTTPRequestHandler):
    """Answers by path, ignoring the query."""

    server: WebServer

    def do_GET(self) -> None:  # noqa: N802 (the name is the base class's)
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        page = query.get("page", ["1"])[0]
        key = path if page == "1" else f"{path} {page}"
        status, headers, body = self.server.answers.get(key, (404, {}, b"{}"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""
