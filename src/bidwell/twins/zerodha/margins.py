"""What orders would take: POST /margins/orders and /margins/basket."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.terms import Side
from bidwell.simulation.checks import Refusal
from bidwell.simulation.floor import Outcome
from bidwell.twins.margins import Wanted, alone, together
from bidwell.twins.mishaps import On
from bidwell.twins.orders import figure
from bidwell.twins.zerodha import words
from bidwell.twins.zerodha.answers import refuse, reply
from bidwell.twins.zerodha.records import Records

_MOST = 50
_CHARGES = {
    "transaction_tax": 0, "transaction_tax_type": "stt", "exchange_turnover_charge": 0, "sebi_turnover_charge": 0,
    "brokerage": 0, "stamp_duty": 0, "gst": {"igst": 0, "cgst": 0, "sgst": 0, "total": 0}, "total": 0,
}  # fmt: skip


class _WrongError(Exception):
    """A question that Kite would not take."""


class MarginRoutes:
    """/margins."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [web.post("/margins/orders", self.orders), web.post("/margins/basket", self.basket)]

    async def orders(self, request: web.Request) -> web.Response:
        """POST /margins/orders: each by itself."""
        return await self._reckon(request, lambda account, basket: [self._row(account, each) for each in basket])

    async def basket(self, request: web.Request) -> web.Response:
        """POST /margins/basket: each by itself, and together."""

        def totals(account: str, basket: Sequence[Wanted]) -> dict[str, Any]:
            rows = [self._row(account, each) for each in basket]
            first = sum((alone(self._stage, account, each) for each in basket), Decimal(0))
            last = together(self._stage, account, basket)
            return {"initial": _figures(first), "final": _figures(last), "orders": rows, "charges": _CHARGES}

        return await self._reckon(request, totals)

    async def _reckon(self, request: web.Request, said: Any) -> web.Response:  # noqa: ANN401 - a function of two shapes
        account = self._records.caller(request).account
        body = await request.read()

        def work(_refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            try:
                return reply(said(account, self._basket(body))), ()
            except _WrongError as problem:
                return refuse(400, str(problem), "InputException"), ()

        return await self._stage.play(request, On.READ, account, work)

    def _basket(self, body: bytes) -> list[Wanted]:
        try:
            rows = msgspec.json.decode(body, type=list[dict[str, Any]])
        except msgspec.MsgspecError:
            raise _WrongError("Invalid JSON.") from None
        if not 0 < len(rows) <= _MOST:
            raise _WrongError("Invalid number of orders.")
        return [self._wanted(row) for row in rows]

    def _wanted(self, row: dict[str, Any]) -> Wanted:
        listed = self._records.by_key(f"{row.get('exchange', '')}:{row.get('tradingsymbol', '')}")
        if listed is None or listed.extra.get("index"):
            raise _WrongError("Invalid `tradingsymbol`.")
        known = {"transaction_type": ("BUY", "SELL"), "variety": ("regular", "amo"), "product": words.PRODUCTS,
                 "order_type": words.TYPES}  # fmt: skip
        for name, allowed in known.items():
            if row.get(name) not in allowed:
                raise _WrongError(f"Invalid `{name}`.")
        try:
            quantity, price, trigger = (figure(row.get(name)) for name in ("quantity", "price", "trigger_price"))
        except ValueError:
            raise _WrongError("Invalid `quantity`, `price` or `trigger_price`.") from None
        if quantity is None:
            raise _WrongError("Invalid `quantity`.")
        return Wanted(listed, Side(row["transaction_type"]), quantity, price or trigger)

    def _row(self, account: str, wanted: Wanted) -> dict[str, Any]:
        total = alone(self._stage, account, wanted)
        named = {"type": "equity", "tradingsymbol": wanted.row.symbol, "exchange": wanted.row.exchange}
        return _figures(total) | named | {"leverage": 1}


def _figures(total: Decimal) -> dict[str, Any]:
    number = words.number(total)
    return {
        "type": "", "tradingsymbol": "", "exchange": "", "span": 0, "exposure": 0, "option_premium": 0, "additional": 0,
        "bo": 0, "cash": 0, "var": number, "pnl": {"realised": 0, "unrealised": 0}, "leverage": 0, "charges": _CHARGES,
        "total": number,
    }  # fmt: skip
