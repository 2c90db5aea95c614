"""Figures of checks: exact plain text for machines, grouped text for the sentence a person reads."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.risk.exposure import exit_room
from bidwell.risk.view import Proposal

NOTHING: Final = "0"
"""`would_pass` of a rule that lets no quantity pass for now."""

_CENT: Final = Decimal("0.01")
_WIDE: Final = Context(prec=60)


def text(value: Decimal) -> str:
    """The exact decimal without exponent and without trailing zeros."""
    written = str(value)
    if "E" in written:
        written = f"{value:f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def grouped(value: Decimal) -> str:
    """A quantity or price for reading: exact, thousands grouped."""
    return f"{Decimal(text(value)):,f}"


def money(value: Decimal, currency: str) -> str:
    """An amount for reading: whole or with two decimals, thousands grouped, with its currency."""
    rounded = value.quantize(_CENT, context=_WIDE)
    whole = rounded == rounded.to_integral_value()
    return f"{rounded:,.0f} {currency}" if whole else f"{rounded:,.2f} {currency}"


def percent(fraction: Decimal) -> str:
    """A part of one for reading, in percent with at most two decimals."""
    return f"{text((fraction * 100).quantize(_CENT, context=_WIDE))} %"


def step(proposal: Proposal) -> Decimal:
    """The quantity step that holds: the account's own where it takes fractions, else the instrument's lot."""
    return proposal.view.account.quantity_step or proposal.instrument.lot_size


def largest(proposal: Proposal, estimate: Decimal, fits: Callable[[Decimal], bool]) -> Decimal:
    """The largest quantity on the lot grid that a failed rule would let pass.

    `estimate` is that quantity but for rounding in its last digit, `fits` the rule itself. What only reduces
    always passes, so it is never less than the room for exits.
    """
    grid = step(proposal)
    found = estimate // grid * grid if estimate > 0 else ZERO
    if found > 0 and not fits(found):
        found -= grid
    elif fits(found + grid):
        found += grid
    return max(found, exits_only(proposal))


def exits_only(proposal: Proposal) -> Decimal:
    """The quantity on the lot grid that an order may still close: all that a shut rule lets pass."""
    grid = step(proposal)
    return exit_room(proposal.view, proposal.order.side) // grid * grid


def suggestion(proposal: Proposal, quantity: Decimal) -> str:
    """What would pass, as the end of a sentence."""
    if quantity <= 0:
        return "no quantity would pass"
    return f"{grouped(quantity)} {proposal.instrument.symbol} would pass"


def passed(rule: str) -> Check:
    """The answer of a rule that has nothing to limit; made once for each rule and shared."""
    return Check(rule, passed=True)


def exempt(rule: str) -> Check:
    """The answer of an entry rule to an order that only reduces; made once for each rule and shared."""
    return Check(rule, passed=True, message="The order only reduces the position.")


def unpriced(rule: str, proposal: Proposal, limit: str, unit: str) -> Check:
    """The denial of what cannot be reckoned: neither quote nor price, or no rate into the account's currency."""
    if proposal.market.rate is None:
        missing = f"no rate from {proposal.instrument.currency} to {proposal.view.account.currency} is known"
    else:
        missing = f"{proposal.instrument.symbol} has no quote and the order has no price"
    room = exits_only(proposal)
    message = f"The order's worth is unknown: {missing}; {suggestion(proposal, room)}."
    return Check(rule, passed=False, limit=limit, current="", would_pass=text(room), unit=unit, message=message)
