"""Compares how many requests an instance is sent with how many its app takes."""

from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.command.program import DEVELOPMENT
from harness.deployment.command.program import server_words
from harness.deployment.platforms.instance import Instance
from harness.deployment.repository.started import Counted
from harness.deployment.repository.started import ReadPlace
from harness.judge.platform_sends import judge_platform
from harness.judge.platform_sends import Judged
from harness.judge.platform_sends import Limit
from harness.judge.platform_sends import Takes
from harness.records.declares import Sending
from harness.records.declares import SendVerdict
from harness.records.text import bound

FIRST = ("Dockerfile", "Containerfile", "Procfile")
"""Files that say what a platform starts if its own does not, by precedence."""


def is_told(instance: Instance) -> bool:
    """Whether an instance is worth a line in the table."""
    return (
        instance.limit is not None
        or bool(instance.problem)
        or (instance.platform.sends.told and bool(instance.starts or instance.memory))
    )


def sending(
    instance: Instance,
    folder: Path,
    places: Sequence[ReadPlace],
    elsewhere: int | None,
) -> Sending:
    """A platform's number and the app's, from ``places`` of the same project."""
    taken = taken_by(instance, places, elsewhere)
    file = str(instance.path.relative_to(folder))
    judged = judge_platform(limit_of(instance, f"{file}:{instance.line}"), taken)
    if instance.problem:
        judged = Judged(SendVerdict.UNKNOWN, instance.problem)
    return Sending(
        file=file,
        line=instance.line,
        platform=instance.platform.title,
        what=instance.name,
        most=instance.most,
        aims=instance.aims,
        limit_known=not instance.problem,
        counts=instance.of,
        because=instance.because,
        processors=instance.processors,
        memory=instance.memory,
        source=instance.platform.source,
        read=instance.platform.read.isoformat(),
        takes=taken.always,
        of=taken.of,
        verdict=judged.verdict,
        reason=judged.reason,
        remedy=judged.remedy,
    )


def limit_of(instance: Instance, where: str) -> Limit:
    """The limit of a platform that is compared with the app's number."""
    return Limit(
        instance.most,
        instance.aims,
        instance.of,
        instance.key,
        instance.platform.sends.elsewhere_in or where,
        instance.platform.title,
        instance.because,
    )


# ------------------------------------------------------------------ what the app takes


def taken_by(
    instance: Instance, places: Sequence[ReadPlace], elsewhere: int | None
) -> Takes:
    """The number that the app takes with the platform's variables and processors."""
    several = list(candidates(instance, places))
    if not several:
        return _unknown("nothing here says what it starts")
    counted = [(each, _there(each, instance, elsewhere)) for each in several]
    differing: dict[int | None, str] = {}
    for each, there in counted:
        if there.known:
            words = f"{each.where} {bound(there.declared)}"
            differing.setdefault(there.declared, words)
    if len(differing) > 1:
        two = " and ".join([*differing.values()][:2])
        return _unknown(f"{two} contradict each other")
    # A candidate with an unknown number may take any number.
    place, there = min(counted, key=lambda each: each[1].known)
    if not there.known:
        return _unknown(f"{place.where}: {there.because}", place.where)
    because = there.because
    if instance.computed:
        names = " and ".join(instance.computed)
        because += f"; {names} is computed for this size by the platform's formula"
    return Takes(there.declared, there.declared, place.where, because)


def _unknown(why: str, of: str = "") -> Takes:
    return Takes(None, None, of, why, known=False)


def candidates(instance: Instance, places: Sequence[ReadPlace]) -> Iterator[ReadPlace]:
    """The places that say what an instance starts: its own file, or the next best."""
    lines = {start.line for start in instance.starts}
    own = [e for e in places if e.path == instance.path and e.place.line in lines]
    if own or instance.starts:
        yield from own
        return
    others = [place for place in places if not place.of_platform and _serves(place)]
    others = [other for other in others if not other.is_checked] or others
    if built := [e for e in others if e.path == instance.path.parent / instance.file]:
        yield from built
        return
    for name in (*filter(None, [instance.platform.starts.file]), *FIRST, ""):
        named = [other for other in others if other.path.name.startswith(name)]
        if named:
            yield from named
            return


def _serves(each: ReadPlace) -> bool:
    """Whether a place starts a server for production."""
    words = each.place.command.split()
    return bool(words) and server_words(words)[0] not in DEVELOPMENT


def _there(each: ReadPlace, instance: Instance, elsewhere: int | None) -> Counted:
    """The number that a place declares on the platform."""
    variables = dict(instance.variables)
    own = instance.counted_processors or elsewhere
    if own:
        return each.elsewhere(variables, own) or each.counted
    one, two = each.elsewhere(variables, 1), each.elsewhere(variables, 2)
    if one is None or two is None:
        return each.counted
    if one.declared == two.declared:
        return one
    size = instance.platform.size
    because = size.because if size else "its processors are not known"
    return one._replace(
        known=False,
        declared=None,
        because=f"it depends on processors, and {because}; say how many: --processors",
    )
