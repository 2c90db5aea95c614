"""Portfolio risk of one account or the whole workspace, from daily bars up to the market's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from bidwell.analytics.portfolio_risk import SHOCKS, PortfolioRisk, Shock, Tail, assess, stress
from bidwell.engine import views
from bidwell.engine.desk import Desk
from bidwell.engine.ports import HistorySource
from bidwell.model.errors import CurrencyMismatch, InvalidInput
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.money import ZERO
from bidwell.server.problems import not_found
from bidwell.server.risk import schemas

_DAY: Final = 86_400
_DAYS: Final = 253
_CENT: Final = Decimal("0.01")
_FOURTH: Final = Decimal("0.0001")


def worths(desk: Desk, account: str | None) -> tuple[dict[InstrumentId, float], str]:
    """Signed worths by instrument in one currency: the account's, or the workspace's over all accounts.

    Raises InvalidInput where a price or rate is unknown: what cannot be valued is never left out.
    """
    state, market = desk.state, desk.market
    if account is not None and AccountId(account) not in state.accounts:
        raise not_found("account", account)
    names = [AccountId(account)] if account is not None else list(state.accounts)
    currency = state.workspace.currency if state.workspace is not None else "USD"
    if account is not None:
        currency = state.accounts[AccountId(account)].currency
    found: dict[InstrumentId, float] = {}
    for name in names:
        for ident, position in state.portfolios[name].positions.items():
            if not position.quantity:
                continue
            instrument, price = state.instruments[ident], market.price(ident)
            if price is None:
                raise InvalidInput("risk.unpriced", f"{instrument.symbol} has no price")
            try:
                rate = market.rates.rate(instrument.currency, currency)
            except CurrencyMismatch as error:
                raise InvalidInput("risk.unpriced", str(error)) from error
            found[ident] = found.get(ident, 0.0) + float(position.quantity * price * instrument.multiplier * rate)
    return found, currency


async def read(desk: Desk, history: HistorySource, account: str | None, benchmark: str | None, confidence: Decimal,
               horizon: int) -> schemas.PortfolioView:  # fmt: skip
    """Put it together; without a position every figure is missing and says why."""
    held, currency = worths(desk, account)
    if benchmark is not None and InstrumentId(benchmark) not in desk.state.instruments:
        raise not_found("instrument", benchmark)
    until = desk.market.market_time
    wanted = [*held, *([InstrumentId(benchmark)] if benchmark is not None else [])]
    pasts = dict(zip(wanted, await asyncio.gather(*(past(history, name, until) for name in wanted)), strict=True))
    try:
        found = await asyncio.to_thread(
            assess, {str(name): worth for name, worth in held.items()}, {str(name): one for name, one in pasts.items()},
            benchmark=pasts[InstrumentId(benchmark)] if benchmark is not None else None,
            confidence=float(confidence), horizon=horizon,
        )  # fmt: skip
    except InvalidInput as error:
        if not error.code.startswith("risk.") or error.code == "risk.confidence":
            raise
        return _unknown(currency, str(error), horizon, margin(desk, account, currency))
    return view(desk, found, currency, margin(desk, account, currency))


def margin(desk: Desk, account: str | None, currency: str) -> tuple[Decimal, Decimal] | None:
    """What positions and open orders take of buying power, and the part of all equity that this is; None where unknown."""
    names = [AccountId(account)] if account is not None else list(desk.state.accounts)
    used = equity = ZERO
    for one in (desk.state.accounts[name] for name in names):
        worth = views.valuation_or_none(desk.state, desk.market, one)
        try:
            rate = desk.market.rates.rate(one.currency, currency)
        except CurrencyMismatch:
            return None
        if worth is None or worth.missing:
            return None
        used += (worth.gross_exposure / one.leverage + desk.state.reserved(one.id)) * rate
        equity += worth.equity * rate
    return (used, used / equity) if equity > 0 else None


def _unknown(currency: str, why: str, horizon: int, used: tuple[Decimal, Decimal] | None) -> schemas.PortfolioView:
    """Nothing is known but what margin is in use, and why."""
    figures = dict.fromkeys(("gross", "net", "confidence", "historical", "parametric", "monte_carlo", "volatility", "beta",
                             "herfindahl", "effective"))  # fmt: skip
    rows: dict[str, list[object]] = {"positions": [], "correlations": [], "scenarios": []}
    return schemas.PortfolioView.model_validate(
        {"currency": currency, "why": why, "periods": 0, "horizon": horizon, **_margin(used), **figures, **rows}
    )


def _margin(used: tuple[Decimal, Decimal] | None) -> dict[str, Decimal | None]:
    if used is None:
        return {"margin_used": None, "margin_share": None}
    return {"margin_used": used[0].quantize(_CENT), "margin_share": used[1].quantize(_FOURTH)}


async def past(history: HistorySource, name: InstrumentId, until: datetime | None) -> npt.NDArray[np.float64]:
    """The instrument's simple daily returns, oldest first."""
    closes = np.array([float(bar.close) for bar in await history.bars(name, _DAY, until, _DAYS)])
    return np.asarray(closes[1:] / closes[:-1] - 1.0) if closes.size > 1 else np.empty(0)


