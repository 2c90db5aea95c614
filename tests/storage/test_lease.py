"""The lease: one holder, tokens that only rise, and a clock that is the database's."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bidwell.model.errors import Fenced
from bidwell.storage.errors import LeaseHeld, StorageUnavailable
from bidwell.storage.lease import Lease
from bidwell.storage.pool import Pool

LONG, SHORT = timedelta(minutes=1), timedelta(milliseconds=30)


@pytest.fixture
def lease(pool: Pool) -> Lease:
    return Lease(pool, "main")


async def test_another_desk_waits_until_the_lease_ends(lease: Lease) -> None:
    first = await lease.acquire("desk-a", SHORT)
    with pytest.raises(LeaseHeld, match="desk-a"):
        await lease.acquire("desk-b", LONG)
    await asyncio.sleep(0.05)
    second = await lease.acquire("desk-b", LONG)
    assert second > first
    with pytest.raises(Fenced):
        await lease.renew(first, LONG)


async def test_a_desk_that_was_killed_takes_its_own_lease_again_at_once(lease: Lease) -> None:
    assert [await lease.acquire("desk-a", LONG) for _ in range(3)] == [1, 2, 3]


async def test_a_renewed_lease_is_held_on(lease: Lease) -> None:
    token = await lease.acquire("desk-a", SHORT)
    await lease.renew(token, LONG)
    await asyncio.sleep(0.05)
    with pytest.raises(LeaseHeld):
        await lease.acquire("desk-b", LONG)


async def test_a_released_lease_is_free_and_its_token_never_comes_back(lease: Lease) -> None:
    token = await lease.acquire("desk-a", LONG)
    await lease.release(token)
    newer = await lease.acquire("desk-b", LONG)
    assert newer > token
    await lease.release(token)
    assert (await lease.renew(newer, LONG)) is not None


async def test_of_many_desks_at_once_one_wins(pool: Pool) -> None:
    tried = await asyncio.gather(
        *(Lease(pool, "main").acquire(f"desk-{number}", LONG) for number in range(16)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in tried) == ["LeaseHeld"] * 15 + ["int"]


async def test_a_desk_that_is_paused_while_it_renews_keeps_nobody_waiting(lease: Lease) -> None:
    token = await lease.acquire("desk-a", SHORT)
    newer = 0

    async def paused() -> None:
        nonlocal newer
        async with lease._transaction() as connection:
            await connection.execute("UPDATE leases SET holder = holder WHERE workspace_id = 'main'")
            newer = await lease.acquire("desk-b", LONG)
            await connection.execute("SELECT 1")

    with pytest.raises(StorageUnavailable):
        await asyncio.wait_for(paused(), 30)
    assert newer > token
    with pytest.raises(Fenced):
        await lease.renew(token, LONG)


async def test_a_lease_tells_who_has_it_or_had_it_last(lease: Lease) -> None:
    assert await lease.held_by() is None
    token = await lease.acquire("desk-a", LONG)
    assert await lease.held_by() == "desk-a"
    await lease.release(token)
    assert await lease.held_by() == "desk-a"


async def test_workspaces_have_leases_of_their_own(pool: Pool) -> None:
    assert await Lease(pool, "one").acquire("desk-a", LONG) == 1
    assert await Lease(pool, "two").acquire("desk-b", LONG) == 1


async def test_a_lease_is_seized_from_the_desk_that_was_meant_and_from_no_other(lease: Lease) -> None:
    hung = await lease.acquire("desk-a", LONG)
    guardian = await lease.seize("guardian", LONG, over=hung)
    assert guardian > hung
    with pytest.raises(Fenced):
        await lease.renew(hung, LONG)
    with pytest.raises(LeaseHeld, match="guardian"):
        await lease.seize("guardian-b", LONG, over=hung)
    await lease.release(guardian)
    successor = await lease.acquire("desk-b", LONG)
    with pytest.raises(LeaseHeld, match="desk-b"):
        await lease.seize("guardian-b", LONG, over=hung)
    await lease.release(successor)
    assert await lease.seize("guardian-b", LONG, over=hung) > successor
