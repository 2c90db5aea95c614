"""What is asked and told: orders, executions, positions, figures, contracts, bars, and streams of prices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bidwell.model.money import ZERO
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.ibkr import words
from bidwell.twins.ibkr.records import Records
from bidwell.twins.ibkr.session import Session
from bidwell.twins.scenario import Listed

BARS = {"1 min": 60, "2 mins": 120, "3 mins": 180, "5 mins": 300, "15 mins": 900, "30 mins": 1800, "1 hour": 3600,
        "4 hours": 14400, "1 day": 86400, "1 week": 604800}  # fmt: skip
_SPANS = {"S": 1, "D": 86400, "W": 604800, "M": 30 * 86400, "Y": 365 * 86400}
NO_CONTRACT, NO_DATA, NO_SUBSCRIPTION, NOT_VALID = 200, 162, 354, 321


class Reads:
    """The answers; `streams` are the prices that each connection follows."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage
        self.streams: dict[Session, dict[str, Listed]] = {}

    def _mine(self, session: Session) -> Iterator[VenueOrder]:
        for held in self._stage.state.orders.values():
            if held.account in session.line.also and held.broker_order_id in self._records.orders:
                yield held

    # --- orders -------------------------------------------------------------------------------------

    def open_orders(self, session: Session, _fields: list[str]) -> None:
        """Answer reqOpenOrders (5), reqAllOpenOrders (16)."""
        for held in self._mine(session):
            if held.is_open:
                session.line.put(self._records.open_order(held, "Submitted"))
                session.line.put(self._records.status(held, "Submitted"))
        session.line.put(words.message(53, 1))

    def completed_orders(self, session: Session, _fields: list[str]) -> None:
        """Answer reqCompletedOrders (99)."""
        for held in self._mine(session):
            if not held.is_open and held.broker_order_id not in self._records.declined:
                session.line.put(self._records.completed_order(held))
        session.line.put(words.message(102))

    def executions(self, session: Session, fields: list[str]) -> None:
        """Answer reqExecutions (7): its filter's account, or all."""
        request = int(fields[2])
        for held in self._mine(session):
            if fields[4] in {"", held.account}:
                for told in self._records.fills(held, request):
                    session.line.put(told)
        session.line.put(words.message(55, 1, request))

    # --- the account --------------------------------------------------------------------------------

    def positions(self, session: Session, _fields: list[str]) -> None:
        """Answer reqPositions (61)."""
        for account, state in self._stage.state.accounts.items():
            for instrument, holding in state.holdings.items() if account in session.line.also else ():
                row = self._stage.market.rows[self._stage.market.symbols[instrument]]
                named = words.contract(row, self._records.contracts[row.symbol])
                cost = holding.cost / holding.quantity * row.multiplier if holding.quantity else ZERO
                session.line.put(words.message(
                    61, 3, account, *(named[each] for each in (
                        "conId", "symbol", "secType", "expiry", "strike", "right", "multiplier", "exchange", "currency",
                        "localSymbol", "tradingClass")), holding.quantity, cost,
                ))  # fmt: skip
        session.line.put(words.message(62, 1))

    def summary(self, session: Session, fields: list[str]) -> None:
        """Answer reqAccountSummary (62)."""
        request, tags = fields[2], fields[4].split(",")
        for account, state in self._stage.state.accounts.items():
            if account not in session.line.also:
                continue
            base = self._stage.people[account].currency
            equity = self._equity(account)
            free = max(self._stage.venue.margin.free(state), ZERO)
            known = {"NetLiquidation": equity, "TotalCashValue": state.cash.get(base, ZERO), "AvailableFunds": free}
            for tag in tags:
                if tag in known:
                    session.line.put(words.message(63, 1, request, account, tag, known[tag], base))
                elif tag.startswith("$LEDGER"):
                    for currency, amount in (*state.cash.items(), ("BASE", state.cash.get(base, ZERO))):
                        session.line.put(words.message(63, 1, request, account, "CashBalance", amount, currency))
        session.line.put(words.message(64, 1, request))

    def _equity(self, account: str) -> Decimal:
        state = self._stage.state.accounts[account]
        worth = sum(state.cash.values(), ZERO)
        for name, holding in state.holdings.items():
            row = self._stage.market.rows[self._stage.market.symbols[name]]
            last = self._stage.venue.quotes[name].last
            paid = holding.cost if row.type == "future" else ZERO
            worth += (holding.quantity * last - paid) * row.multiplier
        return worth

    def time(self, session: Session, _fields: list[str]) -> None:
        """Answer reqCurrentTime (49)."""
        session.line.put(words.message(49, 1, int(self._stage.clock.now().timestamp())))

    # --- contracts ----------------------------------------------------------------------------------

    def contracts(self, session: Session, fields: list[str]) -> None:
        """Answer reqContractData (9)."""
        request = fields[2]
        found = [row for row in self._stage.market.rows.values() if self._fits(row, fields[3:15])]
        for row in found:
            session.line.put(words.details(request, row, self._records.contracts[row.symbol]))
        session.line.put(words.message(52, 1, request) if found else words.error(
            int(request), NO_CONTRACT, "No security definition has been found for the request"))  # fmt: skip

    def option_parameters(self, session: Session, fields: list[str]) -> None:
        """Answer reqSecDefOptParams (78): by exchange and class, all days and all strikes of any day; none for no options."""
        request, listed = fields[1], self._records.listed(int(fields[5] or 0))
        if listed is None or words.KINDS[listed.type] != fields[4]:
            session.line.put(words.error(int(request), NOT_VALID, "Error validating request: Invalid contract id"))
            return
        classes: dict[str, list[Listed]] = {}
        for row in self._stage.market.rows.values():
            if row.type == "option" and row.underlying == listed.symbol:
                named = words.contract(row, self._records.contracts[row.symbol])
                classes.setdefault(str(named["tradingClass"]), []).append(row)
        for name, rows in classes.items():
            for exchange in ("CBOE", "SMART"):
                session.line.put(words.option_parameters(request, exchange, fields[5], name, rows))
        session.line.put(words.message(76, request))

    def _fits(self, row: Listed, asked: list[str]) -> bool:
        con_id, symbol, kind, expiry, _, _, _, exchange, _, currency, local, trading_class = asked
        number = self._records.contracts[row.symbol]
        if con_id not in {"", "0"}:
            return int(con_id) == number
        named = words.contract(row, number)
        month = row.extra.get("month") or (f"{row.expiry:%Y%m}" if row.expiry else "")
        return (
            (symbol in {"", named["symbol"]} or trading_class == named["tradingClass"])
            and kind == named["secType"] and exchange in {"", named["exchange"]} and currency in {"", row.currency}
            and local in {"", named["localSymbol"]} and trading_class in {"", named["tradingClass"]}
            and expiry in {"", named["expiry"], month}
        )  # fmt: skip

    # --- prices -------------------------------------------------------------------------------------

    def bars(self, session: Session, fields: list[str]) -> None:
        """Answer reqHistoricalData (20)."""
        request, listed = fields[1], self._records.listed(int(fields[2] or 0))
        seconds = BARS.get(fields[16])
        count, _, unit = fields[17].partition(" ")
        if listed is None or seconds is None or unit not in _SPANS or not count.isdecimal():
            session.line.put(words.error(int(request), NO_DATA, "Historical Market Data Service error message:HMDS query "
                                                                "returned no data"))  # fmt: skip
            return
        end = (
            datetime.strptime(fields[15], "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC)
            if fields[15]
            else self._stage.market.now()
        )
        start = end - timedelta(seconds=int(count) * _SPANS[unit])
        rows = self._stage.market.bars(listed.symbol, seconds, start, end)
        cells = [cell for bar in rows for cell in (
            f"{bar.start:%Y%m%d}" if seconds >= 86400 else int(bar.start.timestamp()), bar.open, bar.high, bar.low, bar.close,
            bar.volume, bar.close, 10)]  # fmt: skip
        session.line.put(words.message(17, request, words.stamp(start), words.stamp(end), len(rows), *cells))

    def follow(self, session: Session, fields: list[str]) -> None:
        """Answer reqMktData (1), a snapshot once; a market that is silent says nothing."""
        request, listed = fields[2], self._records.listed(int(fields[3] or 0))
        once = fields[17] == "1"
        if listed is None:
            session.line.put(
                words.error(int(request), NO_CONTRACT, "No security definition has been found for the request")
            )
        elif listed.extra.get("market_data") == "none":
            session.line.put(words.error(int(request), NO_SUBSCRIPTION, "Requested market data is not subscribed."))
        elif listed.extra.get("market_data") != "silent":
            session.line.put(words.message(58, 1, request, 1))
            self._ticks(session, request, listed, whole=True)
            if once:
                session.line.put(words.message(57, 1, request))
            else:
                self.streams.setdefault(session, {})[request] = listed

    def unfollow(self, session: Session, fields: list[str]) -> None:
        """Answer cancelMktData (2)."""
        self.streams.get(session, {}).pop(fields[2], None)

    def moved(self, instruments: set[str]) -> None:
        """Quotes moved: tell whoever follows them."""
        for session, followed in list(self.streams.items()):
            for request, listed in followed.items():
                instrument = self._stage.market.instrument(listed.symbol)
                if instrument is not None and instrument.id in instruments:
                    self._ticks(session, request, listed)

    def _ticks(self, session: Session, request: str, listed: Listed, *, whole: bool = False) -> None:
        instrument = self._stage.market.instrument(listed.symbol)
        assert instrument is not None  # noqa: S101 - what is listed is an instrument
        quote = self._stage.venue.quotes[instrument.id]
        for kind, price, size in (
            (1, quote.bid, quote.bid_quantity),
            (2, quote.ask, quote.ask_quantity),
            (4, quote.last, 100),
        ):
            session.line.put(words.message(1, 6, request, kind, price, size, 0))
        session.line.put(words.message(2, 6, request, 8, quote.volume))
        if whole:
            for kind, before in ((9, quote.previous_close), (14, quote.open)):
                session.line.put(words.message(1, 6, request, kind, before, "", 0))
