"""Names that the accounts of one environment share, and the instrument list behind them, read once a day at most."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.client import AngelClient
from bidwell.brokers.angelone.symbols import Handle, Master, SymbolBook, UnknownSymbol, guesses, instrument
from bidwell.brokers.angelone.symbols.book import ended, expiry_of
from bidwell.brokers.transport.indian import INDICES, VENUES, ist_day, share_id
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Option

_AGAIN = timedelta(hours=1)
_SEARCHES = 3
_EXCHANGES = ("NSE", "NFO", "BSE", "BFO")


class Library:
    """`book` maps names; the list is fetched when a name cannot be told otherwise, at most once an hour."""

    def __init__(self) -> None:
        self.book = SymbolBook()
        self._master: Master | None = None
        self._read_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def master(self, client: AngelClient, now: datetime, *, anew: bool = False) -> Master:
        """The instrument list of today; `anew` reads it again where it is older than an hour."""
        async with self._lock:
            if self._master is not None and self._read_at is not None:
                of_today = ist_day(self._read_at) == ist_day(now)
                if of_today and not (anew and now - self._read_at >= _AGAIN):
                    return self._master
            made = Master()
            async for rows in client.master():
                made.add(rows)
                # A list of its size must not hold up the desk.
                await asyncio.sleep(0)
            made.seal()
            self._master, self._read_at = made, now
            return made

    async def identify(
        self, client: AngelClient, now: datetime, exchange: str, token: str, symbol: str
    ) -> InstrumentId:
        """Our id of what Angel One names; raises ProtocolError for what its list does not have."""
        try:
            return self.book.id_of(exchange, token, symbol)
        except UnknownSymbol:
            row = (await self.master(client, now)).by_token(exchange, token)
            if row is None:
                row = (await self.master(client, now, anew=True)).by_token(exchange, token)
            if row is not None:
                self.book.learn([row])
        return self.book.id_of(exchange, token, row.symbol if row is not None else symbol)

    async def handle(self, client: AngelClient, now: datetime, instrument_id: InstrumentId) -> Handle | None:
        """By what Angel One knows an instrument; None where it trades no such thing."""
        known = self.book.handle_of(instrument_id)
        if known is not None or instrument_id.rpartition(".")[2] not in VENUES.values():
            return known
        if self._master is None:
            known = await self._sought(client, instrument_id)
        return known or await self._listed(client, now, instrument_id)

    async def prepare(self, client: AngelClient, now: datetime, instruments: Iterable[InstrumentId]) -> None:
        """Read the list before many names are asked for, which a search gives once a second."""
        if sum(self.book.handle_of(each) is None for each in instruments) > _SEARCHES:
            await self.master(client, now)

    async def listing(self, client: AngelClient, now: datetime, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind names, Angel One's or ours; what it does not list or has ended is left out."""
        master, found = await self.master(client, now), []
        for symbol in symbols:
            row = next(self._rows(master, symbol), None)
            made = self.book.learn([row]) if row is not None else []
            found += [each for each in made if not ended(each, ist_day(now))]
        return found

    async def instruments(
        self, client: AngelClient, now: datetime, exchanges: Iterable[str] = _EXCHANGES
    ) -> list[Instrument]:
        """Everything that can be traded or watched at exchanges; none of it is learned by that."""
        master, today, found = await self.master(client, now), ist_day(now), []
        for exchange in exchanges:
            for place, row in enumerate(master.of(exchange)):
                made = _made(row)
                if made is not None and not ended(made, today):
                    found.append(made)
                if place % 1000 == 0:
                    await asyncio.sleep(0)
        return found

    async def options(
        self, client: AngelClient, now: datetime, underlying: InstrumentId, expiry: date | None = None
    ) -> list[Instrument]:
        """The options of an underlying, of one day of expiry or of all; none of it is learned by that."""
        return await asyncio.to_thread(_options, await self.master(client, now), underlying, expiry, ist_day(now))

    def _rows(self, master: Master, name: str) -> Iterator[wire.Scrip]:
        """Rows of a name such as NSE:SBIN-EQ, SBIN-EQ, SBIN, SBIN.XNSE or NIFTY, the likeliest first."""
        exchange, colon, symbol = name.strip().partition(":")
        plain = symbol if colon else exchange
        tried = [(exchange.upper(), plain)] if colon else []
        root = INDICES.get(plain.upper(), plain.upper())
        ident = InstrumentId(root if "." in root else f"{root}.{VENUES.get(exchange.upper(), 'XNSE')}")
        tried += guesses(ident) + ([] if colon else [(each, plain) for each in _EXCHANGES])
        for where, what in tried:
            row = master.by_symbol(where, what) or master.by_symbol(where, what.upper())
            if row is not None:
                yield row
        yield from _with_id(master, ident)

    async def _sought(self, client: AngelClient, instrument_id: InstrumentId) -> Handle | None:
        """A search for what it is most likely called: quicker than the whole list."""
        for exchange, symbol in guesses(instrument_id):
            try:
                rows = await client.search(exchange, symbol)
            except ProtocolError:
                return None
            for row in rows:
                if (row.exchange, row.tradingsymbol) == (exchange, symbol):
                    self.book.id_of(exchange, row.symboltoken, symbol)
                    return self.book.handle_of(instrument_id)
        return None

    async def _listed(self, client: AngelClient, now: datetime, instrument_id: InstrumentId) -> Handle | None:
        master = await self.master(client, now)
        named = [row for each in guesses(instrument_id) if (row := master.by_symbol(*each)) is not None]
        rows = [row for row in named if _is(row, instrument_id)] or list(_with_id(master, instrument_id))
        self.book.learn(rows)
        return self.book.handle_of(instrument_id)


def _options(master: Master, underlying: InstrumentId, expiry: date | None, today: date) -> list[Instrument]:
    exchange = "BFO" if underlying.endswith(".XBOM") else "NFO"
    roots: dict[str, bool] = {}
    found = []
    for row in master.of(exchange, expiry=f"{expiry:%d%b%Y}".upper() if expiry else ""):
        if row.name not in roots:
            roots[row.name] = _stands_for(row.name, exchange, underlying)
        made = _made(row) if roots[row.name] else None
        if made is not None and isinstance(made.contract, Option) and not ended(made, today):
            found.append(made)
    return found


def _stands_for(name: str, exchange: str, ident: InstrumentId) -> bool:
    try:
        return share_id(name, exchange) == ident
    except ProtocolError:
        return False


def _with_id(master: Master, ident: InstrumentId) -> Iterator[wire.Scrip]:
    """Rows that stand for an id of ours, where their names do not tell it: contracts, and indices."""
    where = expiry_of(ident)
    if where is not None:
        yield from (row for row in master.of(where[0], expiry=where[1]) if _is(row, ident))
    elif ident.rpartition(".")[0] in INDICES.values():
        exchange = next((each for each in ("NSE", "BSE") if VENUES[each] == ident.rpartition(".")[2]), "")
        yield from (row for row in master.of(exchange) if row.instrumenttype and _is(row, ident))


def _is(row: wire.Scrip, ident: InstrumentId) -> bool:
    made = _made(row)
    return made is not None and made.id == ident


def _made(row: wire.Scrip) -> Instrument | None:
    try:
        return instrument(row)
    except (ConfigError, ProtocolError):
        return None
