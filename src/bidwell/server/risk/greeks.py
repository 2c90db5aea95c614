"""Greeks of the options that are held, each with where its price and volatility come from; nothing is left out silently."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from bidwell.analytics.options import greeks, implied_volatility
from bidwell.analytics.portfolio_risk import FEWEST, PERIODS
from bidwell.engine.desk import Desk
from bidwell.engine.ports import HistorySource
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Future, Instrument, Option, Right
from bidwell.server.problems import not_found
from bidwell.server.risk import schemas
from bidwell.server.risk.portfolio import money, part, past

_YEAR_S: Final = 365.0 * 86_400.0


@dataclass(frozen=True, slots=True)
class _Held:
    """An option that is held over the accounts asked about, and what one unit of it is worth per point."""

    instrument: Instrument
    contract: Option
    quantity: Decimal
    unit: float


class _UnknownError(Exception):
    """Why an option's greeks cannot be reckoned, in words."""


async def read(desk: Desk, history: HistorySource, account: str | None, rate: Decimal,
               now: datetime) -> schemas.GreeksView:  # fmt: skip
    """Greeks of one account's options or of all accounts', in its currency or the workspace's."""
    currency = _currency(desk, account)
    moment = desk.market.market_time or now
    rows = await asyncio.gather(*(
        _row(desk, history, one, float(rate), moment) for one in _held(desk, account, currency)
    ))  # fmt: skip
    known = [row for row in rows if not row.why]
    return schemas.GreeksView(
        currency=currency, rate=rate, positions=list(rows), unknown=len(rows) - len(known),
        delta_money=_sum([row.delta_money for row in known]), gamma_money=_sum([row.gamma_money for row in known]),
        vega=_sum([row.vega for row in known]), theta=_sum([row.theta for row in known]),
        rho=_sum([row.rho for row in known]),
    )  # fmt: skip


def _sum(figures: Sequence[Decimal | None]) -> Decimal:
    return sum((figure for figure in figures if figure is not None), Decimal(0))


def _currency(desk: Desk, account: str | None) -> str:
    if account is None:
        return desk.state.workspace.currency if desk.state.workspace is not None else "USD"
    found = desk.state.accounts.get(AccountId(account))
    if found is None:
        raise not_found("account", account)
    return found.currency


def _held(desk: Desk, account: str | None, currency: str) -> list[_Held]:
    state, quantities = desk.state, dict[InstrumentId, Decimal]()
    for name in [AccountId(account)] if account is not None else list(state.accounts):
        for ident, position in state.portfolios[name].positions.items():
            if position.quantity and isinstance(state.instruments[ident].contract, Option):
                quantities[ident] = quantities.get(ident, Decimal(0)) + position.quantity
    found = []
    for ident, quantity in sorted(quantities.items()):
        instrument = state.instruments[ident]
        try:
            rate = float(desk.market.rates.rate(instrument.currency, currency))
        except CurrencyMismatch:
            rate = math.nan
        if isinstance(instrument.contract, Option) and quantity:
            found.append(_Held(instrument, instrument.contract, quantity, float(instrument.multiplier) * rate))
    return found


async def _row(desk: Desk, history: HistorySource, held: _Held, rate: float, moment: datetime) -> schemas.OptionRisk:
    instrument, contract = held.instrument, held.contract
    told = {"instrument": instrument.id, "symbol": instrument.symbol, "underlying": contract.underlying,
            "quantity": held.quantity, "expiry": contract.expiry, "strike": contract.strike, "right": contract.right}  # fmt: skip
    try:
        return await _known(desk, history, held, rate, moment, told)
    except _UnknownError as error:
        return schemas.OptionRisk.model_validate({**told, "why": str(error)})


async def _known(desk: Desk, history: HistorySource, held: _Held, rate: float, moment: datetime,
                 told: dict[str, object]) -> schemas.OptionRisk:  # fmt: skip
    contract, call = held.contract, held.contract.right is Right.CALL
    spot = desk.market.price(contract.underlying)
    if spot is None or spot <= 0:
        msg = f"its underlying {contract.underlying} has no price"
        raise _UnknownError(msg)
    if math.isnan(held.unit):
        msg = f"there is no rate from {held.instrument.currency}"
        raise _UnknownError(msg)
    years = (_expires(desk, held.instrument, contract) - moment).total_seconds() / _YEAR_S
    if years <= 0:
        raise _UnknownError("it has expired")
    underlying = desk.state.instruments.get(contract.underlying)
    # A future costs nothing to hold: its options follow Black (1976), which is a carry of the rate.
    carry = rate if underlying is not None and isinstance(underlying.contract, Future) else 0.0
    level, strike = float(spot), float(contract.strike)
    quote = desk.market.quotes.get(held.instrument.id)
    price = None if quote is None else quote.mid if quote.bid > 0 and quote.ask > 0 else quote.last
    volatility, source = await _volatility(
        desk, history, contract.underlying, None if price is None else implied_volatility(
            float(price), level, strike, years, call=call, rate=rate, carry=carry))  # fmt: skip
    found = greeks(level, strike, years, volatility, call=call, rate=rate, carry=carry)
    worth = float(held.quantity) * held.unit
    return schemas.OptionRisk.model_validate({
        **told, "why": "", "spot": spot, "price": price, "days": part(years * 365), "volatility": part(volatility),
        "volatility_source": source, "delta": part(found.delta),
        "delta_money": money(found.delta * level * worth), "gamma_money": money(found.gamma * level * level / 100 * worth),
        "vega": money(found.vega * worth), "theta": money(found.theta * worth), "rho": money(found.rho * worth),
    })  # fmt: skip


def _expires(desk: Desk, instrument: Instrument, contract: Option) -> datetime:
    """The close of its venue on the expiry date; where it has none there, that date's end in UTC."""
    day = datetime.combine(contract.expiry, time(), UTC)
    return desk.market.closes_after(instrument.calendar, day) or day + timedelta(days=1)


async def _volatility(desk: Desk, history: HistorySource, underlying: InstrumentId,
                      implied: float | None) -> tuple[float, str]:  # fmt: skip
    """What the option's own price implies, else what its underlying did in the daily past."""
    if implied is not None:
        return implied, "implied by its quote"
    returns = await past(history, underlying, desk.market.market_time)
    realized = float(np.std(returns, ddof=1)) * math.sqrt(PERIODS) if returns.size >= FEWEST else 0.0
    if realized <= 0:
        msg = f"its quote implies no volatility, and {underlying} has {returns.size} daily returns, of which {FEWEST} are needed"
        raise _UnknownError(msg)
    return realized, f"realized over {returns.size} days of {underlying}"
