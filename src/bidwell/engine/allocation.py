"""How one intent becomes a quantity per account. Preview and execution call the same function.

Splits give whole lots by the largest-remainder method (Hamilton): every share is cut down to its account's
lot, then what is left goes out lot by lot in the order of the largest cut-off part, members' order breaking
ties. The sum never exceeds the total, so that rounding adds no risk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.model.account import Member, Policy
from bidwell.model.errors import InvalidInput
from bidwell.model.events import Allocation
from bidwell.model.intent import Intent, Sizing, SizingBy
from bidwell.model.money import ZERO
from bidwell.model.terms import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.model.account import Account, Group
    from bidwell.model.ids import InstrumentId
    from bidwell.model.instrument import Instrument

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Holding:
    """What allocation needs to know of one receiving account, for the instrument that it would trade.

    `wanted` is the mapped instrument's id, `instrument` is None where it is not listed. `equity` is in the
    account's currency, `rate` turns the instrument's currency into it (None: unknown), `position` is net and
    `share` the sender's own part of it, both signed. `closable` bounds what a close may take (None: all).
    """

    account: Account
    member: Member
    wanted: InstrumentId
    instrument: Instrument | None
    equity: Decimal
    rate: Decimal | None
    position: Decimal
    share: Decimal
    closable: Decimal | None = None

    @property
    def step(self) -> Decimal:
        """The quantity grid of this account."""
        if self.instrument is None:
            return Decimal(1)
        return self.account.quantity_step or self.instrument.lot_size


def allocate(intent: Intent, group: Group | None, holdings: Sequence[Holding], instrument: Instrument,
             reference: Decimal | None) -> tuple[Allocation, ...]:  # fmt: skip
    """Split the intent over the holdings, in their order.

    `reference` is the price at which money becomes quantity; raises InvalidInput where the size needs a
    price, a stop or weights that are not there. An account that cannot take part gets zero and a note.
    """
    if intent.sizing.by is SizingBy.CLOSE:
        return tuple(_close(intent, holding) for holding in holdings)
    flat = intent.sizing.by is SizingBy.TARGET and not intent.sizing.value
    wanted = [ZERO for _ in holdings] if flat else _quantities(intent, group, holdings, instrument, reference)
    if intent.sizing.by is SizingBy.TARGET:
        return tuple(_toward(holding, quantity) for holding, quantity in zip(holdings, wanted, strict=True))
    side = intent.side or Side.BUY
    return tuple(_entry(holding, side, quantity) for holding, quantity in zip(holdings, wanted, strict=True))


def _quantities(intent: Intent, group: Group | None, holdings: Sequence[Holding], instrument: Instrument,
                reference: Decimal | None) -> list[Decimal]:  # fmt: skip
    """The raw quantity of each holding, signed only for a target, cut to the account's grid."""
    policy = group.policy if group is not None else Policy.RATIO
    sign = -1 if intent.sizing.value < 0 else 1
    if intent.sizing.by is SizingBy.PERCENT_OF_EQUITY:
        price = _needed(reference)
        return [_cut(one, _by_equity(one, intent.sizing.value, price)) for one in holdings]
    if policy is Policy.PERCENT_OF_EQUITY:
        price = _needed(reference)
        return [_cut(one, sign * _by_equity(one, one.member.weight, price)) for one in holdings]
    if policy is Policy.RISK_AMOUNT:
        distance = _stop_distance(intent, reference)
        return [_cut(one, sign * _by_risk(one, one.member.weight, distance)) for one in holdings]
    if policy is Policy.FIXED:
        return [_cut(one, sign * one.member.weight) for one in holdings]
    total = _total(intent, instrument, reference)
    if policy is Policy.RATIO:
        return [_cut(one, total * one.member.weight * _scale(instrument, one)) for one in holdings]
    return _split(total, _weights(policy, holdings), holdings, instrument)


def toward(intent: Intent, group: Group, holdings: Sequence[Holding], instrument: Instrument,
           position: Decimal) -> list[Decimal]:  # fmt: skip
    """What each holding should have of a signed `position` in the intent's instrument, signed, on its own grid."""
    if not position:
        return [ZERO for _ in holdings]
    return _quantities(replace(intent, sizing=Sizing(SizingBy.TARGET, position)), group, holdings, instrument, None)


def _total(intent: Intent, instrument: Instrument, reference: Decimal | None) -> Decimal:
    """The whole intent as units of its instrument."""
    sizing = intent.sizing
    if sizing.by in {SizingBy.QUANTITY, SizingBy.TARGET}:
        return sizing.value
    if sizing.by is SizingBy.NOTIONAL:
        return sizing.value / (_needed(reference) * instrument.multiplier)
    return sizing.value / (_stop_distance(intent, reference) * instrument.multiplier)


def _weights(policy: Policy, holdings: Sequence[Holding]) -> list[Decimal]:
    """Shares of the total that sum to one."""
    if policy is Policy.EQUAL:
        raw = [Decimal(1) if one.instrument is not None else ZERO for one in holdings]
    elif policy is Policy.WEIGHTED:
        raw = [one.member.weight for one in holdings]
    else:
        raw = [_common_equity(one) for one in holdings]
    whole = sum(raw, ZERO)
    if whole <= 0:
        raise InvalidInput("allocation.no_weight", "no account of the group has a weight or equity to split by",
                           field="group")  # fmt: skip
    return [part / whole for part in raw]


