"""The market data socket's requests: quotes and charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bidwell.model.market import Bar, Quote
from bidwell.twins.lines import Line
from bidwell.twins.scenario import Person
from bidwell.twins.tradovate import words
from bidwell.twins.tradovate.records import Records
from bidwell.twins.tradovate.words import Row

# What a login without the exchange's licence is told; the words are unconfirmed.
INACCESSIBLE: Row = {"errorText": "Symbol is inaccessible", "errorCode": "UnknownSymbol", "mode": "None"}
_QUOTES = "quotes:"
_SECONDS = {"MinuteBar": 60, "DailyBar": 86400}


class Prices:
    """md/subscribequote, md/unsubscribequote, md/getchart, md/cancelchart."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def answer(self, line: Line, people: Sequence[Person], operation: str, body: Row) -> tuple[object, list[str]]:
        """What a request is answered, and the frames that follow."""
        if operation == "md/cancelchart":
            return {}, []
        symbol = self._symbol(body.get("symbol"))
        if symbol is None or all(each.fields.get("market_data") == "none" for each in people):
            return INACCESSIBLE, []
        if operation == "md/unsubscribequote":
            line.wants.discard(_QUOTES + symbol)
            return {}, []
        if operation == "md/getchart":
            return self._chart(symbol, body)
        line.wants.add(_QUOTES + symbol)
        return {"mode": "RealTime"}, [self._quote(symbol)]

    def moved(self, instruments: Sequence[str]) -> None:
        """Tell whoever subscribed; entries that did not change are left out."""
        for name in instruments:
            symbol = self._stage.market.symbols[name]
            frame = self._quote(symbol, whole=False)
            for line in self._stage.lines.of(""):
                if _QUOTES + symbol in line.wants:
                    line.put(frame)

    def _symbol(self, wanted: object) -> str | None:
        by_number = {number: symbol for symbol, number in self._records.contracts.items()}
        if isinstance(wanted, int):
            return by_number.get(wanted)
        return str(wanted) if str(wanted) in self._records.contracts else None

    def _quote(self, symbol: str, *, whole: bool = True) -> str:
        listed = self._stage.market.instrument(symbol)
        quote: Quote = self._stage.venue.quotes[listed.id if listed else ""]
        entries: Row = {
            "Bid": {"price": quote.bid, "size": quote.bid_quantity},
            "Offer": {"price": quote.ask, "size": quote.ask_quantity},
            "Trade": {"price": quote.last, "size": 1},
        }  # fmt: skip
        if whole:
            entries |= {"TotalTradeVolume": {"size": 1000}, "OpeningPrice": {"price": quote.open or quote.last},
                        "SettlementPrice": {"price": quote.previous_close or quote.last}}  # fmt: skip
        row = {
            "timestamp": words.stamp(quote.occurred_at),
            "contractId": self._records.contracts[symbol],
            "entries": entries,
        }
        return words.frame([{"e": "md", "d": {"quotes": [row]}}])

    def _chart(self, symbol: str, body: Row) -> tuple[object, list[str]]:
        said, reach = body.get("chartDescription", {}), body.get("timeRange", {})
        seconds = _SECONDS.get(said.get("underlyingType"), 0) * int(said.get("elementSize", 1))
        if not seconds:
            return {"errorText": "unsupported chart", "errorCode": "Unsupported"}, []
        end = (
            datetime.fromisoformat(reach["closestTimestamp"])
            if "closestTimestamp" in reach
            else self._stage.market.now()
        )
        count = int(reach.get("asMuchAsElements", 100))
        bars = self._stage.market.bars(symbol, seconds, end - timedelta(seconds=seconds * count), end)
        history, realtime = self._records.number(), self._records.number()
        day = int(f"{end:%Y%m%d}")
        packets = [{"id": history, "td": day, "bars": [_bar(each) for each in bars]}, {"id": history, "eoh": True}]
        return ({"historicalId": history, "realtimeId": realtime},
                [words.frame([{"e": "chart", "d": {"charts": [packet]}}]) for packet in packets])  # fmt: skip


def _bar(each: Bar) -> Row:
    half = int(each.volume) // 2
    return {"timestamp": words.stamp(each.start), "open": each.open, "high": each.high, "low": each.low,
            "close": each.close, "upVolume": int(each.volume) - half, "downVolume": half, "upTicks": 1, "downTicks": 1,
            "bidVolume": half, "offerVolume": int(each.volume) - half}  # fmt: skip
