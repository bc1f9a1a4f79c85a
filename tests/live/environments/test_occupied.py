"""Two runs never fill or use the same environment at the same time."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.environments.occupied import occupied
from harness.records.errors import UsageError

HOLD = """\
import asyncio, sys
from pathlib import Path
from harness.environments.occupied import occupied

async def hold():
    async with occupied(Path(sys.argv[1]), ["b", "a"], print, 60):
        print("begun", flush=True)
        sys.stdin.read()

asyncio.run(hold())
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another run, which uses the environments a and b until its input ends."""
    words = [sys.executable, "-c", HOLD, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        yield run
        run.kill()


def test_a_run_waits_until_the_other_has_left_the_environment(
    tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    said: list[str] = []

    def say(words: str) -> None:
        said.append(words)
        assert other.stdin is not None
        other.stdin.close()

    async def enter() -> int | None:
        async with occupied(tmp_path, ["b", "c"], say, 60):
            return other.wait(30)

    assert asyncio.run(enter()) == 0
    assert said == ["waiting for another run that uses the environment b"]


def test_a_run_in_other_environments_is_not_waited_for(
    tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    async def enter() -> None:
        async with occupied(tmp_path, ["c"], pytest.fail, 60):
            assert other.poll() is None

    asyncio.run(enter())


def test_a_killed_run_occupies_nothing(
    tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    other.kill()
    other.wait(30)

    async def enter() -> None:
        async with occupied(tmp_path, ["a", "b"], pytest.fail, 60):
            pass

    asyncio.run(enter())


@pytest.mark.usefixtures("other")
def test_a_run_that_does_not_end_is_an_error(tmp_path: Path) -> None:
    async def enter() -> None:
        async with occupied(tmp_path, ["a"], lambda _: None, 0.5):
            pass

    with pytest.raises(UsageError, match="another run still uses it after"):
        asyncio.run(enter())


def test_a_path_that_is_not_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    async def enter() -> None:
        async with occupied(tmp_path / "file", ["a"], pytest.fail, 60):
            pass

    with pytest.raises(UsageError, match="cannot be used for environments"):
        asyncio.run(enter())
