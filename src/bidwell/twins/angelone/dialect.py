"""The twin as a whole: its parts, what each fact means on the order stream, and how Angel One says that it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.instrument import Right
from bidwell.model.money import ZERO
from bidwell.simulation.facts import Amended, Closed, Declined, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.twins.angelone import words
from bidwell.twins.angelone.answers import packed, refuse, throttled, token_refused
from bidwell.twins.angelone.data import MarketRoutes
from bidwell.twins.angelone.portfolio import PortfolioRoutes
from bidwell.twins.angelone.records import Records
from bidwell.twins.angelone.session import SessionRoutes, StrangerError
from bidwell.twins.angelone.trading import TradingRoutes
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import ORDERS, Stage

_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - a twin's, for anybody to use


_NIFTY = Decimal("26045.50")
_TICK = Decimal("0.05")


def _share(symbol: str, token: str, bid: str, ask: str, exchange: str = "NSE") -> Listed:
    return Listed(symbol, Decimal(bid), Decimal(ask), symbol.removesuffix("-EQ"), exchange=exchange, currency="INR",
                  tick=Decimal("0.05"), extra={"token": token})  # fmt: skip


def _index(symbol: str, name: str, token: str, level: str) -> Listed:
    return Listed(symbol, Decimal(level), Decimal(level), name, exchange="NSE", currency="INR", tick=Decimal("0.05"),
                  extra={"token": token, "type": "AMXIDX"})  # fmt: skip


def _option(expiry: date, strike: int, right: Right, left: int, token: int) -> Listed:
    """An option on the index: what it is worth now, and what is `left` of its time's worth away from the money."""
    gain = _NIFTY - strike if right is Right.CALL else strike - _NIFTY
    worth = max(gain, Decimal(0)) + max(left - abs(_NIFTY - strike) * Decimal("0.35"), Decimal(5))
    middle = (worth / _TICK).quantize(Decimal(1)) * _TICK
    return Listed(f"NIFTY{expiry:%d%b%y}{strike}{'CE' if right is Right.CALL else 'PE'}".upper(), middle - 5 * _TICK,
                  middle + 5 * _TICK, "NIFTY", "option", "NFO", "INR", tick=_TICK, lot=Decimal(75), underlying="NIFTY",
                  expiry=expiry, strike=Decimal(strike), right=right, extra={"token": str(token), "type": "OPTIDX"})  # fmt: skip


def _chain() -> Iterator[Listed]:
    """Strikes around the index for two expiries, but for the one call that is listed by itself."""
    token = 60_001
    for expiry, left in ((date(2026, 12, 29), 265), (date(2027, 1, 28), 420)):
        for strike in range(25_600, 26_500, 100):
            for right in Right:
                if (expiry.year, strike, right) != (2026, 26_000, Right.CALL):
                    yield _option(expiry, strike, right, left, token)
                token += 1


SCENARIO = Scenario(
    accounts=(
        Person("T100001", Decimal(1_000_000), {"client_code": "T100001", "pin": "1111", "api_key": "twinkey1",
               "totp_secret": _SECRET}, currency="INR"),
        Person("T100002", Decimal(500_000), {"client_code": "T100002", "pin": "2222", "api_key": "twinkey2",
               "totp_secret": _SECRET}, currency="INR"),
    ),
    instruments=(
        _share("SBIN-EQ", "3045", "811.95", "812.05"), _share("RELIANCE-EQ", "2885", "1573.40", "1573.70"),
        _share("INFY-EQ", "1594", "1509.90", "1510.10"), _share("RELIANCE", "500325", "1573.30", "1573.80", "BSE"),
        _index("Nifty 50", "NIFTY", "99926000", str(_NIFTY)),
        Listed("NIFTY29DEC2626000CE", Decimal("310.10"), Decimal("310.60"), "NIFTY", "option", "NFO", "INR",
               tick=Decimal("0.05"), lot=Decimal(75), underlying="NIFTY", expiry=date(2026, 12, 29),
               strike=Decimal(26_000), extra={"token": "54321", "type": "OPTIDX"}),
        Listed("NIFTY29DEC26FUT", Decimal("26120.00"), Decimal("26121.00"), "NIFTY", "future", "NFO", "INR",
               tick=Decimal("0.05"), lot=Decimal(75), underlying="NIFTY", expiry=date(2026, 12, 29),
               extra={"token": "54399", "type": "FUTIDX"}),
        *_chain(),
    ),
    walk=True,
)  # fmt: skip


