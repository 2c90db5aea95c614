"""A broker's list of everything it trades, read anew each morning: names there and ours, one to one.

Entry points: `Master` (a list as it was read) and `MasterBook` (the newest one, from which a broker's book of symbols
derives). What would stand for two things is refused, with the reason.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Generic, TypeVar

import structlog

from bidwell.brokers.transport.chains import in_order
from bidwell.brokers.transport.indian import next_ist
from bidwell.engine.ports import Clock
from bidwell.model.errors import BrokerError, ConfigError, Missing, ProtocolError, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Option

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")
S = TypeVar("S")

log = structlog.get_logger("bidwell")
_FRESH_FROM = 7
_OLDEST = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Master(Generic[K, R]):
    """A list as it was read at one moment: its rows by the broker's names, and both directions of the mapping."""

    read_at: datetime
    rows: dict[K, R] = field(default_factory=dict)
    ids: dict[K, InstrumentId] = field(default_factory=dict)
    keys: dict[InstrumentId, K] = field(default_factory=dict)
    refused: dict[K, str] = field(default_factory=dict)

    def name(self, key: K, ident_of: Callable[[R], InstrumentId], shown: Callable[[K], str]) -> None:
        """Give a row its id; what can have none, or shares it with a row that a person is `shown`, is refused."""
        try:
            ident = ident_of(self.rows[key])
        except (ConfigError, ProtocolError) as problem:
            self.refused[key] = str(problem)
            return
        holder = self.keys.get(ident)
        if holder is None:
            self.ids[key], self.keys[ident] = ident, key
        elif holder != key:
            self.refused[key] = self.refused[holder] = f"{shown(holder)} and {shown(key)} both stand for {ident}"
            self.ids.pop(holder, None)


class MasterBook(ABC, Generic[K, R]):
    """The newest list of a broker; before the first is read it knows nothing.

    `broker` and `title` are what a person calls the broker and its list.
    """

    broker: ClassVar[str]
    title: ClassVar[str]

    def __init__(self) -> None:
        self._master: Master[K, R] | None = None

    @property
    @abstractmethod
    def refused(self) -> dict[str, str]:
        """Why names of the list stand for nothing here."""

    @abstractmethod
    def search(self, symbol: str) -> InstrumentId | None:
        """What a person means."""

    @abstractmethod
    def _made(self, row: R) -> Instrument:
        """A row as an instrument; raises ConfigError or ProtocolError where it cannot be one."""

    # --- the list ---------------------------------------------------------------------------------

    async def renew(
        self, clock: Clock, ask: Callable[[], Awaitable[S]], read: Callable[[S, datetime], Master[K, R]]
    ) -> None:
        """Read the list where the one in use is not of today; raises Unavailable where none can be used."""
        if self.is_fresh(clock.now()):
            return
        try:
            said = await ask()
            self.take(await asyncio.to_thread(read, said, clock.now()))
        except BrokerError as problem:
            if not self.is_usable(clock.now()):
                raise Unavailable(f"{self.title} could not be read: {problem}") from problem
            log.warning("instrument_list_not_renewed", broker=self.broker, problem=str(problem))

    def take(self, master: Master[K, R]) -> None:
        """Use this list from now on."""
        self._master = master

    def is_fresh(self, now: datetime) -> bool:
        """Whether the list in use is of today, as far as today's is out."""
        return self._master is not None and self._master.read_at >= next_ist(now, _FRESH_FROM) - timedelta(days=1)

    def is_usable(self, now: datetime) -> bool:
        """Whether the list in use may still be traded by: it is not older than three days."""
        return self._master is not None and now - self._master.read_at <= _OLDEST

    # --- names ------------------------------------------------------------------------------------

    def key_of(self, instrument: InstrumentId) -> K | None:
        """The broker's name of an instrument, None for what its list does not have or what is refused."""
        if self._master is None:
            return None
        key = self._master.keys.get(instrument)
        return None if key is None or key in self._master.refused else key

    def row_of(self, instrument: InstrumentId) -> R | None:
        """The list's row of an instrument."""
        key = self.key_of(instrument)
        return None if key is None or self._master is None else self._master.rows[key]

    def row(self, instrument: InstrumentId) -> R:
        """The list's row of an instrument; raises Missing."""
        found = self.row_of(instrument)
        if found is None:
            raise Missing(f"{self.broker} does not list {instrument} today")
        return found

    def ids(self) -> Iterable[InstrumentId]:
        """Every id that can be named."""
        if self._master is not None:
            yield from (ident for ident, key in self._master.keys.items() if key not in self._master.refused)

    # --- instruments ------------------------------------------------------------------------------

    def listing(self, instrument: InstrumentId) -> Instrument | None:
        """An instrument with its terms, None where the list has none; raises ConfigError where they make no sense."""
        row = self.row_of(instrument)
        return None if row is None else self._made(row)

    def named(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments that a person means; what is not listed, or cannot be traded, is left out."""
        found = []
        for symbol in symbols:
            ident = self.search(symbol)
            try:
                listed = None if ident is None else self.listing(ident)
            except (ConfigError, ProtocolError) as problem:
                log.info("instrument_left_out", broker=self.broker, symbol=symbol, reason=str(problem))
                continue
            if listed is not None:
                found.append(listed)
        return found

    def instruments(self) -> list[Instrument]:
        """Everything that can be an instrument; what cannot is told with the reason when it is asked for by name."""
        return self._listed(list(self.ids()))

    def options(self, underlying: InstrumentId, expiry: date | None = None) -> list[Instrument]:
        """The options of an underlying, of one expiry or of all, by expiry and strike."""
        root, _, venue = underlying.rpartition(".")
        begun = root if expiry is None else f"{root}{expiry:%y%m%d}"
        found = self._listed(each for each in self.ids() if each.startswith(begun) and each.endswith(f".{venue}"))
        return in_order(each for each in found if isinstance(each.contract, Option)
                        and each.contract.underlying == underlying and expiry in {None, each.contract.expiry})  # fmt: skip

    def _listed(self, idents: Iterable[InstrumentId]) -> list[Instrument]:
        found = []
        for ident in idents:
            try:
                listed = self.listing(ident)
            except (ConfigError, ProtocolError):
                continue
            if listed is not None:
                found.append(listed)
        return found


# --- what a row says ----------------------------------------------------------------------------------


def figure(text: str, name: str) -> Decimal:
    """A figure of a row; raises ProtocolError for what is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ProtocolError(f"{name} is {text!r}") from None
    if not found.is_finite():
        raise ProtocolError(f"{name} is {text!r}")
    return found


def plain(number: Decimal) -> Decimal:
    """A figure without zeros behind the point: prices show as many decimals as their tick."""
    return Decimal(f"{number.normalize():f}")
