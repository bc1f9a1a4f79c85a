"""Asks how many slow uploads shut everyone else out.

A client announces a body, sends half of it, and goes on with a byte each second for as
long as a server that lets nobody else in is watched. If the server calls the app before
the whole body is there, the request is in the app, which reads it; otherwise it waits
in front of the app.
"""

from collections.abc import Sequence

from harness.probe.clients import Client
from harness.probe.messages import ClientRequest
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.staying import Staying
from harness.probe.questions.staying import StaySearch
from harness.records.staying import UploadsSeen

BODY_BYTES = 1000
"""Length of each upload; half is sent at once, then a byte each second."""


class SlowUpload(Staying):
    """A slow upload, to the probe's route or to a route of the app."""

    def __init__(self, path: str = "") -> None:
        self._path = path
        self.in_app = not path
        self._unsent: dict[Client, int] = {}

    async def prepare(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Prepare each client to send half a body."""
        for client in clients:
            self._prepare(probe, client)

    def _prepare(self, probe: Probe, client: Client) -> None:
        view = self._path or f"upload?request={client.name}"
        kind = "Content-Type: application/octet-stream"
        head = probe.destination.head(
            "POST", view, kind, f"Content-Length: {BODY_BYTES}"
        )
        begun = PartialRequest(head + b"." * (BODY_BYTES // 2))
        client.request = ClientRequest(partial=begun)
        self._unsent[client] = BODY_BYTES - BODY_BYTES // 2

    def beat(self, clients: Sequence[Client]) -> None:
        """Send one more byte, but never the last one."""
        for client in clients:
            if self._unsent[client] > 1:
                self._unsent[client] -= 1
                client.go_on(b".")

    async def end(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Send the rest; to the app's own route, give up instead."""
        if self._path:
            return await super().end(probe, clients)
        for client in clients:
            client.go_on(b"." * self._unsent.pop(client))


async def ask(probe: Probe, context: Context) -> UploadsSeen:
    """Find how many slow uploads shut everyone else out. Raises ``NotSpoken``."""
    path = context.own.upload_to
    probe.destination.check_plain()
    looking = StaySearch(probe, SlowUpload(path), context)
    return await looking.run(UploadsSeen, path)
