"""Who has an account at a twin, and what it trades: a JSON file, or the twin's own default."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec

from bidwell.model.errors import ConfigError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Contract, Crypto, Equity, Future, Instrument, Option, Right

VENUE = "TWIN"
_EXPIRIES, _STEPS, _HALF = (date(2027, 1, 15), date(2027, 12, 17)), (-20, -10, 0, 10, 20), Decimal("0.05")


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account with its opening cash; `fields` are the credentials that open it, as the broker names them.

    `fee` is charged for each unit that fills, in the instrument's currency.
    """

    account: str
    cash: Decimal
    fields: dict[str, str]
    currency: str = "USD"
    leverage: Decimal = Decimal(1)
    quantity_step: Decimal | None = None
    fee: Decimal = Decimal(0)


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An instrument under the broker's symbol with its first quote; `extra` is what only this broker tells of it."""

    symbol: str
    bid: Decimal
    ask: Decimal
    name: str = ""
    type: str = "equity"
    exchange: str = ""
    currency: str = "USD"
    tick: Decimal = Decimal("0.01")
    lot: Decimal = Decimal(1)
    multiplier: Decimal = Decimal(1)
    quantity: Decimal = Decimal(100_000)
    underlying: str = ""
    expiry: date | None = None
    strike: Decimal = Decimal(0)
    right: str = "call"
    extra: dict[str, str] = {}


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`walk` lets prices move by a tick or two each second, the same way for the same `seed`."""

    accounts: tuple[Person, ...]
    instruments: tuple[Listed, ...]
    walk: bool = False
    seed: int = 1


def read_scenario(path: Path) -> Scenario:
    """Read a scenario; raises ConfigError where it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Scenario)
    except (OSError, msgspec.MsgspecError) as problem:
        raise ConfigError(f"the scenario {path} cannot be read: {problem}") from problem


def inner_id(symbol: str) -> InstrumentId:
    """The venue's own name of what the broker calls `symbol`."""
    plain = "".join(letter if letter.isalnum() or letter in "&_-" else "-" for letter in symbol.upper())
    return InstrumentId(f"{plain[:40]}.{VENUE}")


def instrument(row: Listed) -> Instrument:
    """A listed row as an instrument of the simulated venue, which is always open."""
    return Instrument(
        id=inner_id(row.symbol), symbol=row.symbol.upper().replace(":", " ")[:40], name=row.name or row.symbol, venue=VENUE,
        currency=row.currency, tick_size=row.tick, lot_size=row.lot, contract=_contract(row),
        multiplier=row.multiplier, calendar="24/7",
    )  # fmt: skip


def _contract(row: Listed) -> Contract:
    if row.type == "crypto":
        return Crypto(row.symbol.partition("/")[0])
    if row.type in {"option", "future"} and row.expiry is None:
        raise ConfigError(f"{row.symbol} needs an expiry")
    if row.type == "option" and row.expiry is not None:
        return Option(inner_id(row.underlying), row.expiry, row.strike, Right(row.right))
    if row.type == "future" and row.expiry is not None:
        return Future(row.underlying or row.symbol, row.expiry)
    if row.type != "equity":
        raise ConfigError(f"{row.symbol} is of no type that a twin trades: {row.type!r}")
    return Equity()


def us_options(share: Listed, root: str) -> tuple[Listed, ...]:
    """Calls and puts on a US share around its price, quoted at what they are worth at once and a little for the time.

    Their names begin with `root`, as the broker writes it.
    """
    found, price = [], (share.bid + share.ask) / 2
    for years, expiry in enumerate(_EXPIRIES, 1):
        for strike in (price.quantize(Decimal("1E1")) + step for step in _STEPS):
            time = max(price * years / 20 - abs(price - strike) / 4, Decimal("0.50"))
            for right, worth in (("call", price - strike), ("put", strike - price)):
                middle = (max(worth, Decimal(0)) + time).quantize(Decimal("0.01"))
                found.append(Listed(
                    f"{root}{expiry:%y%m%d}{right[0].upper()}{int(strike * 1000):08d}", middle - _HALF, middle + _HALF,
                    f"{share.symbol} {expiry:%b %d %Y} {strike:f} {right.capitalize()}", "option", share.exchange,
                    multiplier=Decimal(100), underlying=share.symbol, expiry=expiry, strike=Decimal(int(strike)), right=right,
                ))  # fmt: skip
    return tuple(found)
