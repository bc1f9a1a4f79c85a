"""The measured cells that a command can be compared with."""

from pathlib import PurePath

from harness.plan.wrappers import is_wrapper
from harness.records.report import CellReport
from harness.report import words
from harness.site import address
from harness.site.atlas import Atlas
from harness.site.cell_pages import written
from harness.site.explain import explain
from harness.site.explain import MeasuredCell
from harness.site.rendering import number_of

WITH_MORE = "with_flask_"
"""Part of the names of apps with a library for sockets, in ``harness/target``."""

GROWS = "--cheaper"
"""The option of a server that starts processes only while requests wait."""


def measured_cells(atlas: Atlas) -> list[MeasuredCell]:
    """The newest cell of each configuration whose server is started and reached alone:
    without a proxy in front, a program that runs its command, or an app with more than
    Flask in it. Servers that grow are left out, because the rules do not cover them.
    """
    cells = [entry.cell for entry in atlas.newest.values() if is_alone(entry.cell)]
    return [_measured(atlas, cell) for cell in sorted(cells, key=lambda each: each.id)]


def is_alone(cell: CellReport) -> bool:
    """Whether a server runs by itself.

    There is no proxy in front, no program that runs the command, no library for sockets
    in the app, and as many processes from the start.
    """
    program = PurePath(cell.command[0]).name if cell.command else ""
    other = GROWS in cell.command or any(WITH_MORE in word for word in cell.command)
    return cell.front is None and not is_wrapper(program) and not other


def _measured(atlas: Atlas, cell: CellReport) -> MeasuredCell:
    own = explain(written(atlas, cell), ())
    return MeasuredCell(
        id=cell.id,
        page=address.cell_page(cell),
        server=cell.server,
        title=f"{words.title(cell)} {cell.server_version}",
        configuration=cell.configuration,
        kind=own.kind,
        processes=own.processes,
        lanes=own.lanes,
        number=number_of(cell),
        word=str(cell.word),
        reason=cell.reason,
    )
