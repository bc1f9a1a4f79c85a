"""Follows which workers of a server have not been seen to hold a request yet."""

from collections.abc import Collection

from harness.probe.orders import Choice


class IdleWorkers:
    """The workers that have not held a request in any round so far."""

    def __init__(self) -> None:
        self.count = 0
        self.asleep = 0
        """How many of those slept for a time in the end, as one does that boots."""
        self.early = 0
        """Number of rounds up to the one in which the last worker held its first
        request. Before that it may not have been up."""
        self._seen: set[int] = set()
        self._when_filled: int | None = 0
        """How many were idle after each worker had been filled in turn."""

    def see(self, choice: Choice, held: Collection[int], rounds: int) -> bool:
        """Note which processes have ``held`` requests after so many ordinary rounds.

        Returns whether a worker that took nothing in its turn takes requests now,
        because it was still booting then.
        """
        seen = set(choice.workers).intersection(held)
        if seen - self._seen:
            self.early = rounds
        self._seen |= seen
        # If none of the workers holds requests, they pass them on to other processes.
        self.count = len(choice.workers) - len(seen) if seen else 0
        if self._when_filled is None:
            self._when_filled = self.count
        return self.count < self._when_filled

    def filled(self) -> None:
        """Note that each worker has been filled in turn."""
        self._when_filled = None  # set by the next `see`

    def begin_anew(self) -> None:
        """Forget the rounds so far."""
        self._when_filled = self.early = 0
