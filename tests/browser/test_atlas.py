"""The atlas in a real browser: loading, accessibility, addresses, the keyboard."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser
from playwright.sync_api import expect
from playwright.sync_api import Page

from harness.cli.site import write
from harness.judge.changes import changes_in
from harness.report import contents
from harness.site.cell_pages import written
from harness.site.explain import explain
from harness.site.measured import measured_cells
from harness.site.pages import build_site
from harness.site.run_page import report_page
from tests.browser.conftest import DEADLINE
from tests.builders.atlas import atlas_of
from tests.builders.atlas import catalog_evidence
from tests.builders.atlas import hostile
from tests.builders.atlas import QUESTIONS
from tests.builders.atlas import sample
from tests.builders.commands import PUBLIC

UNEVEN = "cell/flask-3.1.3/gunicorn-27.0.1/gthread-2x4/py3.11.html"

KINDS = {
    "index": "index.html",
    "cell": UNEVEN,
    "failed cell": "cell/flask-3.1.3/gunicorn-21.2.0/died/py3.11.html",
    "cell with answers": "cell/flask-3.1.3/werkzeug-3.1.9/run/py3.11.html",
    "server": "server/gunicorn.html",
    "servers": "servers.html",
    "question": "question/uneven-threads.html",
    "questions": "questions.html",
    "answers": "asked/waits.html",
    "verdict": "verdict/is-uneven.html",
    "what to compare": "diff.html",
    "diff": "diff/gunicorn.html?before=20.1.0&now=27.0.1&show=all",
    "neighbours": "diff/gunicorn/23.0.0/25.3.0.html",
    "changes": "changes.html",
    "explain": "explain.html?command=gunicorn%20-w%204%20--threads%202%20app",
    "method": "method.html",
    "omissions": "omissions.html",
    "data": "data.html",
    "control": "control.html",
    "not found": "404.html",
    "embed": "embed/gunicorn/gthread-2x4.html",
    "run": "report.html",
}
WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")


@contextmanager
def opened(
    browser: Browser, address: str, **settings: Any
) -> Iterator[tuple[Page, list[str]]]:
    """Open a page, record what no page may do, and close it."""
    context = browser.new_context(**settings)
    context.set_default_timeout(DEADLINE)
    page = context.new_page()
    faults: list[str] = []
    base = address.partition("?")[0]
    page.on("console", lambda message: faults.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.is_navigation_request() or request.url.endswith("icon.svg")
            else faults.append(request.url)
        ),
    )
    page.goto(address)
    assert page.url.startswith(base[:20])
    yield page, faults
    context.close()


def file_of(atlas: Path, path: str) -> str:
    """Return the address of a page of the site on disk."""
    name, _, query = path.partition("?")
    return (atlas / name).as_uri() + (f"?{query}" if query else "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_loads_fits_and_is_accessible(
    kind: str, atlas: Path, chromium: Browser, axe: str
) -> None:
    for scheme in SCHEMES:
        size = {"width": 1440, "height": 900}
        address = file_of(atlas, KINDS[kind])
        with opened(chromium, address, viewport=size, color_scheme=scheme) as (
            page,
            faults,
        ):
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (scheme, width)
                if width != 768:
                    assert violations(page, axe) == [], (scheme, width)
            assert faults == [], scheme


@pytest.mark.parametrize("name", ["failures", "questions"])
def test_long_words_do_not_widen_a_page(
    name: str, tmp_path: Path, chromium: Browser
) -> None:
    made = atlas_of([hostile(each, "x" * 300) for each in sample(name)])
    write(tmp_path, build_site(made, QUESTIONS))
    changes = changes_in(made.report)
    text = report_page("A run", contents.page(made.report, changes), made.report.cells)
    (tmp_path / "report.html").write_text(text)
    wide = {}
    with opened(chromium, (tmp_path / "report.html").as_uri()) as (page, _):
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        for path in sorted(tmp_path.rglob("*.html")):
            page.goto(path.as_uri())
            page.evaluate(
                "document.querySelectorAll('details').forEach(d => d.open = 1)"
            )
            if (width := page.evaluate("document.documentElement.scrollWidth")) > 360:
                wide[str(path.relative_to(tmp_path))[:60]] = width
    assert wide == {}


def violations(page: Page, axe: str) -> list[object]:
    """Return axe-core's findings about a page, shortened."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in found["violations"]
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_below_a_path_a_page_loads_nothing_from_other_sites(
    kind: str, served: str, chromium: Browser
) -> None:
    with opened(chromium, served + KINDS[kind]) as (page, faults):
        assert page.title()
        assert faults == []


