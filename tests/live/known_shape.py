"""Servers of known capacity, each with the number that is declared for it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import NamedTuple

from harness.records.words import Verdict
from tests.live import known_server


class Shape(NamedTuple):
    """A server of known capacity, and the declared number."""

    style: str
    numbers: Mapping[str, Any]
    declared: int

    @property
    def capacity(self) -> known_server.Capacity:
        return known_server.capacity(self.style, self.numbers)

    @property
    def command(self) -> tuple[str, ...]:
        script = str(Path(known_server.__file__))
        text = json.dumps(self.numbers).replace("{", "{{").replace("}", "}}")
        return "{python}", script, "{host}", "{port}", self.style, text

    @property
    def verdict(self) -> Verdict:
        """The only right verdict."""
        most, least = self.capacity
        if most != self.declared:
            return Verdict.MORE if most > self.declared else Verdict.FEWER
        even = least(self.declared) == self.declared
        return Verdict.AS_DECLARED if even else Verdict.UNEVEN
