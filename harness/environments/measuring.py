"""Runs ``python -m harness.measure`` once for all environments of a nox process.

Starting it takes longer than measuring a short cell.
"""

import atexit
import os
import socket
import subprocess
import sys
from pathlib import Path

from harness.environments.folder import ROOT
from harness.measure.orders import Order
from harness.measure.orders import receive_done
from harness.measure.orders import send_order
from harness.system.command import describe_status

END_SECONDS = 30.0
"""How long the process may take to end; its last environment is measured by then."""


class MeasuringEnded(Exception):
    """The process that measures ended before it was done; the message says how."""


class Measuring:
    """The process that measures environments, one after the other.

    It starts with the first order, and ends with this process. If it ends earlier, the
    next order starts another one.
    """

    def __init__(self, results: Path) -> None:
        self._results = results
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        atexit.register(self.close)

    def measure(self, order: Order) -> None:
        """Measure one environment. Raises ``MeasuringEnded``."""
        if self._process is None:
            self._start()
        assert self._process is not None and self._orders is not None
        try:
            send_order(self._orders, order)
            done = receive_done(self._orders)
        except BaseException:  # on an interrupt, nothing goes on
            self._process.kill()
            self.close()
            raise
        if not done:
            status = self._process.wait()
            self.close()
            raise MeasuringEnded(f"harness.measure {describe_status(status)}")

    def _start(self) -> None:
        # With the harness's own interpreter, not that of an environment.
        words = [sys.executable, "-m", "harness.measure", str(self._results)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._orders, other_end = socket.socketpair()
        with other_end:
            self._process = subprocess.Popen(words, stdin=other_end.fileno(), env=env)

    def close(self) -> None:
        """End the process: without more orders it stops by itself."""
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._orders = self._process = None
