"""What a strategy placed as a request to the desk: floats become prices on the tick grid and exact quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bidwell.engine.intake import Request
from bidwell.jobs.live.messages import Placed
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId, GroupId, StrategyId
from bidwell.model.instrument import Instrument
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.strategy import sizing

GRID = Decimal("1e-9")
LARGEST = 1e15
_BY = {
    sizing.BY_QUANTITY: SizingBy.QUANTITY, sizing.BY_NOTIONAL: SizingBy.NOTIONAL,
    sizing.BY_PERCENT: SizingBy.PERCENT_OF_EQUITY, sizing.BY_RISK: SizingBy.RISK_AMOUNT,
    sizing.CLOSING: SizingBy.CLOSE,
}  # fmt: skip
_FORCES = {sizing.GTC: TimeInForce.GTC, sizing.DAY: TimeInForce.DAY, sizing.IOC: TimeInForce.IOC}


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose orders these are, and where they go: exactly one of `group` and `account`."""

    run: str
    name: str
    strategy: StrategyId
    group: GroupId | None
    account: AccountId | None
    instruments: Mapping[str, Instrument]


def key_of(run: str, at: int, number: int) -> str:
    """The idempotency key of a run's order: the bar (nanoseconds) on which it was decided, and the order's number."""
    return f"run:{run}:{at}:{number}"


def number_in(key: str, run: str) -> int | None:
    """The order's number in a key, None for one of another sender."""
    parts = key.split(":")
    mine = len(parts) == 4 and parts[:2] == ["run", run] and parts[3].isdecimal()
    return int(parts[3]) if mine else None


def request_of(placed: Placed, sender: Sender, at: int, equity: float) -> Request:
    """The request; raises InvalidInput where the order makes no sense for its instrument."""
    instrument = sender.instruments[placed.symbol]
    side = None if placed.by >= sizing.TO_QUANTITY else Side.BUY if placed.side > 0 else Side.SELL
    return Request(
        key=key_of(sender.run, at, placed.number), source=Source.STRATEGY, instrument=instrument.id, side=side,
        sizing=_sizing(placed, instrument, equity), terms=_terms(placed, instrument), group=sender.group,
        account=sender.account, strategy=sender.strategy, protection=_protection(placed, instrument),
        actor=f"strategy:{sender.name}", note=f"order {placed.number}",
    )  # fmt: skip


def _sizing(placed: Placed, instrument: Instrument, equity: float) -> Sizing:
    if placed.by in _BY:
        return Sizing(_BY[placed.by], _exact(placed.amount))
    if placed.by == sizing.TO_QUANTITY:
        return Sizing(SizingBy.TARGET, _exact(placed.amount))
    money = placed.amount if placed.by == sizing.TO_NOTIONAL else equity * placed.amount / 100.0
    return Sizing(SizingBy.TARGET, _exact(money / (placed.price * float(instrument.multiplier))))


def _terms(placed: Placed, instrument: Instrument) -> Terms:
    limit, stop = (_price(each, instrument) for each in (placed.limit, placed.stop))
    if placed.trail or placed.trail_share:
        if limit is not None or stop is not None:
            raise InvalidInput("terms.trail", "a trailing stop takes no limit and no stop price")
        amount = _distance(placed.trail, instrument) if placed.trail else None
        percent = None if amount is not None else _exact(placed.trail_share * 100.0)
        return Terms(OrderType.TRAILING_STOP, trail_amount=amount, trail_percent=percent,
                     time_in_force=_FORCES[placed.validity])  # fmt: skip
    kinds = {
        (False, False): OrderType.MARKET, (True, False): OrderType.LIMIT, (False, True): OrderType.STOP,
        (True, True): OrderType.STOP_LIMIT,
    }  # fmt: skip
    kind = kinds[limit is not None, stop is not None]
    # A market order that would wait for days is nobody's wish: the venue takes it for the day.
    force = TimeInForce.DAY if kind is OrderType.MARKET and placed.validity == sizing.GTC else _FORCES[placed.validity]
    return Terms(kind, limit_price=limit, stop_price=stop, time_in_force=force)


def _protection(placed: Placed, instrument: Instrument) -> Protection | None:
    if not (placed.stop_loss or placed.take_profit or placed.exit_trail):
        return None
    return Protection(
        _price(placed.stop_loss, instrument), _distance(placed.exit_trail, instrument) if placed.exit_trail else None,
        _price(placed.take_profit, instrument),
    )  # fmt: skip


def _price(value: float, instrument: Instrument) -> Decimal | None:
    return None if value == 0.0 else instrument.round_price(_exact(value))


def _distance(value: float, instrument: Instrument) -> Decimal:
    """A trailing distance: whole ticks, one at least."""
    return max(instrument.round_price(_exact(value)), instrument.tick_size)


def _exact(value: float) -> Decimal:
    """The float as it is written, on a grid of nine decimals: what sums leave behind is no quantity."""
    if not abs(value) <= LARGEST:
        raise InvalidInput("sizing.too_large", f"{value:g} is more than an order can say")
    return Decimal(f"{Decimal(repr(float(value))).quantize(GRID).normalize():f}")
