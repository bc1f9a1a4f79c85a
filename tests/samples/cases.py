"""The sample cases: evidence that is made by hand.

The numbers are those that real servers gave; the texts of the hostile case are made to
do harm. ``pytest --update-samples`` writes the cases and their reports.
"""

from collections.abc import Callable
from collections.abc import Iterable

import msgspec

from harness.records.evidence import CellEvidence
from harness.records.evidence import Claims
from harness.records.evidence import Evidence
from harness.records.life import LifeSeen
from harness.records.memory import Footprint
from harness.records.memory import MemorySeen
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.seen import CallRound
from harness.records.seen import ComputeRound
from harness.records.seen import OverflowSeen
from harness.records.seen import ParallelSeen
from harness.records.seen import SelfCallSeen
from harness.records.seen import Wait
from harness.records.seen import WaitKindSeen
from harness.records.seen import WaitsSeen
from harness.records.staying import EventsSeen
from harness.records.staying import StayStep
from harness.records.staying import UploadsSeen
from harness.records.words import Arrival
from harness.records.words import Outcome
from harness.records.words import Settled
from tests.builders.steered import chosen
from tests.builders.tapes import ENDED
from tests.builders.tapes import KILLED
from tests.builders.tapes import RELOADED
from tests.builders.tapes import UNCAUGHT
from tests.samples.make import cell
from tests.samples.make import CONTROL
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unbounded
from tests.samples.make import unmeasured

WERKZEUG = {
    "0.12.5": "0.16.1",
    "1.0.4": "0.16.1",
    "1.1.4": "1.0.1",
    "2.3.3": "3.0.6",
    "3.1.3": "3.1.8",
}

COMPANIONS = {
    "blinker": "1.9.0",
    "click": "8.3.1",
    "itsdangerous": "2.2.0",
    "Jinja2": "3.1.6",
    "MarkupSafe": "3.0.3",
}


def _installed(where: Environment) -> dict[str, str]:
    return {
        **COMPANIONS,
        "Flask": where.flask,
        where.server: where.server_version,
        "werkzeug": WERKZEUG.get(where.flask, "3.1.8"),
    }


def _of(where: Environment, cells: Iterable[CellEvidence]) -> Evidence:
    return evidence(where, cells, installed=_installed(where))


# ------------------------------------------------------------------------- the story


def _own_server(flask: str) -> Evidence:
    where = environment(flask, "werkzeug", WERKZEUG[flask])
    before = flask.startswith("0.")
    single = rounds(1, (1, 1))
    many = unbounded(64, 400, 500)
    return _of(
        where,
        [
            cell(where, "run", 1, single) if before else cell(where, "run", None, many),
            cell(where, "run-without-threads", 1, single),
            cell(where, "app-run-threaded", None, many),
            cell(where, "app-run-unthreaded", 1, single),
            cell(where, "app-run-processes-3", 3, rounds(3, (3, 1))),
        ],
    )


def _gunicorn(flask: str, at: list[int]) -> Evidence:
    where = environment(flask, "gunicorn", "27.0.1")
    return _of(
        where,
        [
            cell(where, "sync-4", 4, rounds(4, (4, 1)), **chosen(4, 1, 4)),
            cell(where, "gthread-2x4", 8, rounds(8, (2, 4), at), **chosen(2, 4, 4)),
        ],
    )


def _gunicorn_newest() -> Evidence:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    two = rounds(8, (2, 4), [8, 6, 8, 5, 7])
    four = rounds(8, (4, 2), [3, 8, 5, 2, 7, 4])
    return _of(
        where,
        [
            cell(where, "default", 1, rounds(1, (1, 1))),
            cell(where, "sync-4", 4, rounds(4, (4, 1)), **chosen(4, 1, 4)),
            cell(where, "gthread-1x4", 4, rounds(4, (1, 4)), workers=1),
            cell(where, "gthread-2x4", 8, two, **chosen(2, 4, 4)),
            cell(where, "gthread-4x2", 8, four, **chosen(4, 2, 2)),
            cell(
                where,
                "gthread-4x2-connections-2",
                8,
                rounds(8, (4, 2), [8] * 4),
                **chosen(4, 2, 8),
            ),
            cell(where, "gevent", 1000, rounds(1000, (1, 1000))),
            cell(where, "gevent-connections-10", 10, rounds(10, (1, 10))),
            cell(where, "gevent-2", 2000, rounds(2000, (2, 1000))),
            cell(where, "gevent-2-connections-10", 20, rounds(20, (2, 10))),
            cell(where, "tornado", 1, rounds(1, (1, 1))),
        ],
    )


