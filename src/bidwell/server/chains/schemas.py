"""Option chains as the screen shows them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from bidwell.server.fields import Flag, Instant, Number, View, Whole


class ExpiriesView(View):
    """When options of an underlying expire, the nearest first; none where the broker lists none."""

    underlying: str = Field(examples=["NIFTY.XNSE"])
    items: list[date] = Field(examples=[["2026-12-29", "2027-01-28"]])


class ChainOptionView(View):
    """An option; `pick` is what `POST …/instruments` takes, and a price is null where there is none or none was told."""

    id: str = Field(examples=["NIFTY261229C26000.XNSE"])
    symbol: str = Field(examples=["NIFTY261229C26000"])
    pick: str = Field(examples=["NIFTY261229C26000.XNSE"])
    bid: Number | None
    ask: Number | None
    last: Number | None
    listed: Flag


class ChainRowView(View):
    """The call and the put of one strike, either of which may be missing."""

    strike: Number
    call: ChainOptionView | None
    put: ChainOptionView | None


class ChainView(View):
    """The strikes of one expiry nearest to the money, lowest first, of `strikes` that there are.

    Prices are in `currency`; `last` is the underlying's, null where it is not known, and `at_the_money` the strike nearest
    to it. `reason` says why prices are missing. `lot_size` and `multiplier` are those of the contracts.
    """

    underlying: str = Field(examples=["NIFTY.XNSE"])
    expiry: date
    currency: str = Field(examples=["INR"])
    tick_size: Number
    lot_size: Number
    multiplier: Number
    last: Number | None
    at_the_money: Number | None
    rows: list[ChainRowView]
    strikes: Whole
    read_at: Instant
    reason: str
