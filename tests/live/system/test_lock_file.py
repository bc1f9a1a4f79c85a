"""A lock is waited for with a limit, and released when its file is closed."""

import asyncio
from pathlib import Path

import pytest

from harness.system.lock_file import locked
from harness.system.lock_file import take


def test_a_lock_that_is_taken_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    said: list[str] = []

    async def both() -> None:
        first = await locked(path, 60, pytest.fail)

        def release() -> None:
            said.append("waiting")
            first.close()

        (await locked(path, 60, release)).close()

    asyncio.run(both())
    assert said == ["waiting"]


def test_a_wait_that_timed_out_holds_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    async def in_vain() -> None:
        with await locked(path, 60), pytest.raises(TimeoutError):
            await locked(path, 0)

    asyncio.run(in_vain())
    with path.open() as file:
        assert take(file)


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="File exists"):
        asyncio.run(locked(tmp_path / "file" / "lock", 60))
