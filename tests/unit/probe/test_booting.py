"""How often a server is checked while its workers still boot."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from harness.probe import booting
from harness.probe.booting import wait_until_booted
from harness.records.words import Settled
from tests.builders.probe import MadeUpProbe
from tests.builders.probe import run


class Starting(MadeUpProbe):
    """A server that is quiet at once."""

    async def settle(self, *_: Any, **__: Any) -> Settled:
        return Settled.SCHEDSTAT

    async def unless_ended(self, awaited: Any, seconds: float) -> Any:
        if awaited.cr_code is asyncio.sleep.__code__:
            return await super().unless_ended(awaited, seconds)
        return await awaited


def test_a_worker_that_has_booted_is_soon_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """It boots for three quarters of a second."""
    probe = Starting()
    monkeypatch.setattr(booting, "time", SimpleNamespace(monotonic=probe.monotonic))
    monkeypatch.setattr(booting, "_is_booting", lambda *_: probe.now < 0.75)
    run(wait_until_booted(probe))
    assert 0.75 <= probe.now < 0.95
    assert probe.waits < 50