class AngelTwin:
    """`twins.Dialect` for Angel One."""

    name = "angelone"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.sessions = SessionRoutes(stage)
        self.records = Records(stage, self.sessions)
        self._market = MarketRoutes(self.records)
        self._parts = (self.sessions, TradingRoutes(self.records), PortfolioRoutes(self.records), self._market)
        self._events: dict[type[Any], Callable[[Any], tuple[str, list[str | bytes]]]] = {
            Placed: self._placed, Declined: self._declined, Traded: self._traded, Closed: self._closed,
            Amended: self._amended,
        }  # fmt: skip

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The vendor's own URLs."""
        return [
            *(route for part in self._parts for route in part.routes()),
            web.get("/smart-order-update", self.stream),
        ]

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing has to be remembered that the venue does not keep."""

    # --- the order stream -------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET /smart-order-update: the token is in the upgrade; a greeting, then orders as they change."""
        try:
            person = self.sessions.caller(request)
        except StrangerError:
            raise web.HTTPUnauthorized from None
        async with self.stage.lines.opened(request) as (line, socket):
            line.account, line.wants = person.account, {ORDERS}
            line.put(self._message(person.account, "AB00", {}))
            async for frame in line.frames():
                if frame == "ping":
                    line.put("pong")
            return socket

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The messages of the order stream."""
        say = self._events.get(type(outcome))
        return say(outcome) if say is not None else None

    def _message(self, account: str, code: str, row: dict[str, Any]) -> str:
        said = {"user-id": self.stage.people[account].fields["client_code"], "status-code": "200", "order-status": code,
                "error-message": "", "orderData": row}  # fmt: skip
        return packed(said).decode()

    def _frame(self, account: str, row: dict[str, Any], state: str) -> str:
        return self._message(account, words.CODES[state], row | {"status": state, "orderstatus": state})

    def _placed(self, fact: Placed) -> tuple[str, list[str | bytes]]:
        account, held = fact.order.account, self.stage.state.orders.get(fact.order.broker_order_id, fact.order)
        fresh = self.records.row(held) | {"filledshares": "0", "unfilledshares": f"{held.quantity:f}", "averageprice": 0,
                                          "fillid": None, "filltime": None, "cancelsize": "0", "text": None}  # fmt: skip
        works = words.TRIGGER if held.stop_price is not None else words.OPEN
        return account, [self._frame(account, fresh, "open pending"), self._frame(account, fresh, works)]

    def _declined(self, fact: Declined) -> tuple[str, list[str | bytes]]:
        held = fact.order
        if held.broker_order_id in self.records.silent:
            return held.account, []
        return held.account, [self._frame(held.account, self.records.row(held), words.REJECTED)]

    def _traded(self, fact: Traded) -> tuple[str, list[str | bytes]]:
        held, done = self.stage.state.orders[fact.broker_order_id], fact.execution
        upto = held.fills[: next(i for i, each in enumerate(held.fills) if each.execution_id == done.execution_id) + 1]
        filled = sum((each.quantity for each in upto), ZERO)
        paid = sum((each.quantity * each.price for each in upto), ZERO)
        row = self.records.row(held) | {
            "filledshares": f"{filled:f}", "unfilledshares": f"{held.quantity - filled:f}",
            "averageprice": (paid / filled).quantize(Decimal("0.0001")).normalize(), "fillid": words.fill_id(done),
            "filltime": words.moment(done.at),
        }  # fmt: skip
        state = words.COMPLETE if filled >= held.quantity else words.OPEN
        return fact.account, [self._frame(fact.account, row, state)]

    def _closed(self, fact: Closed) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        return fact.account, [self._frame(fact.account, self.records.row(held), words.ENDS[fact.status])]

    def _amended(self, fact: Amended) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        row = self.records.row(held)
        # The first two show the order as it was before the change.
        before = self.records.before.pop(fact.broker_order_id, row)
        works = words.TRIGGER if held.stop_price is not None and not held.triggered else words.OPEN
        modified = self._message(
            fact.account, words.CODES["modified"], before | {"status": "modified", "orderstatus": works}
        )
        return fact.account, [self._frame(fact.account, before, "modify pending"), modified,
                              self._frame(fact.account, row, works)]  # fmt: skip

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self._market.prices(instruments)

    # --- failing ----------------------------------------------------------------------------------

    def throttled(self, _seconds: float) -> web.Response:
        """403, without a word of how long."""
        return throttled()

    def failed(self, status: int) -> web.Response:
        """5xx."""
        answer = refuse("Internal Error, Please Try After Sometime", "AB2001")
        answer.set_status(status)
        return answer

    def unauthorized(self) -> web.Response:
        """A token that opens nothing."""
        return token_refused("Invalid Token", "AG8001")
