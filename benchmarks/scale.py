"""Time and memory for numbers of held requests, as far as the system allows.

The server is gunicorn with gevent workers. Each request takes two open files of the
probe: its connection, and its hold. If the system allows too few, the side that listens
for holds gets a process of its own, and both are counted; the table says so.

All holds are connections to one address, for which Linux first uses the even half of
its ephemeral ports. Once these are taken, it searches all ports for each further
connection, which takes some 50 ms. Such numbers are left out, and the table says why.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil

from harness.measure.app import HOST
from harness.measure.target import TARGET
from harness.probe.batch import Batch
from harness.probe.booting import wait_until_booted
from harness.probe.destination import Destination
from harness.probe.holds import listening
from harness.probe.loads import Offer
from harness.probe.probe import Probe
from harness.probe.ready import not_from_app
from harness.probe.ready import wait_ready
from harness.probe.round import run_round
from harness.probe.transports import Endpoint
from harness.system.kept_files import most_kept
from harness.system.machine import allow_open_files
from harness.system.machine import FEW_OPEN_FILES
from harness.system.machine import most_requests
from harness.system.ports import free_port
from harness.system.process import running
from harness.system.spawn import Command

STEPS = (100, 1_000, 3_000, 9_900, 10_000, 14_000, 30_000)
PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
WORKERS = 4
"""Workers of the server: each can open only so many files, two for each request."""

DEADLINE = 120.0


class Held(NamedTuple):
    """The cost of holding some requests at once."""

    requests: int
    admitted: int
    offer_seconds: float
    megabytes: float
    processes: int


def _command(port: int) -> list[str]:
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gevent"]
    command += ["--workers", str(WORKERS), "--worker-connections", "10000"]
    command += ["--timeout", "300", "--no-control-socket", "--bind", f"{HOST}:{port}"]
    return [*command, "--pythonpath", str(TARGET), "app:app"]


def _environment(address: str, token: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "FLASK_CONCURRENCY_PROBE": address,
        "FLASK_CONCURRENCY_TOKEN": token,
    }


def _megabytes(process: int) -> float:
    return float(psutil.Process(process).memory_info().rss) / 1e6


async def in_one_process(requests: int, log: Path) -> Held:
    """Hold so many requests, with both sides of the probe in this process."""
    port = free_port(HOST)
    async with listening(HOST) as holds:
        env = _environment(holds.address, holds.token)
        async with running(Command(_command(port), env, TARGET, log)) as server:
            endpoint = Endpoint(HOST, port)
            fault_of = partial(not_from_app, holds.token)
            await wait_ready(server, endpoint, DEADLINE, fault_of)
            probe = Probe(server, holds, Destination(endpoint))
            await wait_until_booted(probe)
            most = 0.0

            def note() -> None:
                nonlocal most
                if len(holds.held) == requests:
                    most = _megabytes(os.getpid())
                probe.moves.happened()

            holds.changed = note
            begun = time.monotonic()
            done = await run_round(probe, Offer(requests))
            seconds = time.monotonic() - begun
            return Held(requests, done.admitted, seconds, most, 1)


def _names(requests: int) -> list[str]:
    """Return the names of requests, which both processes know."""
    return [f"r.{index}" for index in range(requests)]


async def listen_apart() -> None:
    """Run the process that listens for holds: report the count, release on request."""
    allow_open_files()
    requests = int(sys.argv[2])
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    async with listening(HOST) as holds:
        holds.begin(_names(requests))
        everyone = asyncio.Event()
        holds.changed = lambda: everyone.set() if len(holds.held) == requests else None
        print(holds.address, holds.token, flush=True)
        await asyncio.wait_for(everyone.wait(), DEADLINE)
        print(len(holds.held), flush=True)
        await reader.readline()
        holds.release_all()
        await reader.readline()


async def in_two_processes(requests: int, log: Path) -> Held:
    """Hold so many requests, with the listening side in another process."""
    listener = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scale", "listen", str(requests)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert listener.stdin is not None and listener.stdout is not None
    port = free_port(HOST)
    try:
        address, token = listener.stdout.readline().split()
        env = _environment(address, token)
        async with running(Command(_command(port), env, TARGET, log)) as server:
            to, moved = Destination(Endpoint(HOST, port)), asyncio.Event()
            fault_of = partial(not_from_app, token)
            await wait_ready(server, to.endpoint, DEADLINE, fault_of)
            asked = {name: to.request(name) for name in _names(requests)}
            batch = Batch(asked, to.endpoint, moved.set)
            begun = time.monotonic()
            batch.open(batch.clients)
            admitted = int(
                await server.unless_ended(
                    asyncio.to_thread(listener.stdout.readline), DEADLINE
                )
            )
            seconds = time.monotonic() - begun
            megabytes = _megabytes(os.getpid()) + _megabytes(listener.pid)
            listener.stdin.write("go\n")
            listener.stdin.flush()
            while len(batch.ended) < requests:
                moved.clear()
                await server.unless_ended(moved.wait(), DEADLINE)
            return Held(requests, admitted, seconds, megabytes, 2)
    finally:
        listener.kill()
        listener.wait()


def in_the_way(requests: int, files: int) -> str:
    """Return why this system cannot hold so many requests, or an empty string."""
    try:
        first, last = map(int, PORTS.read_text().split())
    except OSError:
        first, last = 0, 0
    if last and requests > (last - first) // 2:
        return (
            f"more than half of the {last - first + 1} ports for connections to one "
            f"address ({PORTS.name}); wider: sysctl net.ipv4.{PORTS.name}='1024 65535'"
        )
    if requests + FEW_OPEN_FILES + most_kept(files) > files:
        return f"each of two processes may have {files} open files (ulimit -Hn)"
    return ""


def hold(requests: int, log: Path) -> Held:
    """Hold so many requests at once."""
    fits = requests <= most_requests()
    return asyncio.run((in_one_process if fits else in_two_processes)(requests, log))


def main() -> None:
    """Print the table."""
    limit = allow_open_files()
    print("\nRequests held at once by one client")
    print(
        f"(open files allowed: {limit}; a request takes two, and one more in the app)"
    )
    print(f"{'held':>7} {'of':>7} {'seconds':>8} {'ms each':>8} {'MB':>6}  processes")
    for requests in STEPS:
        if why := in_the_way(requests, limit):
            print(f"{'':>7} {requests:>7} not tried: {why}")
            continue
        # Each step gets a new process, since used memory is not given back.
        command = [sys.executable, "-m", "benchmarks.scale", "hold", str(requests)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        print(done.stdout, end="", flush=True)


def one() -> None:
    """Print the row of one step."""
    with tempfile.TemporaryDirectory() as folder:
        held = hold(int(sys.argv[2]), Path(folder, "log"))
    each = held.offer_seconds / held.requests * 1000
    print(
        f"{held.admitted:>7} {held.requests:>7} {held.offer_seconds:>8.2f}"
        f" {each:>8.2f} {held.megabytes:>6.0f}  {held.processes}"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["listen"]:
        asyncio.run(listen_apart())
    elif sys.argv[1:2] == ["hold"]:
        one()
    else:
        main()
