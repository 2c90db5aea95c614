"""The account, its settings, positions, fills, and the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Holding, Ticket
from bidwell.twins.alpaca import words
from bidwell.twins.alpaca.answers import reply
from bidwell.twins.alpaca.records import Records
from bidwell.twins.stage import Handler, Look

_RATE = Decimal("0.0001")
_CONFIGURATION: dict[str, Any] = {
    "dtbp_check": "entry", "no_shorting": False, "suspend_trade": False, "fractional_trading": True,
    "max_margin_multiplier": "4", "pdt_check": "entry", "trade_confirm_email": "all", "ptp_no_exception_entry": False,
    "max_options_trading_level": 1,
}  # fmt: skip


class AccountRoutes:
    """/v2/account, /v2/positions, /v2/clock."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.get("/v2/account", self._read(self.account)),
            web.get("/v2/account/configurations", self._read(self.configuration)),
            web.patch("/v2/account/configurations", self.configure),
            web.get("/v2/account/activities", self._read(self.activities)),
            web.get("/v2/account/activities/{type}", self._read(self.activities)),
            web.get("/v2/positions", self._read(self.positions)),
            web.get("/v2/positions/{symbol}", self._read(self.position)),
            web.delete("/v2/positions", self.flatten),
            web.delete("/v2/positions/{symbol}", self.close_position),
            web.get("/v2/clock", self._read(self.clock)),
            web.get("/v2/calendar", self._read(self.calendar)),
        ]

    def _read(self, work: Look) -> Handler:
        return self._stage.reading(self._records.caller, work)

    # --- money ------------------------------------------------------------------------------------

    def account(self, _request: web.Request, account: str) -> web.Response:
        """GET /v2/account."""
        held = self._stage.state.accounts[account]
        cash = held.cash.get(held.spec.currency, ZERO)
        long = sum((max(self._worth(name, each), ZERO) for name, each in held.holdings.items()), ZERO)
        short = sum((min(self._worth(name, each), ZERO) for name, each in held.holdings.items()), ZERO)
        equity, free = words.text(cash + long + short), words.text(max(self._stage.venue.margin.free(held), ZERO))
        return reply({
            "account_blocked": False, "accrued_fees": "0", "account_number": account, "buying_power": free,
            "cash": words.text(cash), "created_at": "2024-01-02T15:00:00.000000Z", "currency": held.spec.currency,
            "daytrade_count": 0, "daytrading_buying_power": free, "equity": equity,
            "id": words.named_uuid("account", account), "initial_margin": "0", "last_equity": equity,
            "last_maintenance_margin": "0", "non_marginable_buying_power": free, "long_market_value": words.text(long),
            "maintenance_margin": "0", "multiplier": words.text(held.spec.leverage), "pattern_day_trader": False,
            "portfolio_value": equity, "regt_buying_power": free, "short_market_value": words.text(short),
            "shorting_enabled": True, "sma": "0", "status": "ACTIVE",
            "trade_suspended_by_user": bool(self._records.configurations.get(account, {}).get("suspend_trade")),
            "trading_blocked": False, "transfers_blocked": False, "options_buying_power": free,
            "options_approved_level": "1", "options_trading_level": "1",
        })  # fmt: skip

    def configuration(self, _request: web.Request, account: str) -> web.Response:
        """GET /v2/account/configurations."""
        return reply(self._records.configurations.get(account, _CONFIGURATION))

    async def configure(self, request: web.Request) -> web.Response:
        """PATCH /v2/account/configurations."""
        account = self._records.caller(request).account
        given = await request.json()
        known = self._records.configurations.get(account, _CONFIGURATION)
        self._records.configurations[account] = known | {name: given[name] for name in given if name in known}
        return reply(self._records.configurations[account])

    # --- fills ------------------------------------------------------------------------------------

    def activities(self, request: web.Request, account: str) -> web.Response:
        """GET /v2/account/activities/FILL."""
        if request.match_info.get("type", "FILL") != "FILL":
            return reply([])
        rows = self._fills(account)
        after, token = request.query.get("after", ""), request.query.get("page_token", "")
        until = request.query.get("until", "")
        rows = [row for row in rows if row["transaction_time"][:26] > after[:26].rstrip("Z")
                and (not until or row["transaction_time"][:26] <= until[:26].rstrip("Z"))]  # fmt: skip
        if request.query.get("direction", "desc") != "asc":
            rows.reverse()
        if token:
            places = [place for place, row in enumerate(rows) if row["id"] == token]
            rows = rows[places[0] + 1 :] if places else []
        return reply(rows[: int(request.query.get("page_size", "100"))])

    def _fills(self, account: str) -> list[dict[str, Any]]:
        found = []
        for held in self._stage.state.orders.values():
            if held.account != account:
                continue
            filled = ZERO
            chain = [*held.earlier_ids, held.broker_order_id]
            for done in held.fills:
                filled += done.quantity
                found.append((done.execution_id, self._fill(held.side, done, filled, held.quantity, {
                    "symbol": self._stage.market.symbols[held.instrument],
                    "order_id": words.order_uuid(self._owner(chain, filled)),
                })))  # fmt: skip
        return [row for _, row in sorted(found, key=lambda pair: pair[0])]

    def _owner(self, chain: list[str], filled: Decimal) -> str:
        """Which order of a chain a fill was of: the first that had not been replaced before it."""
        for venue_id in chain[:-1]:
            if Decimal(self._records.past[venue_id][1]["filled_qty"]) >= filled:
                return venue_id
        return chain[-1]

    @staticmethod
    def _fill(side: Side, done: Any, filled: Decimal, whole: Decimal, more: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401 - an Execution
        at = words.stamp(done.at) or ""
        complete = filled >= whole
        return {
            "id": f"{at.translate(str.maketrans('', '', '-:TZ.'))[:17]}::{words.named_uuid('execution', done.execution_id)}",
            "activity_type": "FILL", "transaction_time": at, "type": "fill" if complete else "partial_fill",
            "price": words.text(done.price), "qty": words.text(done.quantity), "side": side.lower(),
            "leaves_qty": words.text(max(whole - filled, ZERO)), "cum_qty": words.text(filled),
            "order_status": "filled" if complete else "partially_filled", **more,
        }  # fmt: skip

    # --- positions --------------------------------------------------------------------------------

    def positions(self, _request: web.Request, account: str) -> web.Response:
        """GET /v2/positions."""
        holdings = self._stage.state.accounts[account].holdings
        return reply([self._position(name, each) for name, each in holdings.items()])

    def position(self, request: web.Request, account: str) -> web.Response:
        """GET /v2/positions/{symbol}."""
        found = self._held(account, request.match_info["symbol"])
        return reply(self._position(*found)) if found else reply(words.error(404, "position does not exist"), 404)

    async def flatten(self, request: web.Request) -> web.Response:
        """DELETE /v2/positions."""
        account = self._records.caller(request).account
        if request.query.get("cancel_orders") == "true":
            for held in self._stage.state.open_orders(account):
                self._stage.publish(self._stage.venue.cancel(account, "", held.broker_order_id))
        rows = []
        for name, each in list(self._stage.state.accounts[account].holdings.items()):
            body = self._close(account, name, abs(each.quantity))
            rows.append({"symbol": body["symbol"].replace("/", ""), "status": 200, "body": body})
        return reply(rows, 207)

    async def close_position(self, request: web.Request) -> web.Response:
        """DELETE /v2/positions/{symbol}."""
        account = self._records.caller(request).account
        found = self._held(account, request.match_info["symbol"])
        if found is None:
            return reply(words.error(404, "position does not exist"), 404)
        name, holding = found
        quantity = abs(holding.quantity)
        if "qty" in request.query:
            quantity = min(quantity, Decimal(request.query["qty"]))
        elif "percentage" in request.query:
            quantity = quantity * Decimal(request.query["percentage"]) / 100
        return reply(self._close(account, name, quantity))

    def _close(self, account: str, name: str, quantity: Decimal) -> dict[str, Any]:
        holding = self._stage.state.accounts[account].holdings[name]
        side = Side.SELL if holding.quantity > 0 else Side.BUY
        client = words.named_uuid("client", f"{account}/{self._stage.state.number + 1}")
        ticket = Ticket(name, side, quantity, OrderType.MARKET, TimeInForce.DAY, client)
        outcomes = self._stage.submit(account, ticket)
        order = self._stage.state.named[account, client]
        self._records.names[order.broker_order_id] = client
        self._records.taken[account, client] = order.broker_order_id
        self._stage.publish(outcomes)
        return self._records.order(order) | {"subtag": None, "source": None}

    def _held(self, account: str, symbol: str) -> tuple[str, Holding] | None:
        for name, each in self._stage.state.accounts[account].holdings.items():
            known = self._stage.market.symbols[name]
            if symbol in {known, known.replace("/", ""), words.named_uuid("asset", known)}:
                return name, each
        return None

    def _worth(self, name: str, holding: Holding) -> Decimal:
        row = self._stage.market.rows[self._stage.market.symbols[name]]
        return holding.quantity * self._stage.venue.quotes[name].last * row.multiplier

    def _position(self, name: str, holding: Holding) -> dict[str, Any]:
        symbol = self._stage.market.symbols[name]
        row, last = self._stage.market.rows[symbol], self._stage.venue.quotes[name].last
        worth, cost = self._worth(name, holding), holding.cost * row.multiplier
        figures = {
            "avg_entry_price": words.text(holding.cost / holding.quantity), "market_value": words.text(worth),
            "cost_basis": words.text(cost), "unrealized_pl": words.text(worth - cost),
            "unrealized_plpc": words.text(((worth - cost) / abs(cost)).quantize(_RATE) if cost else ZERO),
            "unrealized_intraday_pl": words.text(worth - cost), "unrealized_intraday_plpc": "0",
            "current_price": words.text(last), "lastday_price": words.text(row.bid), "change_today": "0",
        }  # fmt: skip
        return {
            "asset_id": words.named_uuid("asset", symbol), "symbol": symbol.replace("/", ""),
            "exchange": row.exchange or "NASDAQ", "asset_class": words.CLASSES[row.type],
            "qty": words.text(holding.quantity), "side": "long" if holding.quantity > 0 else "short", **figures,
            "usd": figures,
        }  # fmt: skip

    # --- time -------------------------------------------------------------------------------------

    def clock(self, _request: web.Request, _account: str) -> web.Response:
        """GET /v2/clock: a twin is always open."""
        now = self._stage.market.now()
        return reply({"timestamp": words.stamp(now), "is_open": True, "next_open": words.stamp(now + timedelta(days=1)),
                      "next_close": words.stamp(now + timedelta(hours=8))})  # fmt: skip

    def calendar(self, _request: web.Request, _account: str) -> web.Response:
        """GET /v2/calendar."""
        day = self._stage.market.now().date()
        return reply([{"date": day.isoformat(), "open": "09:30", "close": "16:00"}])
