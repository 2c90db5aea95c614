"""Logins at Angel One: one for everybody, its renewal, its end each day, and what is not tried again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.broker.joint import Joint
from bidwell.brokers.angelone.client import Login
from bidwell.brokers.transport import Kind, Verdict
from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.transport.totp import totp
from bidwell.engine.ports import SessionLife
from bidwell.model.errors import InDoubt, Refused, Unavailable
from bidwell.model.events import (
    OrderFilled,
)
from tests.contract.angelone_stand import FIELDS, AngelStand, angelone_stand
from tests.contract.broker_stand import Ahead, Ear, Maker, approved, until


@dataclass
class StoppedClock:
    """A clock that a test sets."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Counter:
    """A door that refuses, or hands out tokens; it counts who asks."""

    refusal: str = ""
    passwords: list[str] = field(default_factory=list)
    renewals: int = 0

    async def log_in(self, one_time_password: str) -> wire.Tokens:
        self.passwords.append(one_time_password)
        if self.refusal:
            raise Denied(Verdict(Kind.LOGIN, self.refusal, "No."))
        return wire.Tokens(f"jwt{len(self.passwords)}", f"refresh{len(self.passwords)}", "feed")

    async def renew(self, refresh_token: str) -> wire.Tokens:
        assert refresh_token
        self.renewals += 1
        raise Denied(Verdict(Kind.LOGIN, "AG8001", "No."))


@pytest.fixture
async def stand() -> AsyncIterator[AngelStand]:
    async with angelone_stand() as stand:
        yield stand


async def test_a_token_that_dies_is_renewed_and_a_day_that_ends_takes_a_login() -> None:
    clock = Ahead()
    async with angelone_stand(clock) as stand:
        broker, ear = stand.broker(clock=clock), Ear()
        await broker.connect(ear)
        stand.twin.sessions.forget("plain", renewable=True)
        assert (await broker.snapshot()).cash == {"INR": Decimal(100_000)}
        assert (stand.twin.sessions.logins, stand.twin.sessions.renewals) == (1, 1)
        clock.by = timedelta(days=1)
        await until(lambda: ear.states.count("up") >= 2, "a session of the next day")
        assert "the day's login ended" in ear.states[1]
        assert (stand.twin.sessions.logins, stand.twin.sessions.renewals) == (2, 1)
        assert broker.report().state.life is SessionLife.ACTIVE
        await broker.close()


async def test_an_order_that_met_a_dead_token_is_in_doubt_and_the_next_one_passes(stand: AngelStand) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    first, order = make.order(), make.order()
    await broker.submit(approved(first))
    await ear.hears(first.client_order_id, OrderFilled)
    stand.twin.sessions.forget("plain", renewable=True)
    with pytest.raises(InDoubt):
        await broker.submit(approved(make.order()))
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderFilled)
    await broker.close()


async def test_a_client_whose_login_is_refused_has_to_act_and_is_told_where(stand: AngelStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    await stand.end_session()
    await until(lambda: broker.report().state.life is SessionLife.NEEDS_LOGIN, "the login is refused")
    report = broker.report()
    assert report.state.login_url.startswith("https://smartapi.angelone.in")
    assert report.troubles
    await stand.restore_session()
    await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the session is up again")
    await broker.close()


async def test_a_refused_login_is_not_tried_again_before_its_pause_unless_a_person_asks() -> None:
    async with angelone_stand(login_pause=3600.0, longest_login_pause=3600.0) as stand:
        login, door = stand.login(), Counter("AB1007")
        for _ in range(3):
            with pytest.raises(Refused):
                await login.ensure(door)
        assert len(door.passwords) == 1
        login.forgive()
        door.refusal = ""
        tokens = (await login.ensure(door)).tokens
        assert tokens.jwtToken == "jwt2"
        assert await login.ensure(door) == login.session


async def test_those_who_want_tokens_at_once_share_one_login(stand: AngelStand) -> None:
    login, door = stand.login(), Counter()
    found = await asyncio.gather(*(login.ensure(door) for _ in range(5)))
    assert len({each.tokens.jwtToken for each in found}) == len(door.passwords) == 1
    login.spoil(found[0])
    again = await login.ensure(door)
    assert (again.tokens.jwtToken, door.renewals) == ("jwt2", 1)
    login.spoil(found[0])
    assert login.session == again


async def test_a_list_that_several_want_is_asked_for_once_and_never_from_before_they_did() -> None:
    asked, gates = 0, [asyncio.Event() for _ in range(3)]

    async def ask() -> int:
        nonlocal asked
        asked += 1
        number = asked
        await gates[number - 1].wait()
        return number

    joint: Joint[int] = Joint(ask)
    first = asyncio.create_task(joint.read())
    await until(lambda: asked == 1, "the first is under way")
    later = [asyncio.create_task(joint.read()) for _ in range(3)]
    gates[0].set()
    gates[1].set()
    assert (await first, await asyncio.gather(*later)) == (1, [2, 2, 2])
    waiting = [asyncio.create_task(joint.read()) for _ in range(2)]
    await until(lambda: asked == 3, "the third is under way")
    waiting[1].cancel()
    await joint.close()
    with pytest.raises(Unavailable, match="closed"):
        await waiting[0]
    with pytest.raises(asyncio.CancelledError):
        await waiting[1]


async def test_logins_that_do_not_last_are_not_repeated_without_end(stand: AngelStand) -> None:
    login, door = stand.login(), Counter()
    for _ in range(stand.config.most_logins):
        login.spoil(await login.ensure(door))
    with pytest.raises(Unavailable, match="used elsewhere"):
        await login.ensure(door)
    assert len(door.passwords) == stand.config.most_logins
    login.forgive()
    assert await login.ensure(door) == login.session


async def test_a_password_that_was_used_is_waited_out_and_not_taken_for_wrong(stand: AngelStand) -> None:
    clock = StoppedClock(datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC))
    login, door = Login(stand.config, clock), Counter()
    session = await login.ensure(door)
    assert door.passwords == [totp(FIELDS["totp_secret"], clock.at)]
    login.spoil(session)
    door.refusal = "AB1050"
    with pytest.raises(Unavailable, match="the next one is waited for"):
        await login.ensure(door)
    clock.at += timedelta(seconds=30)
    with pytest.raises(Refused):
        await login.ensure(door)
