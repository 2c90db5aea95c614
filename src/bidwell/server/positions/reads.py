"""Positions put together from portfolios and quotes."""

from __future__ import annotations

from decimal import Decimal

from bidwell.engine.desk import Desk
from bidwell.model.account import Account
from bidwell.model.instrument import Instrument
from bidwell.model.position import Position
from bidwell.server.positions import schemas

_CENT = Decimal("0.01")
_AVERAGE = Decimal("0.000001")


def views(desk: Desk) -> list[schemas.Position]:
    """Every position that is not flat, by account and instrument."""
    return [
        _view(desk, account, desk.state.instruments[name], position)
        for account in desk.state.accounts.values()
        for name, position in sorted(desk.state.portfolios[account.id].positions.items())
        if not position.is_flat
    ]


def _view(desk: Desk, account: Account, instrument: Instrument, position: Position) -> schemas.Position:
    last = desk.market.price(instrument.id)
    average = position.average_price(instrument.multiplier)
    shares = [
        schemas.Share(strategy=strategy, quantity=share.quantity)
        for (held, strategy), share in desk.state.portfolios[account.id].shares.items()
        if held == instrument.id and not share.is_flat
    ]
    worth = None if last is None else position.quantity * last * instrument.multiplier
    gain = None if last is None else position.unrealized_pnl(last, instrument.multiplier)
    return schemas.Position(
        account=account.id, account_name=account.name, instrument=instrument.id, symbol=instrument.symbol,
        quantity=position.quantity, average_price=None if average is None else average.quantize(_AVERAGE),
        cost=position.cost.quantize(_CENT), last=last, market_value=None if worth is None else worth.quantize(_CENT),
        unrealized_pnl=None if gain is None else gain.quantize(_CENT),
        realized_pnl=position.realized_pnl.quantize(_CENT), fees=position.fees.quantize(_CENT),
        currency=instrument.currency, tick_size=instrument.tick_size, shares=shares,
    )  # fmt: skip