def _eventlet() -> Evidence:
    where = environment("3.1.3", "gunicorn", "25.3.0")
    return _of(where, [cell(where, "eventlet", 1000, rounds(1000, (1, 1000)))])


def _uwsgi() -> Evidence:
    where = environment("3.1.3", "uwsgi", "2.0.31")
    return _of(
        where,
        [
            cell(where, "default", 1, rounds(1, (1, 1))),
            cell(where, "processes-4", 4, rounds(4, (4, 1))),
            cell(where, "processes-2x4", 8, rounds(8, (2, 4))),
            cell(where, "gevent-100", 100, rounds(100, (1, 100))),
        ],
    )


def story() -> list[Evidence]:
    """The default selection as it came out."""
    older = {"0.12.5": [8, 8], "1.0.4": [7, 8], "1.1.4": [8, 6], "2.3.3": [5, 8]}
    return [
        *(each for flask in WERKZEUG for each in [_own_server(flask)]),
        *(_gunicorn(flask, at) for flask, at in older.items()),
        _gunicorn_newest(),
        _eventlet(),
        _uwsgi(),
    ]


# ---------------------------------------------------------------------- other cases


def _async_views(where: Environment) -> CellEvidence:
    """An ``async def`` view under gevent: one enters, the others get an error."""
    ended = Account(answered=1, answered_without_entering=39)
    first = offer(1, 1)
    later = offer(40, 1, (1, 1), waiting=0, account=ended)
    return cell(where, "gevent-async-views", 40, (first, later, later))


def _stops_answering(where: Environment) -> CellEvidence:
    """What 21.2.0 does with as many connections as threads."""
    ended = Account(answered=6, timed_out=10)
    stuck = offer(16, 6, (4, 2), stalled=10, entered_on_release=0, account=ended)
    at = offer(8, 6, (4, 2))
    return cell(where, "gthread-4x2-connections-2", 8, (offer(1, 1), at, at, stuck))


def _never_quiet() -> tuple[Round, ...]:
    busy = offer(8, 4, (1, 4), settled=Settled.STEADY_COUNT, settle_seconds=3.6)
    return (offer(1, 1), offer(4, 4, (1, 4)), offer(4, 4, (1, 4)), busy)


def _one_by_one() -> tuple[Round, ...]:
    """Admits both of two that come together, but not the second after the first."""
    late = offer(2, 1, (2, 1), arrival=Arrival.STAGGERED)
    both = offer(2, 2, (2, 1))
    return (offer(1, 1), both, both, late, offer(4, 2, (2, 1)))


TRACEBACK = """\
\x1b[31mTraceback (most recent call last):\x1b[0m
  File "app.py", line 3, in <module>
    import nothing_of_the_kind
ModuleNotFoundError: No module named 'nothing_of_the_kind'
[2026-11-21 09:30:00 +0000] [4711] [ERROR] Worker (pid:4712) exited with code 3
"""


