"""A page for each question: the newest answers, and the cells that it does not fit."""

import re
from html import unescape

import msgspec

from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.http2 import Http2Seen
from harness.records.memory import MemorySeen
from harness.records.slow_clients import SilentSeen
from harness.records.words import Outcome
from tests.builders.atlas import atlas_of
from tests.builders.atlas import built
from tests.samples import make

WHERE = make.environment("3.1.3", "granian", "2.8.6")
NEWER = make.environment("3.1.3", "granian", "2.8.9")


def run(where: object, *cells: CellEvidence) -> Evidence:
    return make.evidence(where, cells)  # type: ignore[arg-type]


def words(page: bytes) -> str:
    """Return the text of a page."""
    text = page.decode().partition("</style>")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def test_an_older_answer_stays_if_the_newer_release_was_not_asked() -> None:
    asked = make.cell(
        WHERE,
        "blocking-threads-4",
        4,
        make.rounds(4, (1, 4)),
        asked=(MemorySeen(outcome=Outcome.DIED, reason="it died"),),
    )
    newer = make.cell(NEWER, "blocking-threads-4", 4, make.rounds(4, (1, 4)))
    files = built(atlas_of([run(WHERE, asked), run(NEWER, newer)]))
    page = words(files["asked/memory.html"])
    assert "granian 2.8.6 blocking-threads-4" in page and "it died" in page
    assert "--ask memory --only flask-3.1.3/granian-2.8.6/blocking-threads-4/" in page


def test_cells_that_a_question_does_not_fit_are_listed_once() -> None:
    no = Http2Seen(outcome=Outcome.NOT_SUPPORTED, reason="it speaks no HTTP/2")
    cells = [
        make.cell(WHERE, name, 4, make.rounds(4, (1, 4)), asked=(no,))
        for name in ("default", "blocking-threads-4")
    ]
    page = words(built(atlas_of([run(WHERE, *cells)]))["asked/http2.html"])
    assert "granian default and blocking-threads-4: it speaks no HTTP/2." in page
    assert page.count("it speaks no HTTP/2") == 1
    assert "It could not be asked" not in page


def test_a_question_cites_the_newest_release_with_an_answer() -> None:
    old, new = (make.environment("3.1.3", "gunicorn", v) for v in ("26.2.0", "27.0.1"))
    died = SilentSeen(outcome=Outcome.DIED, reason="it died")
    before = make.cell(old, "sync-4", 4, make.rounds(4, (4, 1)), asked=(died,))
    now = make.cell(new, "sync-4", 4, make.rounds(4, (4, 1)))
    files = built(atlas_of([run(old, before), run(new, now)]))
    page = files["question/slow-clients.html"].decode()
    assert "gunicorn-26.2.0/sync-4/" in page and "gunicorn-27.0.1" not in page
    assert "gunicorn-27.0.1/sync-4/" in files["question/gunicorn-default.html"].decode()


def test_json_for_search_engines_cannot_end_its_script_element() -> None:
    where = msgspec.structs.replace(WHERE)
    cell = make.cell(where, "default", 4, make.rounds(4, (1, 4)))
    page = built(atlas_of([run(where, cell)]))["question/granian-threads.html"]
    (described,) = re.findall(
        rb'<script type="application/ld\+json">(.*?)</script>', page
    )
    assert b"<" not in described
    assert msgspec.json.decode(described)["@type"] == "FAQPage"
