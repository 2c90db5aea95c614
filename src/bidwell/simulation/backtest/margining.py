"""Margins of contracts, as rows of `layout`'s margin columns, in the account's currency.

Futures: the contract's initial margin, of which the exchange keeps 1/1.1 (CME asks speculators for 110 % of the
maintenance margin). Options: a long one is paid in full and lends nothing; a short one needs its premium and the
greater of 20 % of the underlying less what it is out of the money, and 10 % of the underlying (puts: of the strike);
15 % for an index in place of 20 % (FINRA rule 4210(f)(2) and Cboe rule 10.3). A short call that held shares cover
needs nothing.
"""

from __future__ import annotations

from bidwell.model.instrument import Future, Index, Option, Right
from bidwell.simulation.backtest.circumstances import Held
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.layout import (
    BORROW,
    KEEP_LONG_SHARE,
    KEEP_LONG_UNIT,
    KEEP_SHORT_SHARE,
    KEEP_SHORT_UNIT,
    LONG_SHARE,
    LONG_UNIT,
    SHORT_SHARE,
    SHORT_UNIT,
)

INITIAL_PER_MAINTENANCE = 1.1
SHARE, INDEX_SHARE, LEAST_SHARE = 0.2, 0.15, 0.1


def futures_margin(held: Held, conditions: Conditions, rate: float) -> list[float]:
    """A future's row; without an initial margin of its own it needs its worth, by leverage."""
    found = conditions.margins()
    found[BORROW] = 0.0
    contract = held.contract
    if isinstance(contract, Future) and contract.initial_margin is not None:
        initial = float(contract.initial_margin) * rate
        found[LONG_SHARE] = found[SHORT_SHARE] = found[KEEP_LONG_SHARE] = found[KEEP_SHORT_SHARE] = 0.0
        found[LONG_UNIT] = found[SHORT_UNIT] = conditions.leverage * initial
        found[KEEP_LONG_UNIT] = found[KEEP_SHORT_UNIT] = initial / INITIAL_PER_MAINTENANCE
    return found


def option_margin(
    held: Held, conditions: Conditions, rate: float, spot: float, underlying: Held, *, covered: bool
) -> list[float]:
    """An option's row where its underlying stands at `spot`."""
    contract = held.contract
    found = conditions.margins()
    found[BORROW] = 0.0
    found[LONG_SHARE], found[KEEP_LONG_SHARE] = conditions.leverage, 1.0
    if not isinstance(contract, Option):
        return found
    if covered:
        found[SHORT_SHARE] = found[KEEP_SHORT_SHARE] = 0.0
        return found
    strike = float(contract.strike)
    call = contract.right is Right.CALL
    out = max(strike - spot, 0.0) if call else max(spot - strike, 0.0)
    share = INDEX_SHARE if isinstance(underlying.contract, Index) else SHARE
    unit = max(share * spot - out, LEAST_SHARE * (spot if call else strike)) * held.multiplier * rate
    found[SHORT_SHARE], found[SHORT_UNIT] = conditions.leverage, conditions.leverage * unit
    found[KEEP_SHORT_SHARE], found[KEEP_SHORT_UNIT] = 1.0, unit
    return found
