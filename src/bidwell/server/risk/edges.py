"""What closed trades say of an edge: those that are written down, an account's own, or a backtest's."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from bidwell.analytics.round_trips import RoundTrip, from_fills
from bidwell.engine.desk import Desk
from bidwell.model.account import Account
from bidwell.model.errors import CurrencyMismatch, InvalidInput
from bidwell.model.fill import Fill
from bidwell.model.ids import InstrumentId, StrategyId
from bidwell.model.money import ZERO
from bidwell.risk.calculator import edge
from bidwell.server.accounts.reads import find
from bidwell.server.backtests.reads import finished, read
from bidwell.server.fills.reads import newest
from bidwell.server.problems import not_found
from bidwell.server.risk import schemas

if TYPE_CHECKING:
    from bidwell.server.access.guards import Access


_MOST_FILLS = 5_000


class _Trip(msgspec.Struct):
    profit: float


class _Trips(msgspec.Struct):
    items: list[_Trip]


async def judge(access: Access, body: schemas.EdgeRequest) -> schemas.EdgeAnswer:
    """Judge the results that the request names; raises InvalidInput where it names none, or more than one source."""
    named = [one for one in (body.results, body.account, body.run) if one is not None]
    if len(named) != 1:
        raise InvalidInput(
            "calculator.results", "name results, an account or a backtest, and one of them", field="results"
        )
    if body.results is not None:
        return answer(body.results, "")
    if body.account is not None:
        account = find(access.desk, body.account)
        return answer(await _of_account(access.desk, account, body.strategy), account.currency)
    return await _of_run(access, str(body.run))


def answer(results: list[Decimal], currency: str) -> schemas.EdgeAnswer:
    """The edge of some results; without any there is nothing to say, and the figures are empty."""
    if not results:
        return schemas.EdgeAnswer(count=0, currency=currency)
    return schemas.EdgeAnswer(count=len(results), currency=currency, **edge(results).shown())


async def _of_run(access: Access, name: str) -> schemas.EdgeAnswer:
    research = access.context.research
    if research is None:
        raise not_found("backtest", name)
    run = await finished(research, access.workspace, name, "backtest")
    trips = msgspec.json.decode(await read(research.results.round_trips, access.workspace, run.id), type=_Trips)
    return answer([Decimal(str(one.profit)) for one in trips.items], "")


async def _of_account(desk: Desk, account: Account, strategy: str | None) -> list[Decimal]:
    """The profits of the account's closed round trips after fees, in its currency, oldest first; of its last 5,000 fills."""
    state = desk.state
    portfolio = state.portfolios[account.id]
    named = None if strategy is None else StrategyId(strategy)
    if named is not None and named not in state.strategies:
        raise not_found("strategy", named)
    fills = [fill for order, fill in await newest(desk, account.id, _MOST_FILLS)
             if named is None or order.strategy == named]  # fmt: skip
    held = {name: (portfolio.position(name) if named is None else portfolio.share(name, named)).quantity
            for name in {fill.instrument for fill in fills}}  # fmt: skip
    factors = {str(name): one.multiplier for name, one in state.instruments.items()}
    return [_money(desk, account, trip) for trip in from_fills(known(fills, held), factors)]


def known(fills: Iterable[Fill], held: dict[InstrumentId, Decimal]) -> list[Fill]:
    """The fills from which round trips can be told, in their order.

    Where an account came here with a position, or a fill is not at hand any more, what is held is not what the fills add
    up to: of such an instrument only what follows the first moment at which it was flat is told.
    """
    ordered = sorted(fills, key=lambda fill: fill.occurred_at)
    running = dict(held)
    for fill in ordered:
        running[fill.instrument] = running.get(fill.instrument, ZERO) - fill.signed_quantity
    found = []
    flat = {name for name, quantity in running.items() if not quantity}
    for fill in ordered:
        name = fill.instrument
        if name in flat:
            found.append(fill)
            continue
        running[name] += fill.signed_quantity
        if not running[name]:
            flat.add(name)
    return found


def _money(desk: Desk, account: Account, trip: RoundTrip) -> Decimal:
    currency = desk.state.instruments[InstrumentId(trip.instrument)].currency
    try:
        rate = desk.market.rates.rate(currency, account.currency)
    except CurrencyMismatch as error:
        raise InvalidInput(
            "calculator.rate", f"no rate from {currency} to {account.currency} is known", field="account"
        ) from error
    return Decimal(repr(trip.profit)) * rate
