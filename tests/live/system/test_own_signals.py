"""Signals of a confined command reach its own processes, and no others."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.system import own_signals

pytestmark = pytest.mark.skipif(
    own_signals.version() < own_signals.FIRST_VERSION,
    reason="this kernel confines no signals",
)

OTHERS = 65534
"""A user without privileges."""

USERS = [None, OTHERS] if os.geteuid() == 0 else [None]

SLEEP = ["sleep", "600"]


@pytest.fixture(params=USERS)
def user(request: pytest.FixtureRequest) -> int | None:
    """The user of all processes, by default that of the test."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def bystander(user: int | None) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not belong to the command."""
    process = subprocess.Popen(SLEEP, user=user, cwd="/")
    yield process
    process.kill()
    process.wait(30)


def confined(line: str, user: int | None) -> str:
    """Return the output of a confined shell line."""
    # A Python that every user may start: the tests' own may be in a home folder.
    python = "/usr/bin/python3" if user else sys.executable
    with open(own_signals.__file__) as file:
        done = subprocess.run(
            [python, "-I", "-S", "-", "sh", "-c", line],
            stdin=file,
            user=user,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
        )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["TERM", "KILL", "HUP", "0"])
def test_signals_do_not_reach_other_processes(
    bystander: subprocess.Popen[bytes], user: int | None, name: str
) -> None:
    said = confined(f"kill -{name} {bystander.pid}; kill -{name} -1", user)
    assert "not permitted" in said
    assert bystander.poll() is None


def test_signals_reach_the_commands_own_processes(user: int | None) -> None:
    assert confined("sleep 600 & kill $!; wait $!; echo $?", user)[:4] == "143\n"


def test_the_program_is_replaced_by_the_command() -> None:
    program = [sys.executable, "-I", "-S", own_signals.__file__]
    with subprocess.Popen(
        [*program, "sh", "-c", "echo $$"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.communicate(timeout=60)[0] == f"{process.pid}\n"
    done = subprocess.run([*program, "no-such"], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (
        1,
        b"no-such: No such file or directory\n",
    )
