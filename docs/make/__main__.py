"""``nox -s docs``: write what the documentation shows of the catalog and the action.

With ``--matrix`` or ``--servers`` also what measurements show there, and with
``--data`` the evidence that the atlas is built of.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.plan import catalog
from harness.records import results

from . import action
from . import data
from . import matrix
from . import readme
from . import servers
from . import witness


def main() -> None:
    """Write the blocks of the README, and the page of the servers."""
    options = _parser().parse_args()
    if options.matrix:
        readme.replace("matrix", matrix.table(results.read_report(options.matrix)))
    if options.servers:
        servers.save(map(results.read_report, options.servers))
    if options.data:
        data.save(options.data, options.history)
    known = catalog.load()
    servers.PAGE.write_text(servers.page(known, servers.read()))
    witness.PAGE.write_text(witness.page(witness.read()))
    readme.replace("servers", servers.listed(known))
    readme.replace("inputs", action.inputs())
    readme.replace("outputs", action.outputs())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nox -s docs --", description=__doc__)
    parser.add_argument(
        "--matrix",
        type=Path,
        metavar="RESULTS",
        help="also write the matrix of the README, from a run of the default selection",
    )
    parser.add_argument(
        "--servers",
        type=Path,
        nargs="+",
        metavar="RESULTS",
        help="also write what was seen of each server, from runs of everything: the "
        "first is of the Python of the page, others of Pythons for what needs another",
    )
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        metavar="RESULTS",
        help="also replace the evidence in data/ by that of these runs",
    )
    parser.add_argument(
        "--history",
        type=Path,
        nargs="*",
        default=[],
        metavar="DIR",
        help="with --data: the histories to ship with it",
    )
    return parser


if __name__ == "__main__":
    main()
