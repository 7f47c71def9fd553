"""One deadline for many waits."""

from __future__ import annotations

import asyncio

import pytest

from pycode.providers.deadline import Deadline


def soon(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def never() -> None:
    await asyncio.get_running_loop().create_future()


async def test_a_wait_that_lasts_too_long() -> None:
    deadline = Deadline(soon(0.02))
    with deadline:
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError), deadline:
        await never()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_it_moves_on_and_back() -> None:
    deadline = Deadline(soon(0.02))
    with deadline:
        deadline.move(soon(30))
        await asyncio.sleep(0.05)
    deadline.move(soon(0.02))
    with pytest.raises(TimeoutError), deadline:
        await never()


async def test_time_between_waits_ends_nothing() -> None:
    deadline = Deadline(soon(0.01))
    with deadline:
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    with pytest.raises(TimeoutError), deadline:
        await never()


async def test_cancelling_stays_cancelling() -> None:
    async def wait() -> None:
        with Deadline(soon(30)):
            await never()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelling_at_the_same_moment_wins() -> None:
    async def wait() -> None:
        deadline = Deadline(soon(0))
        with deadline:
            asyncio.get_running_loop().call_soon(cancel)
            await never()

    def cancel() -> None:
        deadline_task.cancel()

    deadline_task = asyncio.create_task(wait())
    with pytest.raises(asyncio.CancelledError):
        await deadline_task


async def test_no_timer_is_left() -> None:
    deadline = Deadline(soon(3600))
    with deadline:
        await asyncio.sleep(0)
    timer = deadline._timer
    deadline.close()
    assert timer is not None
    assert timer.cancelled()