@pytest.mark.parametrize("where", ["disk", "served"])
def test_links_lead_from_the_matrix_to_the_evidence(
    where: str, atlas: Path, served: str, chromium: Browser
) -> None:
    start = file_of(atlas, "index.html") if where == "disk" else f"{served}index.html"
    with opened(chromium, start) as (page, _):
        page.click(f'a[href="{UNEVEN}"]')
        assert page.url.endswith(UNEVEN)
        page.click("text=the evidence of its environment")
        assert page.url.endswith(".json")
        page.go_back()
        page.click("header nav >> text=Matrix")
        assert page.url.endswith("index.html")


# ---------------------------------------------------------------------------- filters


def test_a_filter_is_kept_in_the_address(atlas: Path, chromium: Browser) -> None:
    start = file_of(atlas, "index.html?server=gunicorn&verdict=is-uneven&flask=3.1.3")
    with opened(chromium, start) as (page, _):
        shown = page.locator("tbody[data-server]:visible")
        servers = {each.get_attribute("data-server") for each in shown.all()}
        assert servers == {"gunicorn"}
        rows = page.locator("tbody[data-server]:visible th[scope=row]:visible")
        assert {"gthread-2x4", "gthread-4x2"} <= set(rows.all_inner_texts())
        assert "sync-4" not in rows.all_inner_texts()
        heads = page.locator("thead th:visible").all_inner_texts()
        assert [head.strip() for head in heads] == ["3.1.3"]
        count = page.locator("tbody:visible td.is-uneven:visible").count()
        expect(page.locator("#count")).to_have_text(f"{count} cells")


def test_a_filter_works_with_the_keyboard_and_the_back_button(
    atlas: Path, chromium: Browser
) -> None:
    with opened(chromium, file_of(atlas, "index.html")) as (page, _):
        everything = page.locator("#count").inner_text()
        tab_to(page, "select[name=server]")
        page.keyboard.type("uWSGI")
        page.keyboard.press("Tab")
        expect(page).to_have_url(file_of(atlas, "index.html") + "?server=uwsgi")
        assert page.locator("#count").inner_text() != everything
        assert page.locator("tbody[data-server=gunicorn]:visible").count() == 0
        page.go_back()
        expect(page.locator("#count")).to_have_text(everything)
        assert page.input_value("select[name=server]") == ""


def test_a_question_links_to_a_page_with_the_same_filter(
    atlas: Path, chromium: Browser
) -> None:
    start = file_of(atlas, "index.html?server=gunicorn")
    with opened(chromium, start) as (page, _):
        page.select_option("select[name=ask]", "asked/waits.html")
        page.wait_for_url("**/asked/waits.html?server=gunicorn")
        shown = page.locator("tbody[data-server]:visible")
        assert {e.get_attribute("data-server") for e in shown.all()} == {"gunicorn"}


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({json.dumps(selector)})"):
            return
    pytest.fail(f"{selector} cannot be reached by keyboard")


def test_every_page_is_readable_without_scripts(atlas: Path, chromium: Browser) -> None:
    start = file_of(atlas, "index.html?server=gunicorn")
    with opened(chromium, start, java_script_enabled=False) as (page, faults):
        assert page.locator("form:visible").count() == 0
        assert page.locator("tbody[data-server=uwsgi]").first.is_visible()
        page.goto(file_of(atlas, "diff.html"))
        page.click("#axes >> text=gunicorn")
        page.click("text=25.3.0 to 27.0.1")
        assert page.locator("h1").inner_text() == "gunicorn 25.3.0 and 27.0.1"
        page.goto(file_of(atlas, "explain.html"))
        assert page.locator("noscript").inner_text()
        assert faults == []


def test_the_first_tab_stop_skips_to_the_content(
    atlas: Path, chromium: Browser
) -> None:
    with opened(chromium, file_of(atlas, "index.html")) as (page, _):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_a_printed_page_has_no_navigation(atlas: Path, chromium: Browser) -> None:
    with opened(chromium, file_of(atlas, UNEVEN)) as (page, _):
        page.emulate_media(media="print")
        assert not page.locator("header nav").is_visible()
        assert page.locator("svg.curve").is_visible()


# ------------------------------------------------------------------------------- diff