def failures() -> list[Evidence]:
    """One cell for each way in which something is not as declared."""
    where = environment("3.1.3", "gunicorn", "21.2.0")
    old = environment("0.12.5", "gunicorn", "21.2.0")
    gone = (
        unmeasured(where, "not-installed", Outcome.NOT_INSTALLED,
                   "eventlet could not be built", "error: no C compiler\n"),
        unmeasured(where, "not-started", Outcome.NOT_STARTED,
                   "the server exited with status 3 before it answered", TRACEBACK),
        unmeasured(where, "not-answering", Outcome.NOT_ANSWERING,
                   "no answer from the app within 20 s"),
        unmeasured(where, "died", Outcome.DIED,
                   "the server was ended by SIGSEGV after 4 rounds", "Segfault\n"),
        unmeasured(where, "not-supported", Outcome.NOT_SUPPORTED,
                   "Gunicorn 26 removed the eventlet worker"),
    )  # fmt: skip
    leaving = tuple(
        msgspec.structs.replace(round_, broken=2) for round_ in rounds(4, (4, 1))
    )
    return [
        _of(
            where,
            [
                *gone,
                cell(where, "as-declared", 4, rounds(4, (4, 1))),
                cell(where, "more", 8, rounds(8, (1, 12), [8])[:2] + (offer(16, 12),)),
                cell(where, "never-offered-more", 1000, (offer(1000, 1000),)),
                cell(where, "never-quiet", 4, _never_quiet()),
                cell(where, "leaving-early", 4, leaving),
                cell(where, "one-by-one", 2, _one_by_one()),
                cell(where, "unbounded-but-bounded", None, rounds(64, (1, 10), [10])),
                _async_views(where),
                _stops_answering(where),
            ],
        ),
        _of(
            old,
            [
                unmeasured(old, "not-supported", Outcome.NOT_SUPPORTED,
                           "Gunicorn 26 removed the eventlet worker"),
                cell(old, "as-declared", 4, rounds(4, (4, 1))),
            ],
        ),
    ]  # fmt: skip


EVIL = (
    "x|y`z\n| forged | row |\n</details><script>alert(1)</script><!-- -->\r"
    "::error::forged\n##[error]forged\x1b[2J\x1b]0;title\x07\u202egnp.exe\u2066 "
    "@everyone https://evil.example www.evil.example ![i](https://evil.example/i.png) "
    "[l](javascript:alert(1)) **b** _i_ ~~s~~ $x$ &amp; \\| :tada: \x00\u2028\u200b"
)

EVIL_LOG = (
    "```\n````\n</details>\n\n# forged\n::error file=a::forged\n::stop-commands::x\n"
    "\x1b[31mred\x1b[0m | a | b |\n| --- | --- |\n<img src=x onerror=alert(1)>\n"
    "```mermaid\ngraph TD; A-->B\n```\n- [ ] forged\n\u202eevil\n"
)


def hostile() -> list[Evidence]:
    """Names, reasons and output that try to break out of wherever they stand."""
    where = environment('3.1.3"]|`', 'gun"]icorn\n- [x] x', "1|0`", "3.11<b>")
    return [
        _of(
            where,
            [
                unmeasured(where, EVIL, Outcome.DIED, EVIL, EVIL_LOG),
                cell(
                    where,
                    '"] bar [1',
                    2,
                    rounds(2, (1, 2)),
                    asked=(
                        SelfCallSeen(outcome=Outcome.DIED, reason=EVIL),
                        OverflowSeen(in_app=1, turned_away={EVIL: 1}),
                    ),
                ),
                cell(where, "1. " + EVIL, 4, rounds(4, (1, 4), [3, 4])),
            ],
        )
    ]


def control_wrong() -> list[Evidence]:
    """The control runs 2 × 2 and was measured as 3: no number can be trusted."""
    where = environment("3.1.3", "gunicorn", "27.0.1")
    wrong = msgspec.structs.replace(CONTROL, rounds=rounds(4, (2, 2), [3, 4, 3]))
    cells = [
        cell(where, "sync-4", 4, rounds(4, (4, 1))),
        unmeasured(where, "gevent", Outcome.NOT_INSTALLED, "gevent did not build"),
    ]
    return [evidence(where, cells, control=wrong)]


def nothing_measured() -> list[Evidence]:
    """An environment that could not be installed has no control either."""
    where = environment("0.9", "gunicorn", "27.0.1")
    reason = "Flask 0.9 needs Python 2"
    cells = [unmeasured(where, "default", Outcome.NOT_INSTALLED, reason, "No match\n")]
    return [evidence(where, cells, control=None, installed={})]


def single() -> list[Evidence]:
    """One cell, such as someone who asks for just that gets."""
    where = environment("3.1.3", "gunicorn", "27.0.1")
    uneven = rounds(8, (4, 2), [3, 8, 5, 2, 7, 4])
    return [_of(where, [cell(where, "gthread-4x2", 8, uneven)])]


