"""The tables in ``docs/life.md`` are made of the stored tapes."""

from typing import Any

import pytest

from docs.make import tapes
from docs.make.blocks import block
from harness.records.choices import Act
from harness.records.life import IdleSeen


def line(act: Act = Act.RELOAD, **other: Any) -> tapes.Line:
    fields: dict[str, Any] = {
        "release": "27.0.1",
        "configuration": "sync-4",
        "usual": 4,
        "lowest": 4,
        "seconds": 3.2,
        "after": 4,
        "lost": 0,
    }
    return tapes.Line(act=act, **{**fields, **other})


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ((), "not known"),
        ((line(),), "4"),
        ((line(lowest=0), line()), "**0** of 4 for 3 s"),
        ((line(lowest=0, seconds=0.3),), "**0** of 4 for 0.3 s"),
        ((line(lowest=3, seconds=0.3),), "4"),
        ((line(Act.KILL, lowest=3, after=3),), "**3** of 4 to the end"),
        ((line(Act.KILL, after=8),), "4"),
        ((line(Act.KILL, after=4),), "4 to the end"),
        ((line(Act.SCALE_DOWN, lowest=3, after=3),), "3"),
        ((line(lost=1), line(lost=3), line(lost=2)), "4; 1–3 lost"),
        ((line(Act.RECYCLE, replaced=False),), "none was replaced yet"),
        (
            (line(Act.RECYCLE, lowest=0, after=0, replaced=False),),
            "**0** of 4 to the end",
        ),
        ((line(Act.END, lowest=0, after=0),), "none lost"),
        ((line(Act.END, lowest=0, after=0, lost=8),), "8 lost"),
    ],
)
def test_an_act_is_summarized_in_one_line(
    seen: tuple[tapes.Line, ...], said: str
) -> None:
    assert tapes._said(seen) == said


def test_each_run_has_its_number_of_idle_connections() -> None:
    seen = (
        IdleSeen(connections=8, kept=8, answered=8),
        IdleSeen(connections=8, kept=8, closed=2, lost=6),
    )
    both = [
        tapes.Idle(release="27.0.1", configuration="gthread-2x4", seen=each)
        for each in seen
    ]
    assert tapes._idle(both, "sync-4").count("\n") == 2  # the header only
    row = tapes._idle(both, "gthread-2x4").splitlines()[-1]
    assert row == "| 27.0.1 | 0, 2 | 8, 0 | **0, 6** |"


def test_the_page_shows_the_stored_tapes() -> None:
    stored = tapes.read()
    lines = stored.lines
    for name in ("sync-4", "gthread-2x4"):
        table = block(tapes.PAGE, f"tapes {name}")
        assert table == tapes._table(lines, name), "write it anew: nox -s docs"
        rows = table.splitlines()[2:]
        releases = [row.split("|")[1].strip() for row in rows]
        assert releases == sorted(releases, key=tapes._key)
        assert "not known" not in table
    assert block(tapes.PAGE, "tapes max-requests") == tapes._recycle(lines)
    idle = block(tapes.PAGE, "idle on reload")
    assert idle == tapes._idle(stored.idle, "gthread-2x4")