def test_a_diff_is_kept_in_the_address_and_works_with_the_keyboard(
    atlas: Path, chromium: Browser
) -> None:
    start = file_of(atlas, "diff/gunicorn.html?before=20.1.0&now=23.0.0")
    with opened(chromium, start) as (page, faults):
        rows = page.locator("#rows tr")
        assert "fewer" in rows.all_inner_texts()[0]
        tab_to(page, "select[name=show]")
        page.keyboard.type("everything")
        page.keyboard.press("Tab")
        assert "show=all" in page.url
        assert rows.count() > 1
        # The older run is always on the left.
        page.goto(file_of(atlas, "diff/gunicorn.html?before=27.0.1&now=20.1.0"))
        assert page.input_value("select[name=before]") == "20.1.0"
        # The address can name the two runs too.
        page.goto(file_of(atlas, "diff.html?of=gunicorn&before=20.1.0&now=23.0.0"))
        page.wait_for_url("**/diff/gunicorn.html?before=20.1.0&now=23.0.0")
        assert "fewer" in rows.all_inner_texts()[0]
        assert faults == []


# ---------------------------------------------------------------------------- explain


def test_explain_is_kept_in_the_address_and_works_with_the_keyboard(
    atlas: Path, chromium: Browser
) -> None:
    start = file_of(atlas, "explain.html?command=gunicorn%20-w%204%20--threads%202%20a")
    with opened(chromium, start) as (page, faults):
        expect(page.locator("#answer .number").first).to_have_text("8 declared")
        expect(page.locator("#answer")).to_contain_text("with exactly these settings")
        tab_to(page, "#command")
        page.keyboard.press("Control+A")
        page.keyboard.type("gunicorn -w $N a")
        page.keyboard.press("Enter")
        expect(page.locator("#answer")).to_contain_text("depends on the variable N")
        assert "command=gunicorn%20-w%20%24N%20a" in page.url
        page.go_back()
        expect(page.locator("#answer .number").first).to_have_text("8 declared")
        assert faults == []


COMMANDS = (
    "",
    "node x",
    "gunicorn 'a",
    "gunicorn a | tee b",
    "gunicorn -w $N a",
    "gunicorn -w ${N:-3} a",
    "gunicorn -w two a",
    "gunicorn -w 0 a",
    "gunicorn -w3 --threads=4 'a:b(\"c d\")'",
    'gunicorn -w 3 "a \\" b" \\\n --threads 2',
    "WEB_CONCURRENCY=3 exec gunicorn a",
    "GUNICORN_CMD_ARGS='-k gevent -w 2' gunicorn a",
    "env A=b poetry run gunicorn -k gevent a",
    "env WEB_CONCURRENCY=3 nice -n 5 timeout -s KILL 60 gunicorn a",
    "uv run --with x --env-file .env gunicorn -w 2 a",
    "newrelic-admin run-program zsh -c 'gunicorn -w 2 a'",
    "poetry run",
    "env A=b poetry run serve -w 2",
    "python3 -m gunicorn -k tornado -w 4 a",
    "gunicorn -c x.py -w 4 a",
    "gunicorn -cx.py -k sync -w 4 a",
    "uwsgi --ini x.ini",
    "uwsgi --http :80 -p 4 --gevent 50 --module a",
    "granian --interface wsgi --workers 4 a",
    "granian --interface wsgi --workers 4 --backpressure 7 a",
    "uvicorn --interface wsgi --limit-concurrency 3 --workers 2 a",
    "flask --app a run",
    "flask shell",
    "daphne a",
    "[]",
    "[1]",
    '["gunicorn", "-w", "3", 7]',
    '["gunicorn\\u00e9"]',
    "CMD",
    "web: ",
    "sh -c",
    "sh -c 'gunicorn -w 2 a | cat'",
    "A=b bash -lc 'C=d gunicorn -w 2 a'",
    "sh x.sh",
)


def test_explain_says_the_same_as_the_command_line(
    atlas: Path, chromium: Browser
) -> None:
    made = atlas_of([*catalog_evidence(), *sample("history", "questions", "failures")])
    measured = measured_cells(made)
    ours = [written(made, entry.cell) for entry in made.newest.values()]
    public = [command for command, _ in PUBLIC]
    commands = [*COMMANDS, *public, *filter(None, ours), "gunicorn é -w 2"]
    with opened(chromium, file_of(atlas, "explain.html")) as (page, _):
        theirs = page.evaluate("(all) => all.map(explained)", commands)
    for command, answer in zip(commands, theirs, strict=True):
        expected = msgspec.to_builtins(explain(command, measured))
        assert answer == json.loads(msgspec.json.encode(expected)), command
