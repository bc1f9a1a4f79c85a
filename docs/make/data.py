"""``data/``: the evidence from which the atlas is built on a fresh machine.

The shipped evidence is the measured one with three differences. Placeholders replace
the folders of the machine that measured. Files are written without spaces. Answers of
an earlier run stay beside those of a later one that asked fewer questions about the
same cell, if the versions of its packages are the same. None of this removes a result.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.cli.reproduce import probe_by
from harness.plan import catalog
from harness.records.earlier_answers import with_earlier_answers
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.results import read_evidence
from harness.site.atlas import Atlas
from harness.site.measured import measured_cells
from harness.site.openapi import SCHEMA_VERSION
from harness.track import history

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
MEASURED = ROOT / "harness" / "site" / "measured.json"

PLACES = (
    (re.compile(r"[^\s'\"=:]*/\.nox/[^/\s'\"]+"), "{environment}"),
    (re.compile(r"[^\s'\"=:]*/environments/[^/\s'\"]+"), "{environment}"),
    (re.compile(r"/[^\s'\"=:]*/harness/target"), "{target}"),
    (re.compile(r"/tmp/[^/\s'\"]+"), "{folder}"),
    (re.compile(r"/[^\s'\"=:]*/lib/python3\.\d+(?=/)"), "{python}"),
)
"""Folders of a machine, and the texts that replace them."""

ON_A_MACHINE = re.compile(r"(?<![\w}])/(?:root|home|work|tmp|Users)/[^\s'\"]*")

KERNEL = re.compile(r"^\d+(\.\d+)*")


def save(results: Sequence[Path], histories: Sequence[Path]) -> None:
    """Replace what is shipped by these runs, and by histories if there are any.

    Raises ``UsageError``.
    """
    runs = [each for folder in results for each in _sound(*read_evidence(folder))]
    lines = [each for folder in histories for each in _sound(*history.read(folder))]
    shutil.rmtree(DATA / "results", ignore_errors=True)
    if histories:
        shutil.rmtree(DATA / "history", ignore_errors=True)
    several: Counter[str] = Counter()
    for each in with_earlier_answers(map(neutral, runs)):
        slug = each.environment.slug
        several[slug] += 1
        name = slug if several[slug] == 1 else f"{slug}-{several[slug]}"
        path = DATA / "results" / "evidence" / f"{name}.json"
        _write(path, _json(each))
    for each in map(neutral, lines):
        for one in history.by_cell(each):
            content = _json(one)
            _write(DATA / "history" / history.file_name(one, content), content)
    MEASURED.write_text(measured())


def measured() -> str:
    """Return the data in ``data/`` that ``flask-concurrency explain`` compares with."""
    evidence = _sound(*read_evidence(DATA / "results"))
    evidence += _sound(*history.read(DATA / "history"))
    atlas = Atlas(evidence, catalog.load(), probe_by("flask-concurrency probe"))
    content = {
        "schema_version": SCHEMA_VERSION,
        "generated_at": atlas.generated_at,
        "cells": measured_cells(atlas),
    }
    return msgspec.json.encode(content, order="deterministic").decode() + "\n"


def neutral(evidence: Evidence) -> Evidence:
    """Return the evidence without folders of a machine. Raises ``UsageError``."""
    made = msgspec.convert(_neutral(msgspec.to_builtins(evidence)), Evidence)
    kernel = KERNEL.match(made.host.kernel)
    host = msgspec.structs.replace(
        made.host, kernel=kernel[0] if kernel else made.host.kernel
    )
    left = ON_A_MACHINE.search(_json(made))
    if left:
        raise UsageError(f"{made.environment}: has a folder of a machine: {left[0]}")
    return msgspec.structs.replace(made, host=host)


def _neutral(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _neutral(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_neutral(each) for each in value]
    if isinstance(value, str):
        for place, name in PLACES:
            value = place.sub(name, value)
    return value


def _sound(evidence: list[Evidence], faults: Iterable[UsageError]) -> list[Evidence]:
    for fault in faults:
        raise fault
    return evidence


def _json(evidence: Evidence) -> str:
    return msgspec.json.encode(evidence, order="deterministic").decode() + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
