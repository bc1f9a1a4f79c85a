"""Rules for the whole_site site: links, bytes, policy, size."""

import json
import posixpath
import re
import struct
from urllib.parse import unquote
from urllib.parse import urldefrag
from xml.etree import ElementTree

import pytest

from harness.site.pages import build_site
from harness.site.rendering import source_hash
from tests.atlas.conftest import URL
from tests.builders.atlas import atlas_of
from tests.builders.atlas import built
from tests.builders.atlas import catalog_evidence
from tests.builders.atlas import EVIL
from tests.builders.atlas import QUESTIONS
from tests.builders.atlas import sample
from tests.builders.html import pages
from tests.builders.html import parsed

FIRST_VIEW = 150_000
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src"}


def target(path: str, href: str) -> tuple[str, str]:
    """Return the file that a link on a page leads to, and the anchor in it."""
    href, fragment = urldefrag(href)
    if href.startswith(URL):
        href = "/" + href.removeprefix(URL)
    href = href.partition("?")[0]
    joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), href))
    return unquote(joined).lstrip("/") if href else path, fragment


def test_every_link_has_a_target(whole_site: dict[str, bytes]) -> None:
    ids = {
        path: {given["id"] for _, given in page.elements if "id" in given}
        for path, page in pages(whole_site)
    }
    for path, page in pages(whole_site):
        for tag, given in page.elements:
            href = given.get("href") or given.get("src") or ""
            if given.get("property") in ("og:url", "og:image"):
                href = given["content"]
            if not href or href == "data:,":
                continue
            if href.startswith("https://") and not href.startswith(URL):
                assert tag == "a", (path, href)
                continue
            to, fragment = target(path, href)
            assert to in whole_site, (path, href)
            assert not fragment or fragment in ids[to], (path, href)


def test_addresses_in_forms_and_data_have_a_target(
    whole_site: dict[str, bytes],
) -> None:
    for path in ("index.html", "asked/waits.html"):
        page = parsed(whole_site[path])
        for tag, given in page.elements:
            if tag == "option" and given.get("value", "").endswith(".html"):
                assert given["value"] in whole_site
    for cell in json.loads(whole_site["data.json"])["cells"].values():
        assert cell["page"] in whole_site and cell["evidence"]["path"] in whole_site
    for name in ("explain.html", "diff/gunicorn.html"):
        (text,) = (
            t for _, g, t in parsed(whole_site[name]).inline if g.get("id") == "data"
        )
        assert json.loads(text)


def test_every_page_of_the_site_is_linked(whole_site: dict[str, bytes]) -> None:
    seen: set[str] = set()
    waiting = ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.endswith(".html"):
            continue
        seen.add(path)
        for _, given in parsed(whole_site[path]).elements:
            href = given.get("href", "")
            if href and not href.startswith("https://"):
                waiting.append(target(path, href)[0])
    every = {path for path in whole_site if path.endswith(".html")}
    assert every - seen == {"404.html"}


def test_ids_of_elements_are_unique(whole_site: dict[str, bytes]) -> None:
    for path, page in pages(whole_site):
        ids = [given["id"] for _, given in page.elements if "id" in given]
        assert len(ids) == len(set(ids)), path


def test_the_same_evidence_gives_the_same_bytes() -> None:
    names = ("story", "questions", "failures", "history")
    once, again = (built(atlas_of(sample(*names))) for _ in range(2))
    turned = built(atlas_of(sample(*names)[::-1]))
    assert once == again == turned


@pytest.mark.parametrize("which", ["whole_site", "hostile_site"])
def test_the_policy_allows_only_what_is_on_the_page(
    which: str, request: pytest.FixtureRequest
) -> None:
    files = request.getfixturevalue(which)
    for path, page in pages(files):
        assert page.policy.startswith("default-src 'none'"), path
        for tag, given, text in page.inline:
            if given.get("type") in ("application/json", "application/ld+json"):
                assert json.loads(text)
                continue
            assert source_hash(text) in page.policy, (path, tag)
        for tag, given in page.elements:
            assert not any(key.startswith("on") or key == "style" for key in given)
            loads = given.get(LOADED.get(tag, ""), "")
            rel = given.get("rel", "")
            assert not loads.startswith("http") or rel == "canonical", (path, loads)


def test_foreign_text_stays_text(hostile_site: dict[str, bytes]) -> None:
    for path, content in hostile_site.items():
        if path.endswith(".png"):
            continue
        text = content.decode()
        if path.endswith(".html"):
            page = parsed(content)
            scripts = [given for tag, given in page.elements if tag == "script"]
            assert len(scripts) <= 2, path
            assert "alert" not in {tag for tag, _ in page.elements}
            assert not set("\u202e\x1b\x00") & set(text), path
            for tag, given in page.elements:
                if tag == "a":
                    href = given["href"]
                    assert not re.match(r"[a-z]+:", href) or href.startswith("https://")
        elif path.endswith((".svg", ".atom", ".xml")):
            ElementTree.fromstring(content)
            assert not set("\u202e\x1b\x00") & set(text), path
        elif path.endswith(".json"):
            json.loads(content)
        assert "\x00" not in path and ".." not in path.split("/"), path
        assert "<" not in path and '"' not in path, path


def test_hostile_text_is_shown_and_legible(hostile_site: dict[str, bytes]) -> None:
    texts = [c.decode() for path, c in hostile_site.items() if path.startswith("cell/")]
    assert texts
    for text in texts:
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "\\u202e" in text
    assert EVIL not in "".join(texts)


def test_the_first_view_is_small(whole_site: dict[str, bytes]) -> None:
    """For the whole_site catalog, uncompressed, with everything inlined."""
    for path, content in whole_site.items():
        if not path.endswith(".html"):
            continue
        assert len(content) <= FIRST_VIEW, (path, len(content))


def test_older_releases_move_to_other_pages_if_there_are_too_many() -> None:
    flasks = ("1.0.4", "1.1.4", "2.0.3", "2.1.3", "2.2.5", "2.3.3")
    newer = ("3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.1.0", "3.1.1", "3.1.2", "3.1.3")
    index = next(build_site(atlas_of(catalog_evidence((*flasks, *newer))), QUESTIONS))
    assert index.path == "index.html"
    text = index.content.decode()
    assert len(text.encode()) <= FIRST_VIEW
    assert "Other releases of Flask are on the pages of the servers: 1.0.4" in text
    assert 'data-release="3.1.3"' in text and 'data-release="1.0.4"' not in text


def test_preview_images_are_valid(whole_site: dict[str, bytes]) -> None:
    cards = [
        content for path, content in whole_site.items() if path.startswith("card/")
    ]
    for content in cards:
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", content[16:24]) == (600, 315)
    assert len({content for content in cards}) > 20


def test_a_site_without_an_address_has_no_sitemap() -> None:
    files = built(atlas_of(sample("single")))
    assert "sitemap.xml" not in files
    assert "canonical" not in files["index.html"].decode()
    assert "Sitemap" not in files["robots.txt"].decode()
