"""Waits until a deployment's ``ready`` path answers."""

from __future__ import annotations

import math

from harness.probe.clients import Client
from harness.probe.ready import unanswered
from harness.probe.ready import wait_ready
from harness.probe.transports import Endpoint
from harness.probe.transports import Headers
from harness.system.process import ProcessTree


async def wait_until_path_answers(
    server: ProcessTree, endpoint: Endpoint, path: str, headers: Headers, seconds: float
) -> None:
    """Wait for an answer with a status below 500. Raises ``NotAnswering``."""

    def instead(client: Client, token: str) -> str | None:
        if client.status is not None and client.status < 500:
            return None
        return f"{path}: {unanswered(client) or f'it answered {client.status}'}"

    await wait_ready(
        server,
        endpoint,
        "",
        seconds,
        target=path,
        headers=headers,
        instead=instead,
        errors_believed=math.inf,
    )
