"""Which packages a search swaps, and what the swaps prove about the cause."""

import pytest

from harness.plan import catalog
from harness.plan.lookup import find_server
from harness.records.catalog import Selection
from harness.records.changes import Difference
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.plan import PlannedEnvironment
from harness.records.track import Swap
from harness.track.point import point
from harness.track.swaps import cause
from harness.track.swaps import find_parts
from harness.track.swaps import group_versions
from harness.track.swaps import measure_swaps
from harness.track.swaps import names
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import rounds


def changed(*names: str) -> list[Difference]:
    return [Difference(name=name, before="1", now="2") for name in names]


def test_flask_werkzeug_and_the_server_are_swapped_alone_and_the_rest_together() -> (
    None
):
    found = changed("Python", "Flask", "Werkzeug", "gunicorn", "click", "jinja2")
    added = Difference(name="packaging", before=None, now="26")
    parts = group_versions([*found, added], "gunicorn", "gunicorn")
    assert [names(part) for part in parts] == [
        *("Flask", "Werkzeug", "gunicorn", "click, jinja2")
    ]
    parts = group_versions(changed("gevent-wsgi", "gevent"), "gevent", "gevent-wsgi")
    assert [names(each) for each in parts] == ["gevent"]


def swaps(**like: str) -> list[Swap]:
    """The results of swapping Flask, and gunicorn, on either side."""
    found = []
    for name, said in like.items():
        package, on = name.split("_")
        (part,) = [tuple(changed(package.replace("flask", "Flask")))]
        swap = Swap(packages=part, on=on, like=said, said="8", reason="")
        found.append(swap)
    return found


@pytest.mark.parametrize(
    ("like", "words"),
    [
        (
            {"flask_old": "old", "gunicorn_old": "new"}
            | {"flask_new": "new", "gunicorn_new": "old"},
            "gunicorn, which makes the change alone; taking it back undoes the change.",
        ),
        (
            {"flask_old": "old", "gunicorn_old": "new", "gunicorn_new": ""},
            "gunicorn, which makes the change alone.",
        ),
        (
            {"flask_old": "", "gunicorn_old": "old", "flask_new": "old"},
            "Flask is needed: taking it back undoes the change, but alone it was not "
            "seen to make it.",
        ),
        (
            {"flask_old": "new", "gunicorn_old": "new"},
            "Each of Flask and gunicorn makes the change alone.",
        ),
        (
            {"flask_old": "old", "gunicorn_old": "neither"},
            "No single package makes the change; the swaps show what each one did.",
        ),
    ],
)
def test_the_cause_is_only_what_the_swaps_prove(
    like: dict[str, str], words: str
) -> None:
    parts = [tuple(changed("Flask")), tuple(changed("gunicorn"))]
    assert cause(parts, swaps(**like)) == words


def test_without_another_difference_no_swap_is_needed() -> None:
    parts = [tuple(changed("Flask"))]
    assert cause(parts, []) == "Flask, since nothing else differs."
    assert cause([], []) == "Nothing that could be swapped differs between the two."


def test_a_swap_pins_all_packages_but_one() -> None:
    installed = {"Flask": "3.0.3", "Werkzeug": "3.0.6", "gunicorn": "25.3.0"}
    sides = []
    for flask, release, more in (
        ("3.0.3", "25.3.0", {"click": "8.1.0", "pip": "26"}),
        ("3.1.0", "26.0.0", {"click": "8.2.0", "pip": "26"}),
    ):
        where = environment(flask, "gunicorn", release)
        seen = cell(where, "sync-4", 4, rounds(4, (4, 1)))
        own = installed | {"Flask": flask, "gunicorn": release} | more
        sides.append(point(release, evidence(where, [seen], installed=own)))
    old, new = sides
    known = catalog.load()
    server = find_server(known, "gunicorn")
    parts = find_parts(old, new, server)
    assert [names(part) for part in parts] == ["Flask", "gunicorn", "click"]
    planned: list[PlannedEnvironment] = []

    def measure(plan: Plan) -> list[Evidence]:
        (one,) = plan.environments
        planned.append(one)
        seen = cell(one.environment, "sync-4", 4, rounds(4, (4, 1)))
        return [evidence(one.environment, [seen])]

    found = list(measure_swaps(known, Selection(), server, (old, new), measure))
    assert [(each.on, names(each.packages)) for each in found] == [
        *(("old", "Flask"), ("old", "gunicorn"), ("old", "click")),
        *(("new", "Flask"), ("new", "gunicorn"), ("new", "click")),
    ]
    assert [(e.environment.flask, e.environment.server_version) for e in planned] == [
        *(("3.1.0", "25.3.0"), ("3.0.3", "26.0.0"), ("3.0.3", "25.3.0")),
        *(("3.0.3", "26.0.0"), ("3.1.0", "25.3.0"), ("3.1.0", "26.0.0")),
    ]
    assert [each.constraints for each in planned] == [
        *(("click==8.1.0", "werkzeug==3.0.6"),) * 2,
        ("click==8.2.0", "werkzeug==3.0.6"),
        *(("click==8.2.0", "werkzeug==3.0.6"),) * 2,
        ("click==8.1.0", "werkzeug==3.0.6"),
    ]
