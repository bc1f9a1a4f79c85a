"""Checks places inside an app, and returns the results."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import NamedTuple

import pytest

from tests.live.deployment.conftest import Check


class Seen(NamedTuple):
    """The result for a deployment."""

    rounds: dict[str, list[dict[str, Any]]]
    """The rounds of each place, by its name."""
    answer: str
    sentence: str


@pytest.fixture
def places(check: Check, tmp_path: Path) -> Callable[..., dict[str, Seen]]:
    """Check a folder, and return the results at places inside the app."""

    def one(folder: Path, *options: str) -> dict[str, Seen]:
        copy = tmp_path / "shop"
        shutil.copytree(folder, copy)
        checked = check(copy, "--ask", "overlap", *options)
        assert checked.code == 0, checked.message or checked.out
        seen = {}
        for path in (checked.results / "evidence").iterdir():
            (cell,) = json.loads(path.read_text())["cells"]
            (asked,) = [each for each in cell["asked"] if each["question"] == "places"]
            assert asked["outcome"] == "measured", asked["reason"]
            name = cell["configuration"]
            answers = checked.cells[name]["answers"]
            (answer,) = [each for each in answers if each["question"] == "places"]
            rounds = {each["place"]: each["rounds"] for each in asked["places"]}
            seen[name] = Seen(rounds, answer["answer"], answer["sentence"])
        return seen

    return one


def at(seen: Seen, place: str) -> tuple[int, int, int]:
    """Return three numbers of requests in the only round.

    They are in the app, at a place, and waiting for that place.
    """
    (round_,) = seen.rounds[place]
    return round_["at_door"], round_["at_place"], round_["asking"]
