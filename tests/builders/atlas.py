"""Atlases of samples, of the whole catalog, and of texts that try to break out."""

import functools
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.cli.reproduce import probe_by
from harness.plan.plan import make_plan
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.evidence import Front
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.results import read_evidence
from harness.records.rounds import Round
from harness.records.words import Outcome
from harness.site.atlas import Atlas
from harness.site.pages import build_site
from harness.site.questions import load as load_questions
from tests.builders.catalogs import REAL
from tests.samples import make

SAMPLES = Path(__file__).parents[1] / "samples"

CATALOG = REAL

QUESTIONS = load_questions()

EVIL = "\"'></title></script><script>alert(1)</script>\u202e&]]>\x1b[31m`{{x}}\x00 é"


def sample(*names: str) -> list[Evidence]:
    """Read the evidence of some sample cases."""
    return [each for name in names for each in read_evidence(SAMPLES / name)[0]]


def atlas_of(evidence: Sequence[Evidence], **other: Any) -> Atlas:
    """Make an atlas of evidence and the shipped catalog."""
    return Atlas(evidence, CATALOG, probe_by("flask-concurrency probe"), **other)


def built(atlas: Atlas, url: str = "") -> dict[str, bytes]:
    """Build the files of a site, by path, and assert that none is written twice."""
    files: dict[str, bytes] = {}
    for file in build_site(atlas, QUESTIONS, url):
        assert file.path not in files, file.path
        files[file.path] = file.content
    return files


# ------------------------------------------------------------------- the whole catalog


def catalog_evidence(
    flasks: Iterable[str] = (), catalog: Catalog = CATALOG
) -> list[Evidence]:
    """Evidence of every cell in the catalog, most of it as declared."""
    selection = Selection(everything=True, flask=tuple(flasks), python="3.11")
    plan = make_plan(catalog, selection)
    return [_environment(environment) for environment in plan.environments]


@functools.cache
def whole_atlas() -> Atlas:
    """An atlas of every cell in the catalog."""
    return atlas_of(catalog_evidence())


def _environment(planned: PlannedEnvironment) -> Evidence:
    where = planned.environment
    return make.evidence(
        where,
        map(_cell, planned.cells),
        title=planned.title,
        measured_at="2026-11-20T09:30:00+00:00",
    )


def _cell(planned: PlannedCell) -> CellEvidence:
    front = Front(title=planned.front.title) if planned.front else None
    measured = planned.not_supported is None
    return CellEvidence(
        id=planned.id,
        configuration=planned.configuration,
        outcome=Outcome.MEASURED if measured else Outcome.NOT_SUPPORTED,
        reason=planned.not_supported or "",
        command=planned.argv,
        front=front,
        declaration=planned.declaration,
        rounds=_rounds(planned) if measured else (),
    )


def _rounds(planned: PlannedCell) -> tuple[Round, ...]:
    declared = planned.declaration.declared
    if declared is None:
        return make.unbounded(64)
    if planned.configuration in ("gthread-2x4", "gthread-4x2"):
        processes = int(planned.configuration[8])
        lanes = declared // processes
        return make.rounds(declared, (processes, lanes), [declared, lanes, declared])
    return make.rounds(declared, (1, declared))


# ------------------------------------------------------------------------ hostile text

PLAIN = (
    "measured_at",
    "goal",
    "by",
    "question",
    "outcome",
    "settled",
    "arrival",
    "quiet_by",
    "wait",
    "act",
)
"""Fields that contain one of our own words, or a time."""


def hostile(evidence: Evidence, text: str = EVIL) -> Evidence:
    """Append a text to every field of some evidence.

    By default the text tries to break out of the page.
    """
    return msgspec.convert(_hostile(msgspec.to_builtins(evidence), text), Evidence)


def _hostile(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        inside = text if key in ("installed", "sources", "turned_away") else ""
        return {k + inside: _hostile(v, text, k) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_hostile(each, text, key) for each in value]
    if isinstance(value, str) and key not in PLAIN and key != "way":
        return value + text
    return value
