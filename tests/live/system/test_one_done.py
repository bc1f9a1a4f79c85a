"""Waiting for the first of several futures."""

import asyncio

from harness.system.one_done import one_done


def test_the_wait_ends_with_the_first_result() -> None:
    async def wait() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        one, other = loop.create_future(), loop.create_future()
        loop.call_soon(other.set_result, None)
        await one_done((one, other), 3600)
        return one.done(), other.done()

    assert asyncio.run(wait()) == (False, True)


def test_a_finished_future_is_not_waited_for() -> None:
    async def wait() -> bool:
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        await one_done((done, asyncio.get_running_loop().create_future()), 3600)
        return done.done()

    assert asyncio.run(wait())


def test_the_wait_ends_at_its_time_limit() -> None:
    async def wait() -> bool:
        never = asyncio.get_running_loop().create_future()
        await one_done((never,), 0.001)
        return never.done()

    assert not asyncio.run(wait())


def test_a_failure_ends_the_wait_and_is_left_to_the_caller() -> None:
    async def wait() -> BaseException | None:
        failing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failing.set_exception(ValueError("it failed"))
        await one_done((failing,), 3600)
        return failing.exception()

    assert isinstance(asyncio.run(wait()), ValueError)
