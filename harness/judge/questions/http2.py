"""Judges whether one HTTP/2 connection gets as many slots as several connections.

It gets fewer if, in every round, fewer of its requests are in the app than when each
request has its own connection, although the server allows that many streams.
"""

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
    """How many requests of one connection are in the app, which is also the number."""
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


def _short(numbers: Http2Numbers) -> str:
    if numbers.fewer:
        return f"{numbers.one} of {numbers.several}"
    if numbers.one < numbers.several:
        return f"{numbers.one} of {numbers.several}: no more streams are allowed"
    return f"as many: {min(numbers.one, numbers.several)}"


def _sentence(numbers: Http2Numbers) -> str:
    requests = plural(numbers.one, "request")
    allowed = _allowed(numbers)
    if numbers.fewer:
        where = ", all that one process has" if numbers.processes == 1 else ""
        return (
            "One HTTP/2 connection gets fewer slots than several: of "
            f"{numbers.offered} requests on it, {numbers.one} are in the app at once"
            f"{where}; with a connection for each, {numbers.several} are.{allowed}"
        )
    if numbers.one < numbers.several:
        return (
            f"All {numbers.one} requests that one HTTP/2 connection can carry are in "
            f"the app at once; with a connection for each, {numbers.several} are."
            f"{allowed}"
        )
    return (
        "One HTTP/2 connection gets as many slots as several: "
        f"{requests} on it can be in the app at once.{allowed}"
    )


def _allowed(numbers: Http2Numbers) -> str:
    if numbers.streams is None:
        return ""
    return f" The server allows {plural(numbers.streams, 'stream')} on a connection."
