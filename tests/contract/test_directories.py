"""Every broker's list and chains are read from its twin, and what is found there is listed by what it is picked by."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import cast

import pytest
from aiohttp import ClientSession

from bidwell.app.brokerage import BROKERS, Access, Brokerage, Chaining, Enumerating, Means, brokerage, redeemed
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.app.option_chains import ChainBroker, ChainSource, OptionChains, StillReading
from bidwell.brokers.zerodha import configure
from bidwell.marketdata.symbol_search import build
from bidwell.model.ids import AccountId
from bidwell.twins.registry import TWINS, make

CHAINED = {"alpaca": "AAPL", "angelone": "NIFTY", "dhan": "NIFTY", "fyers": "NIFTY", "ibkr": "AAPL",
           "schwab": "AAPL", "zerodha": "NIFTY"}  # fmt: skip
"""On what options are asked for at each broker."""


async def entered(name: str, fields: Mapping[str, str], url: str) -> dict[str, str]:
    """A person's credential, with what a login in a browser brings where there is one."""
    if name == "fyers":
        return {each: value for each, value in fields.items() if each != "fy_id"} | {
            "redirect_uri": "http://127.0.0.1/back"
        }
    if name != "zerodha":
        return dict(fields)
    login = configure(dict(fields) | {"request_token": "x" * 32}, "twin", twin=url).login_url
    async with ClientSession() as session, session.get(login) as answer:
        found = re.search(r'id="redirect">([^<]+)<', await answer.text())
    assert found is not None
    return dict(fields) | {"request_token": html.unescape(found[1])}


@asynccontextmanager
async def at_its_twin(name: str) -> AsyncIterator[tuple[Brokerage, Access, Means]]:
    """A broker, reached as the first person of its twin."""
    clock, person = WallClock(), TWINS[name].scenario.accounts[0]
    server = make(name, clock, 0)
    await server.start()
    try:
        broker, means = brokerage(name), Means(clock, SystemEntropy())
        given = Access(await entered(name, person.fields, server.url), "twin", server.url)
        yield broker, await redeemed(broker, given, means), means
    finally:
        await server.stop()


@pytest.mark.parametrize("name", BROKERS)
async def test_a_brokers_list_is_searched_and_what_is_found_is_listed(name: str) -> None:
    async with at_its_twin(name) as (broker, access, means):
        assert isinstance(broker, Enumerating)
        directory = await broker.directory(access, means)
        rows = list(directory.rows)
        index = await asyncio.to_thread(build, rows, date.min)
        assert len(index) == len(rows) > 0
        assert not directory.refused
        first = index.search(rows[-1].symbol, 5)[0]
        listed = await broker.listing(access, [first.id if directory.by_id else first.symbol], means)
        assert [each.id for each in listed] == [first.id]


@pytest.mark.parametrize(("name", "underlying"), CHAINED.items())
async def test_a_brokers_chain_has_prices_and_what_is_picked_is_listed(name: str, underlying: str) -> None:
    async with at_its_twin(name) as (broker, access, means):
        assert isinstance(broker, Chaining)
        source = ChainSource(AccountId("acc_1"), cast("ChainBroker", broker), access, means, {})
        chains = OptionChains(means.clock)
        async with asyncio.timeout(60):
            while True:
                try:
                    chain = await chains.chain(source, underlying, None, 200)
                    break
                except StillReading:
                    await asyncio.sleep(0.1)
        options = [each for row in chain.rows for each in (row.call, row.put) if each is not None]
        assert all(each.bid and each.ask and each.bid <= each.ask for each in options)
        assert chain.underlying.startswith(underlying)
        assert chain.last
        assert (chain.at_the_money in {row.strike for row in chain.rows}, chain.reason) == (True, "")
        listed = await broker.listing(access, [each.pick for each in options], means)
        assert [each.id for each in listed] == [each.id for each in options]
        await chains.close()


def test_every_broker_with_chains_is_looked_at() -> None:
    assert {name for name in BROKERS if isinstance(brokerage(name), Chaining)} == set(CHAINED)
