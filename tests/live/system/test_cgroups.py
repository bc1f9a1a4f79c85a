"""Control groups are made where possible, limit their processes, and are removed."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.system.cgroups import ControlGroup
from harness.system.cgroups import Controller
from harness.system.cgroups import make_group
from harness.system.cgroups import NoGroup

THREADS = """
import sys, threading
sys.stdin.readline()
started, go_on = 0, threading.Event()
try:
    for started in range(20):
        threading.Thread(target=go_on.wait).start()
except RuntimeError as problem:
    print(started, problem, flush=True)
else:
    print("all", flush=True)
go_on.set()
"""

MEMORY = """
import sys
sys.stdin.readline()
kept = [bytearray(b"x" * 1024 * 1024) for _ in range(64)]
print("all", flush=True)
"""


@pytest.fixture
def group(request: pytest.FixtureRequest) -> Iterator[ControlGroup]:
    """A group for the controller that a test names."""
    controller: Controller = request.param
    try:
        made = make_group(controller)
    except NoGroup as problem:
        pytest.skip(f"SKIPPED: {problem}")
    yield made
    made.remove()
    assert not made.folder.exists()


def run_in(group: ControlGroup, program: str, more: int) -> tuple[str, int]:
    """Run a program in a group; return its output and exit status."""
    words = [sys.executable, "-c", program]
    pipes = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipes, stdout=pipes, text=True) as process:
        group.add([process.pid])
        group.allow(more)
        out, _ = process.communicate("go on\n", timeout=60)
        return out.strip(), process.returncode


@pytest.mark.parametrize("group", ["pids"], indirect=True)
def test_the_allowed_number_of_tasks_may_be_added(group: ControlGroup) -> None:
    assert run_in(group, THREADS, 8) == ("8 can't start new thread", 0)


@pytest.mark.parametrize("group", ["pids"], indirect=True)
def test_a_process_below_its_limit_notices_nothing(group: ControlGroup) -> None:
    assert run_in(group, THREADS, 40) == ("all", 0)


@pytest.mark.parametrize("group", ["memory"], indirect=True)
def test_a_process_that_takes_more_memory_is_killed(group: ControlGroup) -> None:
    assert run_in(group, MEMORY, 16 * 1024 * 1024) == ("", -9)


@pytest.mark.parametrize("group", ["memory"], indirect=True)
def test_a_process_that_takes_less_memory_is_not_killed(group: ControlGroup) -> None:
    assert run_in(group, MEMORY, 256 * 1024 * 1024) == ("all", 0)
