"""Idle connections at a reload, for a server whose behaviour is known."""

import asyncio
import sys
from functools import partial
from pathlib import Path

from harness.measure.bench import Bench
from harness.measure.start import FreshServers
from harness.probe.questions.idle import CONNECTIONS
from harness.probe.questions.idle import reload
from harness.records.life import IdleSeen
from tests.live.commands import control
from tests.live.commands import odd
from tests.live.commands import planned


def reloaded(folder: Path, *argv: str) -> IdleSeen | None:
    """Return what happens to idle connections while two requests are in the app."""
    bench, cell = Bench(Path(sys.executable), 8, folder), planned(*argv, declared=2)
    servers = FreshServers(bench, cell, folder)
    return asyncio.run(servers.use(partial(reload, ceiling=2)))


def test_a_request_without_an_answer_is_neither_answered_nor_lost(
    tmp_path: Path,
) -> None:
    """One is answered and one is cut off. All others still wait at the end."""
    assert reloaded(tmp_path, *odd("hesitates")) == IdleSeen(
        connections=CONNECTIONS, kept=CONNECTIONS, closed=0, answered=1, lost=1
    )


def test_a_server_without_a_handler_for_the_signal_is_not_reloaded(
    tmp_path: Path,
) -> None:
    assert reloaded(tmp_path, *control(1, 2)) is None
