"""``nox -s docs``: writes the generated parts of the documentation.

``--matrix`` and ``--servers`` also update the measurements there, and ``--data`` the
evidence that the atlas is built from.
"""

import argparse
from pathlib import Path
from typing import Any

from harness.plan import catalog
from harness.records import results

from . import action
from . import asked
from . import blocks
from . import command_line
from . import data
from . import files
from . import matrix
from . import picture
from . import quiet
from . import release
from . import servers
from . import tapes
from . import witness
from .blocks import README
from .blocks import replace


def main() -> None:
    """Write all generated blocks and pages."""
    options = _parser().parse_args()
    if options.matrix:
        report = results.read_report(options.matrix)
        replace(README, "matrix", matrix.table(report))
        matrix.save(report)
    if options.servers:
        servers.save(map(results.read_report, options.servers))
    if options.data:
        data.save(options.data, options.history)
    if options.tapes:
        tapes.save(options.tapes)
    if options.owner:
        before = blocks.repository()  # read once, before the first page changes
        release.rewrite(lambda text: release.owned(text, before, options.owner))
    if options.released:
        commit = release.commit_of(options.released)
        release.rewrite(lambda text: release.released(text, options.released, commit))
    known = catalog.load()
    servers.PAGE.write_text(servers.page(known, servers.read()))
    picture.save(matrix.read())
    tapes.write()
    witness.PAGE.write_text(witness.page(witness.read()))
    replace(README, "servers", servers.listed(known))
    action.save()
    command_line.save()
    files.save()
    asked.save()
    quiet.save()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nox -s docs --", description=__doc__)
    add = parser.add_argument
    run: dict[str, Any] = {"type": Path, "metavar": "RESULTS"}
    runs: dict[str, Any] = {**run, "nargs": "+"}
    add(
        "--matrix",
        **run,
        help="also write the matrix of the README and its picture, from a run of the "
        "default selection",
    )
    add(
        "--servers",
        **runs,
        help="also write what was seen of each server, from runs of everything: the "
        "first is of the Python of the page, others of Pythons for what needs another",
    )
    add(
        "--tapes",
        **runs,
        help="also write the tables of docs/life.md, from runs of releases of gunicorn "
        "with --ask life",
    )
    add(
        "--data",
        **runs,
        help="also replace the evidence in data/ by that of these runs",
    )
    add(
        "--history",
        **{**runs, "metavar": "DIR"},
        default=[],
        help="with --data: the histories to ship with it, in place of those there are",
    )
    add(
        "--owner",
        metavar="ACCOUNT",
        help="also write the account on GitHub that publishes this project",
    )
    add(
        "--released",
        metavar="TAG",
        help="also name this release in all workflows on the pages, by its commit",
    )
    return parser


if __name__ == "__main__":
    main()
