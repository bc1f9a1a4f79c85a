"""The steps of a steered round: the number in the app after each, by worker."""

from collections import Counter
from collections.abc import Sequence

from harness.probe.clients import Client
from harness.probe.gathering import all_in
from harness.probe.kernel import kernel_account
from harness.probe.kernel import processes_with_room
from harness.probe.probe import Probe
from harness.probe.sleepers import wait_for_naps
from harness.records.words import Settled
from harness.system.sockets import sockets_of


class Steps:
    """Records the number in the app after each step of a steered round."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._held_before = set(probe.holds.ever)
        self._sockets: dict[int, int] = {}
        self.after: list[int] = []
        self.settled: list[Settled] = []
        self.takers: list[int] = []
        """The workers that took requests in their turn, in the order of that."""
        self.alone = 0
        """How many were taken by the first worker that took any while it ran alone."""
        self.complete = True
        """Whether no worker was stopped for too long."""
        self.stopped_seconds: tuple[float, ...] = ()
        """How long each worker was stopped."""
        self.in_turn: set[int] = set()
        """Workers that took requests while they ran alone."""

    async def connect(self, clients: list[Client], workers: Sequence[int]) -> None:
        """Open connections for these clients, over which nothing is sent yet."""
        self._sockets = {worker: len(sockets_of(worker)) for worker in workers}
        self._probe.batch.connect(clients)
        await self._probe.until(self._probe.batch.all_connected)

    def note_accepted(self, worker: int) -> None:
        """Note whether a worker has accepted connections in its turn."""
        if len(sockets_of(worker)) > self._sockets[worker]:
            self._note(worker)

    async def settle(self, worker: int | None = None) -> bool:
        """Wait until all sent requests are in the app or the server is quiet.

        ``worker`` is the one that began to run, and may have been asleep. Returns
        whether all requests are in the app or have ended.
        """
        settled = await all_in(self._probe)
        if worker is not None and settled is not Settled.ALL_ENTERED:
            if await wait_for_naps(self._probe, worker):
                settled = await all_in(self._probe)
        self.settled.append(settled)
        self.after.append(len(self._probe.holds.held))
        if worker is not None and worker in self._probe.holds.processes().values():
            self._note(worker)
            self.in_turn.add(worker)
        return settled is Settled.ALL_ENTERED

    def _note(self, worker: int) -> None:
        if worker not in self.takers:
            self.takers.append(worker)

    def shares(self, workers: Sequence[int]) -> tuple[int, ...]:
        """How many requests each worker holds."""
        held = Counter(self._probe.holds.processes().values())
        return tuple(held[worker] for worker in workers)

    def passed_over(self, workers: Sequence[int]) -> int:
        """Number of workers that may have room, as others have accepted all requests.

        A worker that took requests in its turn, while more waited, was full. A worker
        that took none, because another held a lock around accept, is full if requests
        are left in the backlog or in the worker itself. Behind a proxy that passes on
        no more requests, each worker may have room, but none was kept from it by
        another.
        """
        probe = self._probe
        others = (set(workers) & self._held_before) - self.in_turn
        if not others or not probe.waiting():
            return 0
        account = kernel_account(probe)
        behind = account.upstream
        if account.queued or (behind is not None and behind <= account.held):
            return 0
        return len(others & processes_with_room(probe))
