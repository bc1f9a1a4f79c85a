"""Knows where the changes since a baseline are kept; must not find any itself."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness import store
from harness.compare import CellChange
from harness.compare import compare
from harness.model import Report

FILE = "changes.json"


def against(baseline: Path, report: Report, results: Path) -> tuple[CellChange, ...]:
    """What changed since a baseline, kept beside the report. Raises ``UsageError``."""
    changes = compare(store.read_report(baseline), report)
    text = msgspec.json.format(msgspec.json.encode(changes), indent=2).decode()
    store.write_text(results / FILE, text + "\n")
    return changes


def read(results: Path) -> tuple[CellChange, ...]:
    """What ``against`` kept; nothing where it was not asked for."""
    path = results / FILE
    if not path.exists():
        return ()
    return msgspec.json.decode(path.read_bytes(), type=tuple[CellChange, ...])


def forget(results: Path) -> None:
    """What was compared with an earlier report is no longer true of a new one."""
    (results / FILE).unlink(missing_ok=True)
