"""Plain timed requests: threads with ``http.client``, and a view that sleeps.

Nothing is held, and no request reports anything. All requests are sent at once and
sleep for the same time. Those that were handled at once end together, and those that
waited end at least that time later.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

DEADLINE = 120.0

CUT = 1.5
"""Time, in units of the sleep, by which the first requests end and no waiting one."""


def at_once(host: str, port: int, requests: int, seconds: float) -> int:
    """Return how many requests that sleep for ``seconds`` were handled at once."""
    together = threading.Barrier(requests)

    def one(_: int) -> tuple[float, float]:
        connection = HTTPConnection(host, port, timeout=DEADLINE)
        together.wait(DEADLINE)
        begun = time.monotonic()
        try:
            connection.request("GET", f"/sleep?seconds={seconds}")
            answer = connection.getresponse()
            right = (answer.status, answer.read()) == (200, b"slept")
        except OSError:
            right = False
        finally:
            connection.close()
        return begun, time.monotonic() if right else float("inf")

    with ThreadPoolExecutor(requests) as pool:
        times = list(pool.map(one, range(requests)))
    first = min(begun for begun, _ in times)
    return sum(ended - first < CUT * seconds for _, ended in times)
