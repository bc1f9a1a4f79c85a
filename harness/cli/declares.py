"""The verb ``declares``: what a repository's files declare; no server is started."""

from pathlib import Path

from harness.cli.formats import AllWays
from harness.cli.formats import show
from harness.cli.usage.declares import CONTRADICTION
from harness.cli.usage.declares import PLATFORM
from harness.cli.usage.printing import Printing
from harness.deployment.repository.find import find
from harness.records.declares import Places
from harness.records.declares import SendVerdict
from harness.records.errors import GateFailed
from harness.report.cases import of_places
from harness.report.cases import of_sendings
from harness.report.cases import of_waiting
from harness.report.sections import platforms
from harness.report.sections import verdict
from harness.report.sections.declares import counted
from harness.report.sections.declares import in_parts
from harness.report.sections.declares import section
from harness.system import processors as machine
from harness.system.machine import now


def declares(
    folder: Path, processors: int | None, fail_on: str, printing: Printing
) -> int:
    """Show every place in a repository that declares a concurrency."""
    places = find(folder, machine.processors(), processors)
    fault = GATES[fail_on](places) if fail_on in GATES else None
    cases = [
        case._replace(file=str(folder / case.file))
        for case in (
            *of_places(places, fail_on == CONTRADICTION),
            *of_sendings(places.sendings, fail_on == PLATFORM),
            *of_waiting(places.waiting),
        )
    ]
    sent = platforms.sendings_section(places.sendings)
    waits = platforms.waiting_section(places.waiting)
    end = verdict.of_changes(str(counted(places)), fault)
    sections = [*in_parts(places), sent, waits, end]
    page = [section(places), sent, waits]
    show(printing, AllWays(places, places.places, cases, sections, page, now()), fault)
    if fault is not None:
        raise fault
    return 0


def contradiction(places: Places) -> GateFailed | None:
    """The error for places that contradict each other; ``None`` if none do."""
    against = [place for place in places.places if place.contradicts]
    if not against:
        return None
    first, many = against[0], f"{len(against)} places contradict each other"
    return GateFailed(
        f"{many}; the first is {first.file}:{first.line} ({first.because}) against "
        f"{first.contradicts[0]}; make them say the same",
        brief=f"{many}; make them say the same",
    )


def too_much(places: Places) -> GateFailed | None:
    """The error for platforms that send more than their apps take; ``None`` if none."""
    more = [
        sending for sending in places.sendings if sending.verdict is SendVerdict.MORE
    ]
    if not more:
        return None
    first = more[0]
    return GateFailed(
        f"{first.file}:{first.line}: {first.reason}; {first.remedy}",
        brief=f"{first.file}:{first.line}: {first.reason}",
    )


GATES = {CONTRADICTION: contradiction, PLATFORM: too_much}
"""The check behind each word of ``--fail-on``."""
