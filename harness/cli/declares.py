"""The verb ``declares``: what the files of a repository say, without a server."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli import options as shared
from harness.cli.formats import AllWays
from harness.cli.formats import output_format
from harness.cli.formats import show
from harness.deployment.declares.find import find
from harness.records.declares import Places
from harness.records.errors import GateFailed
from harness.report.cases import of_places
from harness.report.sections.declares import section
from harness.system import machine
from harness.system.machine import now

CONTRADICTION = "contradiction"


@click.command(
    cls=shared.Verb,
    examples=(
        "flask-concurrency declares",
        "flask-concurrency declares --processors 64",
        "flask-concurrency declares services/shop --fail-on contradiction",
    ),
    exit_codes=(
        ("0", "shown"),
        ("1", "places contradict each other, with --fail-on contradiction"),
        ("2", "wrong usage"),
    ),
)
@click.argument("folder", type=shared.DIRECTORY, default=".", metavar="[FOLDER]")
@click.option(
    "--processors",
    type=shared.positive,
    metavar="N",
    help="Also show what each comes to on a machine with so many processors.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["never", CONTRADICTION]),
    default="never",
    metavar="WHAT",
    help="What makes this fail: never, contradiction.",
)
@output_format
def declares(
    folder: Path, processors: int | None, fail_on: str, output_format: str
) -> int:
    """Show every place in a repository that declares a concurrency.

    Files are read and nothing is run: Procfile, Dockerfile, compose files,
    gunicorn.conf.py, files of uWSGI, supervisord and systemd, and scripts.
    """
    places = find(folder, machine.processors(), processors)
    sections = [section(places)]
    cases = [
        case._replace(file=str(folder / case.file))
        for case in of_places(places, fails=fail_on == CONTRADICTION)
    ]
    show(
        output_format, AllWays(places, places.places, cases, sections, sections, now())
    )
    if fail_on == CONTRADICTION:
        check_contradictions(places)
    return 0


def check_contradictions(places: Places) -> None:
    """Raise ``GateFailed`` if places contradict each other."""
    against = [each for each in places.places if each.contradicts]
    if against:
        first = against[0]
        raise GateFailed(
            f"{len(against)} places contradict each other; the first is "
            f"{first.file}:{first.line} ({first.because}) against "
            f"{first.contradicts[0]}; make them say the same"
        )
