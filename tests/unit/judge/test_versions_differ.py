"""The installed versions that changed between two environments."""

import msgspec

from harness.judge.compare import compare
from harness.records.report import EnvironmentReport
from harness.records.report import Report
from harness.records.words import Outcome
from tests.builders.rendered import written
from tests.builders.reports import EIGHT
from tests.builders.reports import elsewhere
from tests.builders.reports import even
from tests.builders.reports import report
from tests.builders.reports import WHERE


def installed(**versions: str) -> tuple[EnvironmentReport, ...]:
    """An environment with these installed packages."""
    return (
        EnvironmentReport(
            id=str(WHERE),
            installed=versions,
            control=Outcome.MEASURED,
            control_reason="",
        ),
    )


def test_the_versions_that_differ_are_reported() -> None:
    old = installed(
        Flask="3.1.3", werkzeug="3.1.3", click="8.1", python="3.13.1", a="1"
    )
    new = installed(
        flask="3.1.3", Werkzeug="3.1.4", click="8.3", python="3.13.2", b="1"
    )
    found = compare(
        msgspec.structs.replace(report(EIGHT), environments=old),
        msgspec.structs.replace(report(even(4, 8)), environments=new),
    )
    assert [(v.name, v.before, v.now) for v in found.cells[0].versions] == [
        ("Python", "3.13.1", "3.13.2"),
        ("Werkzeug", "3.1.3", "3.1.4"),
        ("a", "1", None),
        ("b", None, "1"),
        ("click", "8.1", "8.3"),
    ]
    for text in written(found):
        assert "everywhere: Python 3.13.2 (was 3.13.1), Werkzeug 3.1.4" in text
        assert "a gone (was 1), b 1 (was not there)" in text
        assert "8 before; now 4\n" in text, "not once more for each cell"


def test_versions_that_differ_for_some_cells_are_reported_with_them() -> None:
    def both(flask: str, werkzeug: str) -> Report:
        other = elsewhere("3.0.3", "1", "c1")
        ids = (str(WHERE), "flask-3.0.3/server-1/py3.13")
        environments = [
            msgspec.structs.replace(installed(werkzeug=each)[0], id=id_)
            for id_, each in zip(ids, (werkzeug, "3.0.0"), strict=True)
        ]
        found = report(EIGHT if flask == "a" else even(4, 8), other)
        return msgspec.structs.replace(found, environments=tuple(environments))

    text, _ = written(compare(both("a", "3.1.3"), both("b", "3.1.4")))
    assert "everywhere" not in text
    assert "8 before; now 4. With Werkzeug 3.1.4 (was 3.1.3)\n" in text
