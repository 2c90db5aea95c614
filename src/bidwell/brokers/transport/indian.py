"""What the brokers of India's exchanges have in common: their clock, the day's login, and one name for each contract.

Names are those that charting services use, so that an alert finds them: `SBIN.XNSE`, `NIFTY261126C25000.XNSE`, and a
future by its last day, `NIFTY261126F.XNSE`. Commodities and currencies are named, so that what is held is shown, and
not traded: the desk keeps no sessions for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

from bidwell.brokers.transport.guide import Field
from bidwell.engine.ports import SessionLife, SessionState
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Contract, Equity, Future, Index, Instrument, Option, Right
from bidwell.model.money import bearable

IST = timezone(timedelta(hours=5, minutes=30), "IST")
"""India keeps one zone and no summer time."""

CURRENCY = "INR"
CALENDAR = "XBOM"
VENUES = {"NSE": "XNSE", "NFO": "XNSE", "BSE": "XBOM", "BFO": "XBOM"}
"""Segments of which instruments are traded here; a derivative is at the venue of its exchange."""

UNTRADED = frozenset({"MCX", "NCO", "CDS", "BCD", "NCDEX", "MF"})
"""Segments whose positions are shown under a name of their own and not traded."""

INDICES = {
    "NIFTY 50": "NIFTY", "NIFTY BANK": "BANKNIFTY", "NIFTY FIN SERVICE": "FINNIFTY", "NIFTY MID SELECT": "MIDCPNIFTY",
    "NIFTY NEXT 50": "NIFTYNXT50", "SENSEX": "SENSEX", "BANKEX": "BANKEX", "SENSEX50": "SENSEX50",
    "SNSX50": "SENSEX50", "INDIA VIX": "INDIAVIX",
}  # fmt: skip
"""What an index is called in lists, and as the underlying of its contracts."""

_CASH_SETTLED = frozenset(INDICES.values())
_UNFIT = re.compile(r"[^A-Z0-9&_-]")
_NOTICE = timedelta(hours=1)


class Product(StrEnum):
    """What an order's position is meant for: `delivery` is carried on, `intraday` is squared off by the broker."""

    DELIVERY = "delivery"
    INTRADAY = "intraday"


PRODUCT = Field(
    "product", "Product", "“delivery” carries positions on (shares are paid in full and cannot be sold short); "
    "“intraday” is squared off by the broker before the close", secret=False, pattern="delivery|intraday", choices=tuple(Product),
    default=Product.DELIVERY.value, optional=True,
)  # fmt: skip


def ist(text: str | None, name: str, *, form: str = "%Y-%m-%d %H:%M:%S") -> datetime:
    """A time written without a zone, which is India's, in UTC; raises ProtocolError."""
    try:
        return datetime.strptime(text or "", form).replace(tzinfo=IST).astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise ProtocolError(f"{name} is no time: {text!r}") from problem


def ist_day(at: datetime) -> date:
    """The date in India."""
    return at.astimezone(IST).date()