def view(
    desk: Desk, found: PortfolioRisk, currency: str, used: tuple[Decimal, Decimal] | None
) -> schemas.PortfolioView:
    """The figures for the eye, with every named scenario."""
    symbols = [desk.state.instruments[InstrumentId(name)].symbol for name in found.names]
    betas = {share.name: share.beta for share in found.shares}
    held = {share.name: share.worth for share in found.shares}
    return schemas.PortfolioView(
        currency=currency, why="", gross=money(found.gross), net=money(found.net), **_margin(used), periods=found.periods,
        confidence=Decimal(str(found.confidence)), horizon=found.horizon, historical=_tail(found.historical),
        parametric=_tail(found.parametric), monte_carlo=_tail(found.monte_carlo), volatility=part(found.volatility),
        beta=None if found.beta is None else part(found.beta), herfindahl=part(found.herfindahl),
        effective=part(found.effective),
        positions=[schemas.PositionRisk(
            instrument=one.name, symbol=symbol, worth=money(one.worth), weight=part(one.weight),
            beta=None if one.beta is None else part(one.beta), volatility=part(one.volatility), component=money(one.component),
        ) for one, symbol in zip(found.shares, symbols, strict=True)],
        correlations=[[part(float(one)) for one in row] for row in found.correlations],
        scenarios=[scenario(held, betas, shock) for shock in SHOCKS],
    )  # fmt: skip


def scenario(held: Mapping[str, float], betas: Mapping[str, float | None], shock: Shock) -> schemas.ScenarioView:
    """What a scenario would bring, position by position."""
    changes = stress(held, betas, shock)
    return schemas.ScenarioView(name=shock.name, change=money(sum(changes.values())),
                                positions={name: money(change) for name, change in changes.items()})  # fmt: skip


async def custom(desk: Desk, history: HistorySource, body: schemas.StressRequest) -> schemas.ScenarioView:
    """A scenario of one's own: a move of the market, times each beta where a benchmark is named, or exact moves."""
    held, _ = worths(desk, body.account)
    unknown = [name for name in body.by_instrument if InstrumentId(name) not in desk.state.instruments]
    if unknown:
        raise not_found("instrument", unknown[0])
    betas = await _betas(desk, history, list(held), body.benchmark)
    shock = Shock(
        body.name, float(body.market), tuple((name, float(move)) for name, move in body.by_instrument.items())
    )
    return scenario({str(name): worth for name, worth in held.items()}, betas, shock)


async def _betas(desk: Desk, history: HistorySource, held: Sequence[InstrumentId],
                 benchmark: str | None) -> dict[str, float | None]:  # fmt: skip
    if benchmark is None or not held:
        return {}
    if InstrumentId(benchmark) not in desk.state.instruments:
        raise not_found("instrument", benchmark)
    until = desk.market.market_time
    pasts = await asyncio.gather(*(past(history, name, until) for name in (InstrumentId(benchmark), *held)))
    table = {str(name): one for name, one in zip(held, pasts[1:], strict=True)}
    found = assess(dict.fromkeys(table, 1.0), table, benchmark=pasts[0])
    return {share.name: share.beta for share in found.shares}


def _tail(found: Tail) -> schemas.TailView:
    return schemas.TailView(var=money(found.var), cvar=money(found.cvar))


def money(amount: float) -> Decimal:
    """A statistic's amount for the eye, to the cent."""
    return Decimal(repr(float(amount))).quantize(_CENT)


def part(figure: float) -> Decimal:
    """A ratio for the eye, to four decimals."""
    return Decimal(repr(float(figure))).quantize(_FOURTH)