def _common_equity(holding: Holding) -> Decimal:
    """Equity in the instrument's currency, which all holdings share; nothing where the rate is unknown."""
    if not holding.rate or holding.equity <= 0:
        return ZERO
    return holding.equity / holding.rate


def _split(total: Decimal, weights: list[Decimal], holdings: Sequence[Holding],
           instrument: Instrument) -> list[Decimal]:  # fmt: skip
    """Largest remainder over grids that may differ from account to account."""
    sign, whole = (-1 if total < 0 else 1), abs(total)
    exact = [whole * weight * _scale(instrument, one) for weight, one in zip(weights, holdings, strict=True)]
    given = [_cut(one, quantity) for one, quantity in zip(holdings, exact, strict=True)]
    scales = [_scale(instrument, one) for one in holdings]
    left = whole - sum((quantity / scale for quantity, scale in zip(given, scales, strict=True)), ZERO)
    order = sorted(range(len(holdings)), key=lambda i: ((given[i] - exact[i]) / holdings[i].step, i))
    for place in order:
        one, lot = holdings[place], holdings[place].step / scales[place]
        larger = given[place] + one.step
        # A quantity that its cap cut down has no remainder to be rounded up from.
        if exact[place] > given[place] and lot <= left and _cut(one, larger) == larger:
            given[place] = larger
            left -= lot
    return [sign * quantity for quantity in given]


def _scale(instrument: Instrument, holding: Holding) -> Decimal:
    """How many units of the account's own instrument make one unit of the intent's (NQ to MNQ: ten)."""
    if holding.instrument is None or holding.instrument.id == instrument.id:
        return Decimal(1)
    return instrument.multiplier / holding.instrument.multiplier


def _by_equity(holding: Holding, percent: Decimal, price: Decimal) -> Decimal:
    if holding.instrument is None or not holding.rate or holding.equity <= 0:
        return ZERO
    return holding.equity * percent / _PERCENT / holding.rate / (price * holding.instrument.multiplier)


def _by_risk(holding: Holding, amount: Decimal, distance: Decimal) -> Decimal:
    if holding.instrument is None or not holding.rate:
        return ZERO
    return amount / holding.rate / (distance * holding.instrument.multiplier)


def _stop_distance(intent: Intent, reference: Decimal | None) -> Decimal:
    """How far the price may go against the intent before its stop, per unit."""
    protection = intent.protection
    if protection is not None and protection.trail_amount is not None:
        return protection.trail_amount
    stop = protection.stop_price if protection is not None else None
    if stop is None:
        raise InvalidInput("sizing.stop_missing", "a size by risk needs a protective stop", field="protection",
                           hint="give protection.stop_price")  # fmt: skip
    entry = intent.terms.limit_price or _needed(reference)
    distance = abs(entry - stop)
    if not distance:
        raise InvalidInput("sizing.stop_at_entry", "the stop lies at the entry price", field="protection")
    return distance


def _needed(reference: Decimal | None) -> Decimal:
    if reference is None or reference <= 0:
        raise InvalidInput("sizing.price_missing", "there is no price yet to turn money into a quantity",
                           field="sizing", hint="wait for a quote, or size by quantity")  # fmt: skip
    return reference


def _cut(holding: Holding, quantity: Decimal) -> Decimal:
    """Cut toward zero to the account's grid and under its cap."""
    if holding.instrument is None:
        return ZERO
    cap = holding.member.cap
    if cap is not None and abs(quantity) > cap:
        quantity = cap.copy_sign(quantity)
    return holding.instrument.round_quantity(quantity, holding.account.quantity_step)


def _entry(holding: Holding, side: Side, quantity: Decimal) -> Allocation:
    return _allocation(holding, side, quantity)


def _toward(holding: Holding, target: Decimal) -> Allocation:
    """What takes the sender's share to its target."""
    delta = target - holding.share
    allocation = _allocation(holding, Side.BUY if delta > 0 else Side.SELL, abs(delta))
    return replace(allocation, note="already at the target") if not delta else allocation


def _close(intent: Intent, holding: Holding) -> Allocation:
    """What takes the asked part of the sender's share (or of the whole position) to flat."""
    held = holding.position if intent.close_all or intent.strategy is None else holding.share
    part = abs(held) * intent.sizing.value / _PERCENT
    if intent.sizing.value < _PERCENT and holding.instrument is not None:
        part = holding.instrument.round_quantity(part, holding.account.quantity_step)
    free = part if holding.closable is None else min(part, holding.closable)
    side = Side.SELL if held > 0 else Side.BUY
    if intent.side is not None and held and intent.side is not side:
        return replace(_allocation(holding, side, ZERO), note=f"holds no position that a {intent.side} would close")
    allocation = _allocation(holding, side, free)
    if not part:
        return replace(allocation, note="nothing to close")
    return replace(allocation, note="open exits already take it") if free < part else allocation


def _allocation(holding: Holding, side: Side, quantity: Decimal) -> Allocation:
    if holding.instrument is None:
        return Allocation(holding.account.id, holding.wanted, ZERO, str(side), "its instrument is not listed here")
    note = ""
    if quantity <= 0:
        note = "smaller than one lot" if holding.rate is not None else "no rate into this account's currency is known"
    elif holding.member.cap is not None and quantity >= holding.member.cap:
        note = f"capped at {holding.member.cap.normalize():f}"
    return Allocation(holding.account.id, holding.instrument.id, quantity, str(side), note)
