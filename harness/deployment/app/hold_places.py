"""Places inside an app at which requests are held: by name, or as module:attribute."""

import re
from functools import cache
from pathlib import Path

from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.records import toml
from harness.records.catalog import Page
from harness.records.catalog import Sentence
from harness.records.places import HoldPlace
from harness.records.places import When
from harness.records.places import WHERE
from harness.records.words import Record

FILE = Path(__file__).with_name("hold_places.toml")

ANY_REMEDY = "make room there for as many requests as are in the app, or let fewer in"

VARIABLE = "FLASK_CONCURRENCY_PLACES"


class NamedPlace(HoldPlace, frozen=True, kw_only=True):
    """A place that has a name."""

    source: Page
    """The documentation of the setting."""
    remedy: Sentence = ANY_REMEDY
    """The remedy: what makes room at this place."""


class NamedPlaces(Record, frozen=True, kw_only=True):
    """The file ``hold_places.toml``."""

    place: tuple[NamedPlace, ...]


@cache
def named_places() -> dict[str, NamedPlace]:
    """The places that have a name."""
    read = toml.read(FILE, NamedPlaces, "restore the file")
    return {each.name: each for each in read.place}


def places_of(deployment: Deployment) -> tuple[HoldPlace, ...]:
    """The places of a deployment. Raises ``DeploymentFault``."""
    if deployment.hold_at and deployment.route is None:
        raise DeploymentFault(
            "hold-at",
            "there is no route whose requests would get there; write one, such as "
            'route = "/orders/1"',
        )
    return tuple(map(_place, deployment.hold_at))


def _place(text: str) -> HoldPlace:
    if text in named_places():
        return named_places()[text]
    if not re.fullmatch(WHERE, text):
        names = ", ".join(sorted(named_places()))
        raise DeploymentFault(
            "hold-at",
            f"{text!r} is not a place; write module:function, module:Class.method or "
            f"module:lock, or one of these names: {names}",
        )
    return HoldPlace(name=text, at=(text,), when=When.BEFORE)


def variable(places: tuple[HoldPlace, ...]) -> dict[str, str]:
    """The variable that tells the hook the places; none if there are no places."""
    if not places:
        return {}
    listed = [(place.name, at, place.when) for place in places for at in place.at]
    return {VARIABLE: "\n".join(map("\t".join, listed))}


def remedy_of(name: str) -> str:
    """The remedy for a place that admits too few."""
    named = named_places().get(name)
    return named.remedy if named else ANY_REMEDY
