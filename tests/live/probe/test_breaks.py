"""What breaks with little of a resource, for servers of which that is known."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import pytest

from harness.records.breaks import Scarce
from harness.records.breaks import Strained
from harness.records.choices import Question
from harness.records.words import Outcome
from tests.live.commands import control
from tests.live.commands import odd

FOR_THREADS = {Scarce.THREADS, Scarce.MEMORY, Scarce.TASKS_OF_A_GROUP}
"""Resources without which no thread can start."""

ROOT = Path(__file__).parents[3]


@pytest.fixture
def strain(ask: Any) -> Any:
    """Strain a server with little of each resource; return results and answer."""

    def one(
        argv: tuple[str, ...], declared: int | None
    ) -> tuple[dict[Scarce, Strained], str]:
        evidence, answer = ask(argv, declared, Question.BREAKS)
        limits = {limit.scarce: limit for limit in evidence.asked[0].limits}
        if os.getuid() == 0:
            threads = limits.pop(Scarce.THREADS)
            assert threads.outcome is Outcome.NOT_SUPPORTED
            assert "root is not held to" in answer.sentence
        for scarce in (Scarce.TASKS_OF_A_GROUP, Scarce.MEMORY_OF_A_GROUP):
            if limits[scarce].outcome is Outcome.NOT_SUPPORTED:
                print(f"NOT TRIED: {limits.pop(scarce).reason}")
        assert {limit.outcome for limit in limits.values()} == {Outcome.MEASURED}
        return limits, answer.answer

    return one


def test_a_robust_server_recovers_when_its_clients_have_left(strain: Any) -> None:
    limits, answer = strain(odd("spawns"), None)
    # Each request has two open connections, one of them to the probe. A lookup of a
    # name or a module takes another file for a moment.
    assert 64 // 2 - 8 < limits[Scarce.FILES].held <= 64 // 2
    # By default, glibc takes 8 MiB for the stack of a thread.
    assert 0 < limits[Scarce.MEMORY].held <= 256 // 8
    out_of_memory = limits.pop(Scarce.MEMORY_OF_A_GROUP, None)
    if out_of_memory is not None and out_of_memory.held < out_of_memory.offered:
        assert "SIGKILL" in out_of_memory.ended  # no server survives that
        answer, _, last = answer.rpartition("; ")
        assert last.startswith("memory of a container: breaks at ")
        assert last.endswith(", for good")
    for limit in limits.values():
        assert (limit.ended, limit.again) == ("", True), limit
    for scarce in FOR_THREADS & limits.keys():
        assert limits[scarce].account.reset > 0
    if Scarce.TASKS_OF_A_GROUP in limits:
        assert limits[Scarce.TASKS_OF_A_GROUP].held == 32  # a thread for each request
    assert "for good" not in answer


def test_a_fragile_server_breaks_for_good(strain: Any) -> None:
    limits, answer = strain(odd("spawns-blindly"), None)
    for scarce in FOR_THREADS & limits.keys():
        assert limits[scarce].held > 0
        assert (bool(limits[scarce].ended), limits[scarce].again) == (True, False)
        assert "can't start new thread" in limits[scarce].printed
    assert "for good" in answer


def test_a_server_with_a_lower_bound_breaks_by_nothing(ask: Any) -> None:
    _, answer = ask(control(1, 4), 4, Question.BREAKS)
    assert answer.answer == "holds 4"  # one sentence for all resources
    assert answer.number is None


NOBODY = 61_234
"""The id of a user who owns nothing, and runs nothing else."""


def test_the_results_are_the_same_for_a_user_other_than_root() -> None:
    """Root is not held to a limit on threads, so another user runs these tests."""
    if os.getuid():
        pytest.skip("SKIPPED: they are run by a user who is not root already")
    python = Path("/usr/bin/python3")
    told = "import sys; print(*sys.version_info[:2])"
    words = [str(python), "-c", told]
    if not shutil.which("setpriv") or not python.exists():
        pytest.skip("SKIPPED: there is no setpriv, or no Python for other users")
    version = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    if version.split() != [str(n) for n in sys.version_info[:2]]:
        pytest.skip("SKIPPED: the Python for other users is another one")
    # Not below pytest's folder, which only its owner may enter.
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        own = folder / "own"
        own.mkdir()
        os.chown(own, NOBODY, NOBODY)
        made = [shutil.which("uv") or "uv", "venv", "--quiet", "--python", str(python)]
        subprocess.run([*made, str(folder / "venv")], check=True)
        (packages,) = (folder / "venv").glob("lib/python*/site-packages")
        (packages / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")
        done = subprocess.run(
            [
                *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}"),
                *("--clear-groups", str(folder / "venv" / "bin" / "python")),
                *("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"),
                *(f"--basetemp={own}/base", __file__),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "HOME": str(own),
                "TMPDIR": str(own),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed, 1 skipped" in done.stdout