def next_ist(at: datetime, hour: int, minute: int = 0) -> datetime:
    """The first such time of day in India after `at`, in UTC."""
    local = at.astimezone(IST)
    found = datetime.combine(local.date(), time(hour, minute), IST)
    return (found if found > local else found + timedelta(days=1)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class DayLogin:
    """A login that lasts until `ends_at`, then asks a person for another at `login_url`."""

    broker: str
    ends_at: datetime
    login_url: str = ""

    def over(self, now: datetime) -> bool:
        """Whether it has ended."""
        return now >= self.ends_at

    def ended(self) -> SessionState:
        """The state once it is over: what a person has to do."""
        at = self.ends_at.astimezone(IST).strftime("%d %b %H:%M")
        return SessionState(SessionLife.NEEDS_LOGIN, f"the day's login at {self.broker} ended at {at} IST: log in again",
                            self.login_url)  # fmt: skip

    def state(self, known: SessionState, now: datetime) -> SessionState:
        """What to show of a session that is otherwise `known`: that it ends within the hour, or has ended."""
        if self.over(now):
            return self.ended()
        if known.life is SessionLife.ACTIVE and self.ends_at - now <= _NOTICE:
            return SessionState(SessionLife.EXPIRING, f"the day's login at {self.broker} ends soon", self.login_url,
                                self.ends_at)  # fmt: skip
        return known


# --- one name for each thing --------------------------------------------------------------------------


def share_id(symbol: str, segment: str) -> InstrumentId:
    """The id of a share, or of anything of a segment that is not traded here."""
    plain = _UNFIT.sub("-", symbol.upper()).strip("-_")[:40]
    if not plain:
        raise ProtocolError(f"{symbol!r} of {segment} names nothing")
    return InstrumentId(f"{plain}.{VENUES.get(segment, _UNFIT.sub('', segment.upper())[:12])}")


def future_id(root: str, segment: str, expiry: date) -> InstrumentId:
    """The id of a future of NFO or BFO."""
    return share_id(_future(root, expiry), segment)


def option_id(root: str, segment: str, expiry: date, strike: Decimal, right: Right) -> InstrumentId:
    """The id of an option of NFO or BFO."""
    return share_id(_option(root, expiry, strike, right).replace(".", "_"), segment)


def share(symbol: str, segment: str, name: str, tick: Decimal, lot: Decimal) -> Instrument:
    """A share or fund unit of NSE or BSE; `symbol` has its series behind a dash where that is not EQ."""
    return _made(share_id(symbol, segment), symbol.upper(), name, tick, lot, Equity())


def index(listed: str, segment: str) -> Instrument:
    """An index, under the name that its contracts have as their underlying."""
    root = INDICES.get(listed.upper(), listed.upper())
    return _made(share_id(root, segment), root, listed, Decimal("0.05"), Decimal(1), Index())


def future(root: str, segment: str, expiry: date, tick: Decimal, lot: Decimal) -> Instrument:
    """A future of NFO or BFO; quantities are in units, in steps of the lot."""
    symbol = _future(root, expiry)
    return _made(share_id(symbol, segment), symbol, f"{root} future {expiry:%d %b %Y}", tick, lot,
                 Future(root.upper(), expiry))  # fmt: skip


def option(
    root: str, segment: str, expiry: date, strike: Decimal, right: Right, tick: Decimal, lot: Decimal
) -> Instrument:
    """An option of NFO or BFO; those on an index are settled in cash."""
    if not bearable(strike) or strike <= 0:
        raise ConfigError(f"an option on {root} has strike {strike}")
    symbol, level = _option(root, expiry, strike, right), f"{strike.normalize():f}"
    contract = Option(share_id(root, segment), expiry, strike, right, cash_settled=root.upper() in _CASH_SETTLED)
    return _made(option_id(root, segment, expiry, strike, right), symbol,
                 f"{root} {expiry:%d %b %Y} {level} {right.value}", tick, lot, contract)  # fmt: skip


def _future(root: str, expiry: date) -> str:
    return f"{root.upper()}{expiry:%y%m%d}F"


def _option(root: str, expiry: date, strike: Decimal, right: Right) -> str:
    return f"{root.upper()}{expiry:%y%m%d}{'C' if right is Right.CALL else 'P'}{strike.normalize():f}"


def _made(ident: InstrumentId, symbol: str, name: str, tick: Decimal, lot: Decimal, contract: Contract) -> Instrument:
    if len(symbol) > 40:
        raise ConfigError(f"{symbol[:60]!r} is longer than a symbol may be")
    return Instrument(id=ident, symbol=symbol, name=(name or symbol)[:80], venue=ident.rpartition(".")[2],
                      currency=CURRENCY, tick_size=tick, lot_size=lot, contract=contract, calendar=CALENDAR)  # fmt: skip
