"""A CME future is one and the same instrument at every broker that trades it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bidwell.brokers.ibkr import symbols as ibkr
from bidwell.brokers.ibkr import wire as ibkr_wire
from bidwell.brokers.topstepx import symbols as topstepx
from bidwell.brokers.topstepx import wire as topstepx_wire
from bidwell.brokers.tradovate import symbols as tradovate
from bidwell.brokers.tradovate import wire as tradovate_wire
from bidwell.marketdata.definitions import from_instrument
from bidwell.marketdata.instruments import compile_master
from bidwell.model.futures import MONTH_CODES, PRODUCTS, contract_symbol
from bidwell.model.instrument import Instrument

TICK = Decimal("0.25")
TODAY = date(2026, 11, 21)
EXCHANGES = {venue: number for number, venue in enumerate(sorted(set(tradovate.VENUES.values())), 1)}
CALLED = {venue: name for name, venue in tradovate.VENUES.items()}


def at_tradovate(root: str, year: int, month: int) -> Instrument:
    known, book = PRODUCTS[root], tradovate.SymbolBook()
    book.remember([tradovate_wire.Named(number, CALLED[venue]) for venue, number in EXCHANGES.items()],
                  [tradovate_wire.Named(1, "USD")],
                  [tradovate_wire.Product(7, root, 1, EXCHANGES[known.venue], known.multiplier, TICK)])  # fmt: skip
    row = tradovate_wire.Contract(5, contract_symbol(root, year, month), 6)
    made = book.learn(row, tradovate_wire.Maturity(6, 7, year * 100 + month))
    assert made is not None
    return made


def at_topstepx(root: str, year: int, month: int) -> Instrument:
    asked = f"CON.F.US.{topstepx.CODES.get(root, root)}.{MONTH_CODES[month - 1]}{year % 100:02d}"
    name, worth = contract_symbol(root, year, month), TICK * PRODUCTS[root].multiplier
    return topstepx.instrument(topstepx_wire.Contract(asked, name, TICK, worth))


def at_ibkr(root: str, year: int, month: int) -> Instrument:
    asked = ibkr.question(contract_symbol(root, year, month), TODAY)
    assert asked is not None
    worth = f"{PRODUCTS[root].multiplier * 100:f}"
    return ibkr.instrument(ibkr_wire.Details(1, replace(asked, multiplier=worth), TICK, 100, "", asked.expiry, "", ""))


@pytest.mark.parametrize("root", PRODUCTS)
def test_the_brokers_call_a_contract_alike(root: str) -> None:
    for year, month in ((2026, 12), (2027, 3)):
        assert at_tradovate(root, year, month) == at_topstepx(root, year, month) == at_ibkr(root, year, month)


def test_the_instrument_master_finds_nothing_to_object_to() -> None:
    rows = [
        from_instrument(make(root, 2027, 6), broker)
        for root in PRODUCTS
        for make, broker in ((at_tradovate, "tradovate"), (at_topstepx, "topstepx"), (at_ibkr, "ibkr"))
    ]
    master = compile_master(rows, TODAY)
    assert (len(master), master.untradable) == (len(PRODUCTS), ())
