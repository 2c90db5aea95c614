"""The twins that there are, and how many cards of the broker contract each adapter passes against its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput
from bidwell.twins.alpaca import SCENARIO as ALPACA
from bidwell.twins.alpaca import AlpacaTwin
from bidwell.twins.angelone import SCENARIO as ANGELONE
from bidwell.twins.angelone import AngelTwin
from bidwell.twins.crypto import binance, bybit, coinbase, kraken, okx
from bidwell.twins.dhan import SCENARIO as DHAN
from bidwell.twins.dhan import DhanTwin
from bidwell.twins.dialect import Dialect
from bidwell.twins.fyers import SCENARIO as FYERS
from bidwell.twins.fyers import FyersTwin
from bidwell.twins.ibkr import SCENARIO as IBKR
from bidwell.twins.ibkr import GatewayServer, IbkrTwin
from bidwell.twins.scenario import Scenario
from bidwell.twins.schwab import SCENARIO as SCHWAB
from bidwell.twins.schwab import SchwabTwin
from bidwell.twins.server import TwinServer
from bidwell.twins.stage import Stage
from bidwell.twins.topstepx import SCENARIO as TOPSTEPX
from bidwell.twins.topstepx import TopstepxTwin
from bidwell.twins.tradovate import SCENARIO as TRADOVATE
from bidwell.twins.tradovate import TradovateTwin
from bidwell.twins.zerodha import SCENARIO as ZERODHA
from bidwell.twins.zerodha import ZerodhaTwin

CARDS = Path(__file__).parent / "cards.json"


@dataclass(frozen=True, slots=True)
class Listing:
    """One twin: what it is called, its own scenario, how it is made, and whether a replace makes a new order id.

    `serve` makes the server of one that speaks more than HTTP.
    """

    name: str
    title: str
    scenario: Scenario
    make: Callable[[Stage], Dialect]
    renew_ids: bool = False
    serve: Callable[[Stage, Any, int], TwinServer] = TwinServer


class Cards(msgspec.Struct, frozen=True):
    """How the contract's cards came out for one adapter: `passed` of `total`, the others not offered by the broker."""

    passed: int
    total: int


TWINS: dict[str, Listing] = {
    listing.name: listing
    for listing in (
        Listing("alpaca", "Alpaca", ALPACA, AlpacaTwin, renew_ids=True),
        Listing("angelone", "Angel One", ANGELONE, AngelTwin),
        Listing("binance", "Binance", binance.SCENARIO, binance.BinanceTwin),
        Listing("bybit", "Bybit", bybit.SCENARIO, bybit.BybitTwin),
        Listing("coinbase", "Coinbase", coinbase.SCENARIO, coinbase.CoinbaseTwin),
        Listing("dhan", "Dhan", DHAN, DhanTwin),
        Listing("fyers", "Fyers", FYERS, FyersTwin),
        Listing("ibkr", "Interactive Brokers", IBKR, IbkrTwin, serve=GatewayServer),
        Listing("kraken", "Kraken", kraken.SCENARIO, kraken.KrakenTwin),
        Listing("okx", "OKX", okx.SCENARIO, okx.OkxTwin),
        Listing("schwab", "Charles Schwab", SCHWAB, SchwabTwin, renew_ids=True),
        Listing("topstepx", "TopstepX", TOPSTEPX, TopstepxTwin),
        Listing("tradovate", "Tradovate", TRADOVATE, TradovateTwin),
        Listing("zerodha", "Zerodha", ZERODHA, ZerodhaTwin),
    )
}  # fmt: skip


def make(name: str, clock: Clock, port: int, scenario: Scenario | None = None) -> TwinServer:
    """A twin that is not listening yet; raises InvalidInput for a name that there is not."""
    listing = TWINS.get(name)
    if listing is None:
        raise InvalidInput("twin.unknown", f"there is no twin {name!r}", field="name", hint=", ".join(TWINS))
    stage = Stage(scenario or listing.scenario, clock, renew_ids=listing.renew_ids)
    return listing.serve(stage, listing.make(stage), port)


def cards() -> dict[str, Cards]:
    """The counts of the last recorded run of the contract, which every run of the tests holds itself to."""
    return msgspec.json.decode(CARDS.read_bytes(), type=dict[str, Cards])
