"""Positions and holdings: what the day's orders made, and what was carried into the day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.twins.scenario import Listed
from bidwell.twins.stage import Handler
from bidwell.twins.zerodha import words
from bidwell.twins.zerodha.answers import reply
from bidwell.twins.zerodha.records import Lot, Records

_CARRIED = "CNC"


class PortfolioRoutes:
    """/portfolio."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.get("/portfolio/positions", self._read(self.positions)),
            web.get("/portfolio/holdings", self._read(self.holdings)),
        ]

    def _read(self, work: Callable[[str], web.Response]) -> Handler:
        return self._stage.reading(self._records.caller, lambda _request, account: work(account))

    def positions(self, account: str) -> web.Response:
        """GET /portfolio/positions: shares that were carried into the day are holdings, and no positions."""
        net, today = [], []
        for (symbol, product), lot in self._records.lots(account).items():
            shown = Lot(lot.bought, lot.paid, lot.sold, lot.received) if product == _CARRIED else lot
            if shown.bought or shown.sold or shown.overnight:
                net.append(self._position(symbol, product, shown))
            if lot.bought or lot.sold:
                today.append(self._position(symbol, product, Lot(lot.bought, lot.paid, lot.sold, lot.received)))
        return reply({"net": net, "day": today})

    def _position(self, symbol: str, product: str, lot: Lot) -> dict[str, Any]:
        row = self._stage.market.rows[symbol]
        last = self._last(row)
        carried_long, carried_short = max(lot.overnight, ZERO), max(-lot.overnight, ZERO)
        cost = lot.overnight_cost
        bought, sold = lot.bought + carried_long, lot.sold + carried_short
        paid, received = lot.paid + (cost if carried_long else ZERO), lot.received - (cost if carried_short else ZERO)
        value = received - paid
        pnl = value + lot.net * last
        average = _average(lot, bought, paid, sold, received)
        number = words.number
        return {
            "tradingsymbol": symbol, "exchange": row.exchange, "instrument_token": self._records.token_of(symbol),
            "product": product, "quantity": int(lot.net), "overnight_quantity": int(lot.overnight), "multiplier": 1,
            "average_price": number(average), "close_price": 0, "last_price": number(last), "value": number(value),
            "pnl": number(pnl), "m2m": number(pnl), "unrealised": number(pnl), "realised": 0,
            "buy_quantity": int(bought), "buy_price": number(paid / bought if bought else ZERO), "buy_value": number(paid),
            "buy_m2m": number(paid), "sell_quantity": int(sold), "sell_price": number(received / sold if sold else ZERO),
            "sell_value": number(received), "sell_m2m": number(received), "day_buy_quantity": int(lot.bought),
            "day_buy_price": number(lot.paid / lot.bought if lot.bought else ZERO), "day_buy_value": number(lot.paid),
            "day_sell_quantity": int(lot.sold),
            "day_sell_price": number(lot.received / lot.sold if lot.sold else ZERO), "day_sell_value": number(lot.received),
        }  # fmt: skip

    def holdings(self, account: str) -> web.Response:
        """GET /portfolio/holdings: shares bought for delivery before today."""
        rows = [self._holding(symbol, lot) for (symbol, product), lot in self._records.lots(account).items()
                if product == _CARRIED and lot.overnight > 0]  # fmt: skip
        return reply(rows)

    def _holding(self, symbol: str, lot: Lot) -> dict[str, Any]:
        row = self._stage.market.rows[symbol]
        last, average = self._last(row), lot.overnight_cost / lot.overnight
        sold = max(lot.sold - lot.bought, ZERO)
        return {
            "tradingsymbol": symbol, "exchange": row.exchange, "instrument_token": self._records.token_of(symbol),
            "isin": f"INE{self._records.token_of(symbol) % 1_000_000:06d}X01", "product": _CARRIED, "price": 0,
            "quantity": int(lot.overnight - sold), "used_quantity": int(sold), "t1_quantity": 0,
            "realised_quantity": int(lot.overnight), "authorised_quantity": 0, "authorised_date": "2025-01-17 00:00:00",
            "authorisation": {}, "opening_quantity": int(lot.overnight), "short_quantity": 0, "collateral_quantity": 0,
            "collateral_type": "", "discrepancy": False, "average_price": words.number(average),
            "last_price": words.number(last), "close_price": words.number(row.bid),
            "pnl": words.number((last - average) * lot.overnight), "day_change": 0, "day_change_percentage": 0,
            "mtf": {"quantity": 0, "used_quantity": 0, "average_price": 0, "value": 0, "initial_margin": 0},
        }  # fmt: skip

    def _last(self, row: Listed) -> Decimal:
        listed = self._stage.market.instrument(row.symbol)
        return row.bid if listed is None else self._stage.venue.quotes[listed.id].last


def _average(lot: Lot, bought: Decimal, paid: Decimal, sold: Decimal, received: Decimal) -> Decimal:
    """What the open side cost on average."""
    if lot.net > 0 and bought:
        return paid / bought
    return received / sold if lot.net < 0 and sold else ZERO