def history() -> list[Evidence]:
    """Releases of one server under one Flask, as they came out."""

    def release(version: str, admitted: int, *more: CellEvidence) -> Evidence:
        where = environment("3.1.3", "gunicorn", version)
        at = [admitted, admitted] if admitted < 4 else [4, 4]
        limited = rounds(4, (1, 4), at)
        cells = [
            cell(where, "sync-4", 4, rounds(4, (4, 1))),
            cell(where, "gthread-1x4-connections-4", 4, limited),
        ]
        return _of(where, [*cells, *more])

    old, new = (environment("3.1.3", "gunicorn", v) for v in ("20.1.0", "27.0.1"))
    between = environment("3.1.3", "gunicorn", "23.0.0")
    return [
        release("20.1.0", 4,
                unmeasured(old, "eventlet", Outcome.NOT_STARTED,
                           "the server exited with status 1 before it answered",
                           "ImportError: cannot import name 'ALREADY_HANDLED'\n")),
        release("23.0.0", 3,
                cell(between, "eventlet", 1000, rounds(1000, (1, 1000)))),
        release("27.0.1", 4,
                unmeasured(new, "eventlet", Outcome.NOT_SUPPORTED,
                           "needs gunicorn <26, not 27.0.1: it was removed")),
    ]  # fmt: skip


def checkout() -> list[Evidence]:
    """Somebody's own Flask beside the newest release."""
    own = environment("3.2.0.dev0+checkout.1a2b3c4.dirty", "werkzeug", "3.1.9")
    release = environment("3.1.3", "werkzeug", "3.1.9")
    return [
        _of(release, [cell(release, "run", None, unbounded(64, 500))]),
        msgspec.structs.replace(
            _of(own, [cell(own, "run", None, unbounded(64, 500))]),
            sources={"Flask": "./flask"},
        ),
    ]


def claims() -> list[Evidence]:
    """Servers that tell apps something else than what was seen, and a formula."""
    seldom = environment("3.1.3", "pyruvate", "1.6.1")
    often = environment("3.1.3", "hypercorn", "0.18.0")
    shared = environment("3.1.3", "granian", "2.8.7")
    computed = Declaration(
        declared=6,
        because="It runs in a pool. With the 2 processors here that is 6.",
        source="https://flask.palletsprojects.com/en/stable/deploying/",
        formula="min(32, processors + 4)",
    )
    neither = Claims(multithread=False, multiprocess=False)
    only_threads = Claims(multithread=True, multiprocess=False)
    both = Claims(multithread=True, multiprocess=True)
    pool = cell(often, "default", 6, rounds(6, (1, 6)), claims=both)
    return [
        _of(seldom, [cell(seldom, "workers-4", 4, rounds(4, (1, 4)), claims=neither)]),
        _of(often, [msgspec.structs.replace(pool, declaration=computed)]),
        _of(
            shared,
            [
                cell(shared, "a2wsgi", 10, rounds(10, (1, 10)), claims=only_threads),
                cell(shared, "workers-2", 8, rounds(8, (2, 4)), claims=only_threads),
                cell(shared, "backpressure-8", 8, rounds(8, (1, 4), [4, 4])),
            ],
        ),
    ]


