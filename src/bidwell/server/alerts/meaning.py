"""What a message means for the desk: one or several requests, by the strategy's receiver and what it holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bidwell.engine.desk import Desk
from bidwell.engine.intake import Request
from bidwell.engine.state import State
from bidwell.model.account import Group, Policy, Strategy
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId, InstrumentId, IntentId
from bidwell.model.instrument import Instrument
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.money import ZERO
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.server.alerts.parse import Message, Verb
from bidwell.server.alerts.symbols import resolve

_ENTRIES = {Verb.BUY: Side.BUY, Verb.SELL: Side.SELL}
_WHOLE = Decimal(100)
_SIZES = {
    "quantity": SizingBy.QUANTITY, "notional": SizingBy.NOTIONAL, "percent": SizingBy.PERCENT_OF_EQUITY,
    "risk": SizingBy.RISK_AMOUNT,
}  # fmt: skip
# Groups of these policies size each member by its own figure, so that an entry need not say how much.
_SIZED_BY_GROUP = {Policy.FIXED, Policy.PERCENT_OF_EQUITY, Policy.RISK_AMOUNT}
_AHEAD = timedelta(seconds=60)


def key_of(message: Message, strategy: Strategy) -> str:
    """The idempotency key: equal for a message delivered twice, different for a second scale-in on one bar.

    Raises InvalidInput("alert_id_missing") where nothing in the message tells it from the next of its kind.
    """
    if not message.id and message.bar_time is None and message.sent_at is None:
        raise InvalidInput("alert_id_missing", "the message has neither id, bar_time nor sent_at, so that a repeat "
                           "could not be told from a new one", field="id",
                           hint='add "id":"{{strategy.order.id}}-{{timenow}}" or "bar_time":"{{time}}"')  # fmt: skip
    unique = message.id or (message.bar_time is None and f"sent {message.sent_at}") or ""
    sizes = [getattr(message, name) for name in (*_SIZES, "position")]
    parts = [unique, message.verb, message.symbol.upper(), message.bar_time, *sizes]
    digest = hashlib.sha256("|".join("" if part is None else str(part) for part in parts).encode()).hexdigest()
    return f"alert:{strategy.id}:{digest[:40]}"


async def known(desk: Desk, key: str) -> list[tuple[IntentId, datetime]]:
    """The intents that this message became when it came first, with the time of receipt; empty when it is new.

    Raises JournalUnavailable while nobody can tell.
    """
    found: list[tuple[IntentId, datetime]] = []
    while (entry := await desk.archivist.received(_numbered(key, len(found)))) is not None:
        found.append(entry)
    return found


def _numbered(key: str, place: int) -> str:
    return key if place == 0 else f"{key}#{place + 1}"


def check_fresh(message: Message, strategy: Strategy, now: datetime) -> None:
    """Refuse what was sent too long ago, or claims to come from the future; a message without sent_at passes."""
    sent = message.sent_at
    if sent is None:
        return
    age = now - sent
    if age > timedelta(seconds=strategy.valid_seconds):
        raise InvalidInput("alert_stale", f"the message was sent {age.total_seconds():.0f} s ago; "
                           f"{strategy.name} takes at most {strategy.valid_seconds} s", field="sent_at",
                           hint="nothing was sent; raise the strategy's validity if its sender is slow")  # fmt: skip
    if -age > _AHEAD:
        raise InvalidInput("alert_clock", "the message says it was sent in the future", field="sent_at",
                           hint="check the clocks of sender and desk")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Setting:
    """What every request of one message shares."""

    message: Message
    strategy: Strategy
    state: State

    @property
    def group(self) -> Group | None:
        return self.state.groups.get(self.strategy.group) if self.strategy.group is not None else None

    @property
    def accounts(self) -> list[AccountId]:
        """The receiving accounts."""
        if self.strategy.account is not None:
            return [self.strategy.account]
        return [member.account for member in self.group.members] if self.group is not None else []

    def share(self, account: AccountId, instrument: InstrumentId) -> Decimal:
        """What the strategy holds there, signed."""
        portfolio = self.state.portfolios.get(account)
        held = portfolio.shares.get((instrument, self.strategy.id)) if portfolio is not None else None
        return held.quantity if held is not None else ZERO

    def held(self, instrument: InstrumentId) -> Decimal:
        """What the strategy holds in all its accounts, signed."""
        return sum((self.share(account, instrument) for account in self.accounts), ZERO)


def requests(message: Message, strategy: Strategy, state: State, key: str) -> list[Request]:
    """Everything that the message asks for; raises InvalidInput with an `alert_…` code."""
    setting = _Setting(message, strategy, state)
    if message.verb is Verb.CLOSE_ALL:
        found = _close_all(setting)
    else:
        instrument = resolve(message.symbol, state.instruments, strategy.instruments)
        found = _MEANINGS[message.verb](setting, instrument)
    return [replace(request, key=_numbered(key, place)) for place, request in enumerate(found)]


def _request(setting: _Setting, instrument: InstrumentId, side: Side | None, sizing: Sizing,
             account: AccountId | None = None) -> Request:  # fmt: skip
    message, strategy = setting.message, setting.strategy
    alone = account is not None
    return Request(
        key="", source=Source.ALERT, instrument=instrument, side=side, sizing=sizing, terms=_terms(message),
        group=None if alone else strategy.group, account=account if alone else strategy.account,
        strategy=strategy.id, protection=_protection(message), actor=f"strategy:{strategy.name}", note=message.note,
    )  # fmt: skip


def _terms(message: Message) -> Terms:
    wanted = message.order_type.upper().replace(" ", "_").replace("-", "_")
    if not wanted:
        wanted = {(False, False): "MARKET", (True, False): "LIMIT", (False, True): "STOP", (True, True): "STOP_LIMIT"}[
            message.limit_price is not None, message.stop_price is not None
        ]
    if wanted not in {OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}:
        raise InvalidInput("alert_order_type", f"order_type {message.order_type[:20]!r} is not known",
                           field="order_type", hint="market, limit, stop or stop_limit")  # fmt: skip
    force = message.time_in_force.upper() or TimeInForce.DAY
    if force not in {TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK}:
        raise InvalidInput("alert_time_in_force", f"time_in_force {message.time_in_force[:10]!r} is not known",
                           field="time_in_force", hint="day, gtc, ioc or fok")  # fmt: skip
    return Terms(OrderType(wanted), limit_price=message.limit_price, stop_price=message.stop_price,
                 time_in_force=TimeInForce(force))  # fmt: skip


def _protection(message: Message) -> Protection | None:
    if message.stop is None and message.trail is None and message.take_profit is None:
        return None
    return Protection(message.stop, message.trail, message.take_profit)


def _size(setting: _Setting) -> Sizing:
    """The one size that an entry states, or one unit where the group sizes its members itself."""
    given = {name: value for name in _SIZES if (value := getattr(setting.message, name)) is not None}
    if len(given) > 1:
        raise InvalidInput("alert_size", f"the message states {' and '.join(given)}: one of them is needed",
                           field=next(iter(given)))  # fmt: skip
    if given:
        name, value = next(iter(given.items()))
        return Sizing(_SIZES[name], value)
    group = setting.group
    if group is not None and group.policy in _SIZED_BY_GROUP:
        return Sizing(SizingBy.QUANTITY, Decimal(1))
    raise InvalidInput("alert_size", "the message states no size", field="quantity",
                       hint="give quantity, notional, percent or risk")  # fmt: skip


def _entry(setting: _Setting, instrument: Instrument) -> list[Request]:
    return [_request(setting, instrument.id, _ENTRIES[setting.message.verb], _size(setting))]


def _scale_in(setting: _Setting, instrument: Instrument) -> list[Request]:
    side = _direction(setting, instrument.id)
    if side is None:
        raise InvalidInput("alert_flat", f"{setting.strategy.name} holds no {instrument.symbol} to add to",
                           field="side", hint="send buy or sell, or say side or position")  # fmt: skip
    return [_request(setting, instrument.id, side, _size(setting))]


def _direction(setting: _Setting, instrument: InstrumentId) -> Side | None:
    """Which way adding goes: as the message says, as the position lies, or as the entry under way will make it."""
    said = setting.message.side.upper()
    if said:
        if said not in set(Side):
            raise InvalidInput("alert_side", "side is buy or sell", field="side")
        return Side(said)
    lies = setting.message.position or setting.held(instrument)
    if lies:
        return Side.BUY if lies > 0 else Side.SELL
    for account in setting.accounts:
        for order in setting.state.open_orders(account):
            if order.strategy == setting.strategy.id and order.instrument == instrument and not order.reduces:
                return order.side
    return None


def _exit(setting: _Setting, instrument: Instrument) -> list[Request]:
    percent = setting.message.percent or _WHOLE
    return [_request(setting, instrument.id, None, Sizing(SizingBy.CLOSE, percent))]


def _scale_out(setting: _Setting, instrument: Instrument) -> list[Request]:
    """By percent of the share, or by quantity: then one request per account, never more than it holds."""
    message = setting.message
    if (message.percent is None) == (message.quantity is None):
        raise InvalidInput("alert_size", "scale_out takes a percent of the share or a quantity", field="percent")
    if message.percent is not None or message.quantity is None:
        return _exit(setting, instrument)
    found = []
    for account, part in _parts(setting, instrument.id, message.quantity).items():
        share = setting.share(account, instrument.id)
        if share:
            side = Side.SELL if share > 0 else Side.BUY
            sizing = Sizing(SizingBy.QUANTITY, min(part, abs(share)))
            found.append(_request(setting, instrument.id, side, sizing, account))
    if not found:
        raise InvalidInput("alert_flat", f"{setting.strategy.name} holds no {instrument.symbol}", field="symbol")
    return found


def _parts(setting: _Setting, instrument: InstrumentId, quantity: Decimal) -> dict[AccountId, Decimal]:
    """How much each account gives up: its factor of the quantity, or its part of the whole by what it holds."""
    group = setting.group
    if group is None:
        return dict.fromkeys(setting.accounts, quantity)
    if group.policy is Policy.RATIO:
        return {member.account: quantity * member.weight for member in group.members}
    total = sum((abs(setting.share(account, instrument)) for account in setting.accounts), ZERO)
    if not total:
        return {}
    return {account: (quantity * abs(setting.share(account, instrument)) / total).quantize(Decimal("1e-9"))
            for account in setting.accounts}  # fmt: skip


def _reverse(setting: _Setting, instrument: Instrument) -> list[Request]:
    message = setting.message
    held = setting.held(instrument.id)
    if message.position:
        target = message.position if message.quantity is None else message.quantity.copy_sign(message.position)
    elif message.quantity is None:
        raise InvalidInput("alert_size", "reverse needs the quantity to hold afterwards", field="quantity")
    elif not held:
        raise InvalidInput("alert_flat", f"{setting.strategy.name} holds no {instrument.symbol} to reverse",
                           field="symbol", hint="send buy or sell")  # fmt: skip
    else:
        target = message.quantity.copy_sign(-held)
    return [_request(setting, instrument.id, None, Sizing(SizingBy.TARGET, target))]


def _target(setting: _Setting, instrument: Instrument) -> list[Request]:
    """Follow the sender's position: the signed size it holds now, zero for flat."""
    if setting.message.position is None:
        raise InvalidInput("alert_size", "target needs the position to hold", field="position",
                           hint='add "position":"{{strategy.position_size}}"')  # fmt: skip
    return [_request(setting, instrument.id, None, Sizing(SizingBy.TARGET, setting.message.position))]


