"""The words of a verdict: clauses on what was measured of a configuration."""

from collections.abc import Sequence
from typing import NamedTuple

from harness.records.evidence import CellEvidence
from harness.records.numbers import Numbers
from harness.records.rounds import at_load
from harness.records.rounds import Round
from harness.records.rounds import undisturbed
from harness.records.rounds import waited
from harness.records.steering import least_rounds
from harness.records.steering import SteeredRound
from harness.records.text import bound
from harness.records.text import capital
from harness.records.text import number_range
from harness.records.words import Basis

LAG_SECONDS = 0.2
"""Shortest hold-up of the harness worth mentioning, in seconds: a third of the time
that a count has to stand still."""


class CellNumbers(NamedTuple):
    """A measured cell, with the numbers from its rounds."""

    cell: CellEvidence
    load: int
    """The declared number, or the limit where none is declared."""
    numbers: Numbers

    @property
    def declared(self) -> int | None:
        """Requests at once that it declares; ``None`` for no bound."""
        return self.cell.declaration.declared

    @property
    def ceiling(self) -> int:
        """The most in the app at once; 0 without rounds."""
        return self.numbers.ceiling or 0

    @property
    def floor(self) -> int:
        """The least in the app when the load was offered; 0 without such rounds."""
        return self.numbers.floor or 0

    @property
    def is_sure_of_most(self) -> bool:
        """Whether no order of arrival gives more than the ceiling."""
        return self.numbers.ceiling_by is Basis.GUARANTEED

    @property
    def declares(self) -> str:
        """A clause on what the cell declares."""
        return f"declares {bound(self.declared)}"

    @property
    def most_offered(self) -> int:
        """The most requests that were offered in a round."""
        return max(round_.offered for round_ in self.cell.all_rounds)

    def admitted(self) -> str:
        """The declaration, and how many were in the app."""
        load = self.load
        words = f"sometimes only {self.floor} of {load}"
        if self.ceiling < load:
            words = f"at most {self.ceiling} of {self.most_offered}"
        elif self.floor >= load:
            words = f"all of {load}"
        return f"{self.declares}; {words} offered were in the app at once"

    def uneven(self) -> str:
        """Clauses on how many of the load enter at worst, at best, and by chance."""
        floor, load, steered = self.floor, self.load, self.cell.steered
        rounds = at_load(undisturbed(self.cell.rounds), load)
        seen = [round_.admitted for round_ in rounds]
        if self.numbers.floor_by is Basis.SEEN or not least_rounds(steered, load):
            if (most := max(seen, default=load)) < load:
                return (
                    f"{number_range(floor, most)} of {load} offered were in the app at "
                    f"once, and {load} only when more were offered"
                )
            return (
                f"between {floor} and {load} of {load} offered were in the app at once"
            )
        are = "is" if floor == 1 else "are"
        return (
            f"of {load} offered at once, {floor} {are} in the app at worst, when one "
            f"worker takes all it can, and all {load} at best. In rounds left to "
            f"chance, {number_range(min(seen), max(seen))} got in"
        )

    def in_every_round(self) -> str:
        """A clause on the rounds that reached the declared number."""
        chosen = self.cell.steered and self.numbers.floor_by is Basis.GUARANTEED
        return f"in every round{', whichever worker came first' if chosen else ''}"

    def fate_of_others(self) -> str:
        """A clause on what happened to requests beyond the declared number."""
        steered = any(round_.waiting for round_ in self.cell.steered)
        waiting = steered or any(map(waited, self.cell.rounds))
        return "waited" if waiting else "were turned away"

    def why_open_ended(self) -> str:
        """Why it is unknown whether more would have been admitted."""
        if self.most_offered <= self.load:
            return f"never more than {self.load} were offered"
        return "no other request was seen to wait"

    def why_no_round(self) -> str:
        """Why no round shows how many of the load are in the app."""
        if at_load(self.cell.rounds, self.load):
            return (
                f"the server replaced processes in every round that offered "
                f"{self.load} at once"
            )
        return f"no round managed to offer {self.load} at once"

    def idle(self) -> str:
        """How many workers were never seen to hold a request."""
        idle, asleep = self.cell.idle_workers, self.cell.asleep_workers
        listen = f"{idle} of {self.cell.workers} listening processes"
        sleep = f" and {'sleeps' if asleep == 1 else 'sleep'}" if asleep else ""
        return f"{listen} never took a request{sleep}"


def advice(unsure: Sequence[Round | SteeredRound]) -> str:
    """What to do if rounds ended without a quiet server, as a sentence."""
    if any(each.stalled for each in unsure):
        return "It left requests unserved, so measuring again will not help"
    lags = (each.lag_seconds for each in unsure if isinstance(each, Round))
    lag = max(lags, default=0.0)
    again = "measure again when this machine is less busy"
    if lag >= LAG_SECONDS:
        return f"The harness itself was held up for {lag:.1f} s, so {again}"
    return capital(again)
