"""The processor time of starting: for help, for listing sessions, and for a run.

It is processor time, not wall time, so that the figures are useful on a busy machine. A
run is split by kind of work. The kernel adds the time of an ended process to that of
its parent, so looking at the process tree every few milliseconds misses only the time
after the last look.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from harness.cli import VERBS

ROOT = Path(__file__).parents[1]
TIMES = 5
GLANCE = 0.01
TICK = os.sysconf("SC_CLK_TCK")
ONE_CELL = ("--only", "flask-3.1.3/werkzeug-*/run/*")

NOX = (sys.executable, "-m", "nox", "-f", str(ROOT / "noxfile.py"))
ENVIRONMENT = {**os.environ, "NOX_SCRIPT_MODE": "none", "PYTHONPATH": str(ROOT)}


class Used(NamedTuple):
    """Processor seconds of one process, and of its children that have ended."""

    kind: str
    own: float
    children: float
    parent: int


class Split(NamedTuple):
    """Processor seconds of a run, by kind of work."""

    harness: float
    """The command line: planning, following the run, judging, reporting."""
    nox: float
    installing: float
    measuring: float
    """The probe, and the processes that guard the servers."""
    servers: float
    rest: float

    @property
    def beyond(self) -> float:
        """Everything except the measuring and the measured servers."""
        return self.harness + self.nox + self.installing + self.rest


def spent(*command: str) -> float:
    """Return the median processor seconds of a command and all that it starts."""
    return statistics.median(_spent(command) for _ in range(TIMES))


def _spent(command: tuple[str, ...]) -> float:
    process = subprocess.Popen(
        command, env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    return _reaped(process.pid)


def _reaped(pid: int) -> float:
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"exit status {status}")
    return usage.ru_utime + usage.ru_stime


def run(*options: str) -> Split:
    """Run ``nox -s probe`` with some options, and split its processor time."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*NOX, "-s", "probe", "--", "--results", folder, *options]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            command, env=ENVIRONMENT, cwd=ROOT, stdout=quiet, stderr=quiet
        )
        seen: dict[int, Used] = {}
        while not os.waitid(
            os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT
        ):
            _glance(process.pid, seen)
            time.sleep(GLANCE)
        return _split(seen, _reaped(process.pid))


def _glance(pid: int, seen: dict[int, Used], parent: int = 0) -> None:
    """Record the time that a process and its descendants have used so far."""
    above = seen[parent].kind if parent else ""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        own, children = (int(a) + int(b) for a, b in (fields[11:13], fields[13:15]))
        kind = _kind(pid, above) or seen[pid].kind
        tasks = Path(f"/proc/{pid}/task").iterdir()
        below = [(task / "children").read_text() for task in tasks]
    except (OSError, KeyError):
        return
    seen[pid] = Used(kind, own / TICK, children / TICK, parent)
    for child in " ".join(below).split():
        _glance(int(child), seen, pid)


def _kind(pid: int, above: str) -> str:
    """Return the purpose of a process, or an empty string if it is a zombie."""
    text = Path(f"/proc/{pid}/cmdline").read_text()
    words = text.split("\0")
    if not text:
        return ""
    if "nox" in words[:3]:
        return "shard" if above == "guard" else "nox"
    if "harness.measure" in words[:3]:
        return "measure"
    if any("import main; main()" in word and "warden" in word for word in words[3:6]):
        return "guard of server" if above == "measure" else "guard"
    return "harness" if "harness" in words[:3] else "other"


def _split(seen: dict[int, Used], total: float) -> Split:
    def sum_of(*kinds: str) -> tuple[float, float]:
        chosen = [each for each in seen.values() if each.kind in kinds]
        return sum(each.own for each in chosen), sum(each.children for each in chosen)

    measure, below_measure = sum_of("measure")
    guards, _ = sum_of("guard of server")
    shards, _ = sum_of("shard")
    found = {
        "harness": sum_of("harness", "guard")[0],
        "nox": sum_of("nox")[0] + shards,
        "installing": sum(_installing(pid, seen) for pid in seen),
        "measuring": measure + guards,
        "servers": below_measure - guards,
    }
    return Split(**found, rest=total - sum(found.values()))


def _installing(shard: int, seen: dict[int, Used]) -> float:
    """Return the time for installing in a shard, or zero for any other process."""
    if seen[shard].kind != "shard":
        return 0.0
    below = seen[shard].children
    measured = sum(
        each.own + each.children
        for each in seen.values()
        if each.kind == "measure" and each.parent == shard
    )
    # The measuring process ends with the shard, perhaps after the last look. That is
    # far longer than installing packages that are already there.
    return below - measured if below >= measured else below


def main() -> None:
    """Print the table."""
    print("\nProcessor seconds to start (median)")
    for verb in ("", *VERBS):
        words = f"{verb} --help".strip()
        seconds = spent(sys.executable, "-m", "harness", *words.split())
        print(f"  {seconds:6.2f}  flask-concurrency {words}")
    print(f"  {spent(*NOX, '-l'):6.2f}  nox -l")
    run(*ONE_CELL)  # fills the caches
    for name, options in (("one cell", ONE_CELL), ("the default selection", ())):
        split = run(*options)
        print(f"\nProcessor seconds of `nox -s probe` with {name}, warm")
        for kind, seconds in split._asdict().items():
            print(f"  {seconds:6.2f}  {kind}")
        print(f"  {split.beyond:6.2f}  beyond measuring and servers")


if __name__ == "__main__":
    main()
