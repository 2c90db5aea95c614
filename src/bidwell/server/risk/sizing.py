"""The quantity that keeps to a risk and to every rule: reckoned, asked of the gate, and made smaller until it passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from bidwell.engine import decisions, views
from bidwell.engine.desk import Desk
from bidwell.engine.intake import Request
from bidwell.engine.ports import Entropy
from bidwell.model.account import Account
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.money import ZERO
from bidwell.model.terms import OrderType, Protection, Side, Terms
from bidwell.risk.calculator import r_multiple, size_from_risk
from bidwell.risk.gate import Blocked, Gate
from bidwell.server.accounts.reads import find
from bidwell.server.intents.preview import at_stops_view
from bidwell.server.intents.schemas import AtStopsView
from bidwell.server.problems import not_found
from bidwell.server.risk import schemas

_CENT: Final = Decimal("0.01")
_ONE: Final = Decimal(1)
_PRICED: Final = frozenset({"price_collar", "tick_lot"})
"""Rules whose `would_pass` may be a price, which no smaller quantity helps."""

_MOST_TRIES: Final = 12


def fit(desk: Desk, body: schemas.SizeRequest, now: datetime, entropy: Entropy) -> schemas.SizeAnswer:
    """Reckon the quantity; raises InvalidInput where terms, entry, stop, target or risk make no sense."""
    account = find(desk, body.account)
    instrument = desk.state.instruments.get(InstrumentId(body.instrument))
    if instrument is None:
        raise not_found("instrument", body.instrument)
    terms = _terms(body)
    entry = _entry(desk, instrument, body.side, terms)
    if (entry > body.stop) is not (body.side is Side.BUY):
        raise InvalidInput("calculator.stop", "the stop lies on the wrong side of the entry", field="stop")
    reward = None if body.take_profit is None else r_multiple(entry, body.stop, body.take_profit)
    if reward is not None and reward <= 0:
        raise InvalidInput("calculator.target", "the target lies on the wrong side of the entry", field="take_profit")
    risk = _risk(desk, account, body)
    unit = instrument.multiplier * desk.market.rates.rate(instrument.currency, account.currency)
    step = account.quantity_step or instrument.lot_size
    wanted = size_from_risk(risk, entry, body.stop, unit, step)
    quantity, reason, at_stops = _fitted(desk, account, _asked(body, instrument, terms), wanted, step, now, entropy)
    taken = quantity * abs(entry - body.stop) * unit
    return schemas.SizeAnswer(
        entry=entry, reward=None if reward is None else reward.quantize(_CENT), quantity=quantity, wanted=wanted, risk=taken.quantize(_CENT), notional=(quantity * entry * unit).quantize(_CENT),
        currency=account.currency, limited_by=reason[0], message=reason[1], at_stops=at_stops,
    )  # fmt: skip


def _terms(body: schemas.SizeRequest) -> Terms:
    if body.terms is None:
        return Terms() if body.entry is None else Terms(OrderType.LIMIT, limit_price=body.entry)
    if body.entry is not None:
        raise InvalidInput("calculator.entry", "name the order's terms or an entry, not both", field="entry")
    return Terms(**dict(body.terms))


def _entry(desk: Desk, instrument: Instrument, side: Side, terms: Terms) -> Decimal:
    """The price that binds the order, or the touch that it would take, a trail away where it trails."""
    if terms.prices:
        return terms.prices[0]
    quote = desk.market.quotes.get(instrument.id)
    if quote is None:
        raise InvalidInput("calculator.entry", f"{instrument.symbol} has no quote: name an entry", field="entry")
    touch = quote.ask if side is Side.BUY else quote.bid
    trail = terms.trail_amount or touch * (terms.trail_percent or ZERO) / 100
    return touch + trail if side is Side.BUY else touch - trail


def _asked(body: schemas.SizeRequest, instrument: Instrument, terms: Terms) -> Request:
    """The order that would be sent, so that the gate judges its every part; its quantity is put in at each try."""
    return Request(
        key="size", source=Source.API, instrument=instrument.id, side=body.side, sizing=Sizing(SizingBy.QUANTITY, _ONE),
        terms=terms, account=AccountId(body.account),
        protection=Protection(stop_price=body.stop, take_profit_price=body.take_profit),
    )  # fmt: skip


def _risk(desk: Desk, account: Account, body: schemas.SizeRequest) -> Decimal:
    if (body.risk_amount is None) is (body.risk_percent is None):
        raise InvalidInput(
            "calculator.risk", "name a risk amount or a percent of equity, not both", field="risk_amount"
        )
    if body.risk_amount is not None:
        return body.risk_amount
    worth = views.valuation_or_none(desk.state, desk.market, account)
    if worth is None or worth.equity <= 0:
        raise InvalidInput("calculator.risk", "the equity of this account is not known", field="risk_percent")
    return worth.equity * (body.risk_percent or ZERO) / 100


def _fitted(desk: Desk, account: Account, asked: Request, wanted: Decimal, step: Decimal, now: datetime,
            entropy: Entropy) -> tuple[Decimal, tuple[str, str], AtStopsView | None]:  # fmt: skip
    """The largest quantity up to `wanted` that every rule lets pass, and what made it smaller."""
    quantity, reason = wanted, ("", "")
    for _ in range(_MOST_TRIES):
        if quantity <= 0:
            break
        request = replace(asked, sizing=Sizing(SizingBy.QUANTITY, quantity))
        made, _, _ = decisions.preview(desk.state, desk.market, Gate(), request, now, entropy, desk.reconciled)
        verdict = made[0].verdict
        if not isinstance(verdict, Blocked):
            return quantity, reason, at_stops_view(desk, account, made[0].proposal)
        denials = [check for check in verdict.checks if not check.passed]
        first = min(denials, key=lambda check: _would(check.rule, check.would_pass))
        reason = (first.rule, first.message)
        quantity = min(_would(first.rule, first.would_pass), quantity - step)
    return ZERO, reason, None


def _would(rule: str, text: str) -> Decimal:
    return ZERO if rule in _PRICED or not text else Decimal(text)
