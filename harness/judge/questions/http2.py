"""Judges whether one HTTP/2 connection gets as many places as several connections.

It gets fewer when in no round as many of its requests are in the app as are when each
has a connection of its own, though the server allows that many streams.
"""

from __future__ import annotations

from harness.records.evidence import CellEvidence
from harness.records.http2 import Http2Numbers
from harness.records.http2 import Http2Seen
from harness.records.http2 import StreamRound
from harness.records.numbers import sum_up_cell
from harness.records.questions import Answer
from harness.records.rounds import load_of
from harness.records.text import plural
from harness.records.words import Settled


def answer(seen: Http2Seen, cell: CellEvidence) -> Answer:
    """How many requests of one connection are in the app; that is the
    answer's number.
    """
    if any(_on_their_way(round_) for round_ in seen.rounds):
        return seen.not_quiet()
    result = numbers(seen, cell)
    if result is None:
        return seen.unknown("no request on such a connection got into the app")
    return seen.answer(_short(result), _sentence(result), result.one)


def _on_their_way(seen: StreamRound) -> bool:
    return seen.waiting > 0 and seen.settled is Settled.STEADY_COUNT


def numbers(seen: Http2Seen, cell: CellEvidence) -> Http2Numbers | None:
    """The numbers of the rounds; ``None`` if they are inconclusive."""
    many = seen.rounds[1:]
    if not many or not all(round_.admitted for round_ in seen.rounds):
        return None
    if any(map(_on_their_way, many)):
        return None
    load = load_of(cell.declaration.declared, seen.asked)
    several = sum_up_cell(cell, load).ceiling or 1
    one, offered = max(e.admitted for e in many), max(e.offered for e in many)
    return Http2Numbers(
        one=one,
        several=several,
        offered=offered,
        streams=seen.streams,
        fewer=one < min(several, offered),
        processes=max(each.processes for each in many),
    )


# --------------------------------------------------------------------------- in words


def _short(found: Http2Numbers) -> str:
    if found.fewer:
        return f"{found.one} of {found.several}"
    if found.one < found.several:
        return f"{found.one} of {found.several}: no more streams are allowed"
    return f"as many: {min(found.one, found.several)}"


def _sentence(found: Http2Numbers) -> str:
    requests = plural(found.one, "request")
    allowed = _allowed(found)
    if found.fewer:
        where = " one process has" if found.processes == 1 else " it gets"
        return (
            f"One HTTP/2 connection gets fewer places than several: of {found.offered} "
            f"requests on it {found.one} are in the app at once, which is all that"
            f"{where}, and {found.several} on connections of their own.{allowed}"
        )
    if found.one < found.several:
        return (
            f"All {found.one} requests that one HTTP/2 connection can carry are in the "
            f"app at once; {found.several} were on connections of their own.{allowed}"
        )
    return (
        "One HTTP/2 connection gets as many places as several: "
        f"{requests} on it can be in the app at once.{allowed}"
    )


def _allowed(found: Http2Numbers) -> str:
    if found.streams is None:
        return ""
    return f" The server allows {plural(found.streams, 'stream')} on a connection."