def questions() -> list[Evidence]:
    """What a few configurations answered to all questions, as it came out; and one that
    could not be asked.
    """
    old = environment("0.12.5", "werkzeug", "0.16.1")
    new = environment("3.1.3", "werkzeug", "3.1.9")
    gunicorn = environment("3.1.3", "gunicorn", "27.0.1")
    sync = (
        _waits(4, Wait.BLOCKING, Wait.LOCK, Wait.SLEEP, Wait.ASYNC),
        ParallelSeen(processors=2, rounds=(_computed(4, 4, 3.95),), seconds=3.1),
        SelfCallSeen(rounds=(_called(1, 1), _called(4, 0)), seconds=0.18),
        OverflowSeen(
            came=2068, in_app=4, waiting=2049, in_backlog=2049, not_opened=15,
            served=tuple(range(4, 20)), settled=Settled.SCHEDSTAT,
            account=Account(answered=2053, unopened=451), seconds=6.9,
        ),
        LifeSeen(tapes=(RELOADED, KILLED, ENDED, UNCAUGHT), seconds=31.5),
        MEMORY,
        UploadsSeen(steps=_stayed(4, 0), watched_seconds=8.0, seconds=20.1),
        EventsSeen(steps=_stayed(4, 4), watched_seconds=8.0, left=(4, 4, 0),
                   seconds=14.3),
    )  # fmt: skip
    green = (
        _waits(10, Wait.LOCK, Wait.SLEEP, one=(Wait.BLOCKING, Wait.ASYNC)),
        ParallelSeen(processors=2, rounds=(_computed(8, 1, 1.02),), seconds=4.0),
        SelfCallSeen(rounds=(_called(1, 1), _called(10, 0)), seconds=0.24),
        OverflowSeen(outcome=Outcome.DIED, reason="the server was ended by SIGKILL "
                      "while it was asked", seconds=1.0),
    )  # fmt: skip
    one, many = (_called(1, 0),), (_called(1, 1), _called(64, 64))
    return [
        _of(old, [cell(old, "run", 1, rounds(1, (1, 1)),
                       asked=(SelfCallSeen(rounds=one, seconds=0.06),))]),
        _of(new, [cell(new, "run", None, unbounded(64, 500),
                       asked=(SelfCallSeen(rounds=many, seconds=0.87),))]),
        _of(gunicorn, [
            cell(gunicorn, "sync-4", 4, rounds(4, (4, 1)), asked=sync),
            cell(gunicorn, "gevent-connections-10", 10, rounds(10, (1, 10)),
                 asked=green),
        ]),
    ]  # fmt: skip


def _footprint(held: int, pss: int) -> Footprint:
    """With one thread in each of five processes, and two files for each request."""
    files = 42 + 2 * held
    return Footprint(
        held=held, pss=pss, uss=pss // 2, processes=5, threads=5, files=files
    )


def _stayed(places: int, begun: int) -> tuple[StayStep, ...]:
    """As many clients that stay as there are slots, and one fewer."""
    return tuple(
        StayStep(
            clients=clients,
            in_app=clients,
            begun=min(clients, begun),
            offered=places,
            admitted=places - clients,
            waiting=clients,
            settled=Settled.SCHEDSTAT,
            answered=places,
        )
        for clients in (0, places, places - 1)
    )


MEMORY = MemorySeen(
    steps=(
        *(_footprint(0, 96_000_000), _footprint(1, 99_000_000)),
        *(_footprint(2, 102_000_000), _footprint(4, 108_000_000)),
    ),
    after=_footprint(0, 107_000_000),
    seconds=2.1,
)


def _called(calls: int, answered: int) -> CallRound:
    """Requests that called their own server; what was not answered was stuck."""
    stuck = calls - answered
    return CallRound(
        calls=calls,
        together=calls,
        answered=answered,
        failed=0,
        stuck=stuck,
        waiting=0,
        settled=Settled.SCHEDSTAT if stuck else Settled.ALL_ENTERED,
        account=Account(answered=answered, failed=stuck),
    )


def _computed(computing: int, processes: int, ready: float) -> ComputeRound:
    used = min(ready, 1.9)
    return ComputeRound(
        computing=computing,
        processes=processes,
        seconds=1.25,
        used=1.25 * used,
        waited=1.25 * (ready - used),
    )


def _waits(declared: int, *alike: Wait, one: tuple[Wait, ...] = ()) -> WaitsSeen:
    """Kinds of wait like that for a socket, and those with ``one`` at a time; of which
    others fail where it is ``async``.
    """
    failing = Account(answered=1, answered_without_entering=2 * declared - 1)
    single = offer(2 * declared, 1)
    failed = offer(2 * declared, 1, waiting=0, account=failing)
    seen = {wait: rounds(declared, (1, declared)) for wait in alike}
    seen |= {wait: (failed if wait is Wait.ASYNC else single,) for wait in one}
    return WaitsSeen(
        waits=tuple(WaitKindSeen(wait=wait, rounds=seen[wait]) for wait in seen),
        seconds=5.4,
    )


CASES: dict[str, Callable[[], list[Evidence]]] = {
    "story": story,
    "failures": failures,
    "hostile": hostile,
    "control-wrong": control_wrong,
    "nothing-measured": nothing_measured,
    "single": single,
    "history": history,
    "checkout": checkout,
    "claims": claims,
    "questions": questions,
}
