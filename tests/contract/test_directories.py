"""Every broker's whole list can be read from its twin and searched, and what is found is listed by what it is picked by."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Mapping
from datetime import date

import pytest
from aiohttp import ClientSession

from bidwell.app.brokerage import BROKERS, Access, Enumerating, Means, brokerage, redeemed
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.brokers.zerodha import configure
from bidwell.marketdata.symbol_search import build
from bidwell.twins.registry import TWINS, make


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


@pytest.mark.parametrize("name", BROKERS)
async def test_a_brokers_list_is_searched_and_what_is_found_is_listed(name: str) -> None:
    clock, person = WallClock(), TWINS[name].scenario.accounts[0]
    server = make(name, clock, 0)
    await server.start()
    try:
        broker, means = brokerage(name), Means(clock, SystemEntropy())
        assert isinstance(broker, Enumerating)
        access = await redeemed(
            broker, Access(await entered(name, person.fields, server.url), "twin", server.url), means
        )
        directory = await broker.directory(access, means)
        rows = list(directory.rows)
        index = await asyncio.to_thread(build, rows, date.min)
        assert len(index) == len(rows) > 0
        assert not directory.refused
        first = index.search(rows[-1].symbol, 5)[0]
        listed = await broker.listing(access, [first.id if directory.by_id else first.symbol], means)
        assert [each.id for each in listed] == [first.id]
    finally:
        await server.stop()