def _close_all(setting: _Setting) -> list[Request]:
    """Close the strategy's share of everything it holds or is entering, or of the one symbol that is named."""
    state = setting.state
    if setting.message.symbol:
        instrument = resolve(setting.message.symbol, state.instruments, setting.strategy.instruments)
        return _exit(setting, instrument)
    names: dict[InstrumentId, None] = {}
    for account in setting.accounts:
        portfolio = state.portfolios.get(account)
        held = portfolio.shares.items() if portfolio is not None else ()
        names.update({name: None for (name, owner), share in held
                      if owner == setting.strategy.id and not share.is_flat})  # fmt: skip
        names.update({order.instrument: None for order in state.open_orders(account)
                      if order.strategy == setting.strategy.id})  # fmt: skip
    if not names:
        raise InvalidInput("alert_nothing_to_close", f"{setting.strategy.name} holds nothing", field="action")
    return [_request(setting, name, None, Sizing(SizingBy.CLOSE, _WHOLE)) for name in sorted(names)]


_MEANINGS = {
    Verb.BUY: _entry, Verb.SELL: _entry, Verb.SCALE_IN: _scale_in, Verb.SCALE_OUT: _scale_out, Verb.EXIT: _exit,
    Verb.REVERSE: _reverse, Verb.TARGET: _target,
}  # fmt: skip
