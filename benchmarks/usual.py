"""The usual experiment for the same question: sleep, send, divide.

As many requests as the probe offers at most are sent at once to a view that sleeps for
a second. The time until the last answer, in seconds, is the number of batches, and
gives the number handled at once. The load comes from ``ab`` if it is installed, or else
from threads with ``requests``.
"""

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from harness.measure.app import HOST
from harness.system.ports import free_port
from harness.system.process import running
from harness.system.spawn import Command

SLEEPY = Path(__file__).parent / "sleepy"
TRIES = 3
WORKERS = 4
OFFERED = 4 * WORKERS
DEADLINE = 60.0


def _command(port: int) -> list[str]:
    command = [sys.executable, "-m", "gunicorn", "-w", str(WORKERS), "--bind"]
    command += [f"{HOST}:{port}", "--no-control-socket"]
    return [*command, "--pythonpath", str(SLEEPY), "sleepy:app"]


def _send(url: str) -> None:
    """Send the load, wait for the last answer."""
    with ThreadPoolExecutor(OFFERED) as pool:
        for answer in pool.map(lambda _: requests.get(url, timeout=60), range(OFFERED)):
            answer.raise_for_status()


async def _with_ab(url: str) -> None:
    command = ["ab", "-q", "-n", str(OFFERED), "-c", str(OFFERED), url]
    quiet = asyncio.subprocess.DEVNULL
    ab = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    if await asyncio.wait_for(ab.wait(), DEADLINE):
        raise RuntimeError(f"{' '.join(command)} failed")


async def once(log: Path) -> tuple[float, float]:
    """Return the seconds until the last answer, and the resulting number."""
    port = free_port(HOST)
    url = f"http://{HOST}:{port}/"
    async with running(Command(_command(port), os.environ, SLEEPY, log)) as server:
        loop = asyncio.get_running_loop()
        await server.unless_ended(
            loop.run_in_executor(None, _first_answer, url), DEADLINE
        )
        begun = time.monotonic()
        if shutil.which("ab"):
            await server.unless_ended(_with_ab(url), DEADLINE)
        else:
            await server.unless_ended(loop.run_in_executor(None, _send, url), DEADLINE)
        seconds = time.monotonic() - begun
    return seconds, OFFERED / seconds


def _first_answer(url: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=DEADLINE)
        except requests.ConnectionError:
            continue
        return


def main() -> float:
    """Print the usual experiment's answer and time; return the median in seconds."""
    tool = "ab" if shutil.which("ab") else "threads with requests"
    with tempfile.TemporaryDirectory() as folder:
        tries = [asyncio.run(once(Path(folder, "log"))) for _ in range(TRIES)]
    seconds = statistics.median(taken for taken, _ in tries)
    numbers = ", ".join(f"{number:.1f}" for _, number in tries)
    print(
        f"\nThe usual way: {OFFERED} requests at once ({tool}) to gunicorn -w {WORKERS}"
    )
    print(f"  with a view that sleeps 1 s: {seconds:.2f} s, says {numbers} at once")
    return seconds


if __name__ == "__main__":
    main()
