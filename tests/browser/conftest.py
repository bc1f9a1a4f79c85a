"""A real Chromium, and sites on disk and below a path of a web server.

``nox -s browser`` names the browser in CHROMIUM and axe-core's script in AXE. ``nox -s
tests`` runs none of these tests.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import sync_playwright

from harness.cli.site import write
from harness.judge.changes import changes_in
from harness.report import contents
from harness.site.pages import build_site
from harness.site.run_page import report_page
from tests.builders.atlas import atlas_of
from tests.builders.atlas import catalog_evidence
from tests.builders.atlas import QUESTIONS
from tests.builders.atlas import sample

NAMES = ("chromium", "chromium-browser", "google-chrome")
DEADLINE = 20_000
"""Milliseconds for anything on a page, even on a busy machine."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing."""


@pytest.fixture(scope="session")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the whole catalog and some samples, below a path."""
    folder = tmp_path_factory.mktemp("web") / "below" / "a path"
    others = sample("history", "questions", "failures")
    made = atlas_of([*catalog_evidence(), *others])
    write(folder, build_site(made, QUESTIONS))
    report = atlas_of(sample("story", "failures")).report
    text = report_page("A run", contents.page(report, changes_in(report)), report.cells)
    (folder / "report.html").write_text(text)
    return folder


@pytest.fixture(scope="session")
def served(atlas: Path) -> Iterator[str]:
    """The address of that site on a local web server."""
    handler = partial(Quiet, directory=str(atlas.parents[1]))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/below/a%20path/"
        server.shutdown()
        thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, closed after the last test."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"], timeout=60_000
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core's script."""
    return Path(os.environ["AXE"]).read_text()
