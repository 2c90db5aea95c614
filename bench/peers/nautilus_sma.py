"""SMA 10/30 on NautilusTrader, in its own environment: reads bars.csv, prints JSON; orders fill at the bar's own close.

Its bars have one time, their close, and an order meets the market that stands then: ours is run with fill="close".
"""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal

import nautilus_trader
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

VENUE = Venue("SIM")
FEE = Decimal("0.001")


class Config(StrategyConfig, frozen=True):  # type: ignore[call-arg]  # its base has no types here
    instrument_id: InstrumentId
    bar_type: BarType


class Cross(Strategy):
    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.quick = SimpleMovingAverage(10)
        self.calm = SimpleMovingAverage(30)
        self.held = False

    def on_start(self) -> None:
        self.register_indicator_for_bars(self.config.bar_type, self.quick)
        self.register_indicator_for_bars(self.config.bar_type, self.calm)
        self.subscribe_bars(self.config.bar_type)

    def on_bar(self, _bar: Bar) -> None:
        if not self.calm.initialized:
            return
        above = self.quick.value > self.calm.value
        if above != self.held:
            self.held = above
            side = OrderSide.BUY if above else OrderSide.SELL
            self.submit_order(self.order_factory.market(self.config.instrument_id, side, Quantity.from_int(100)))


def instrument() -> CurrencyPair:
    return CurrencyPair(
        instrument_id=InstrumentId(Symbol("X"), VENUE), raw_symbol=Symbol("X"), base_currency=BTC, quote_currency=USDT,
        price_precision=4, size_precision=0, price_increment=Price.from_str("0.0001"),
        size_increment=Quantity.from_int(1), margin_init=Decimal(0), margin_maint=Decimal(0), maker_fee=FEE,
        taker_fee=FEE, ts_event=0, ts_init=0,
    )  # fmt: skip


def main(path: str) -> None:
    frame = pd.read_csv(path, parse_dates=["ts"], index_col="ts")
    pair = instrument()
    bar_type = BarType.from_str("X.SIM-1-MINUTE-LAST-EXTERNAL")
    bars = BarDataWrangler(bar_type, pair).process(frame.tz_localize("UTC"))
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
    engine.add_venue(VENUE, OmsType.NETTING, AccountType.CASH, [Money(1_000_000, USDT), Money(0, BTC)])
    engine.add_instrument(pair)
    engine.add_data(bars)
    engine.add_strategy(Cross(Config(instrument_id=pair.id, bar_type=bar_type)))
    began = time.perf_counter()
    engine.run()
    seconds = time.perf_counter() - began
    account = engine.cache.account_for_venue(VENUE)
    held = account.balance_total(BTC).as_double()
    equity = account.balance_total(USDT).as_double() + held * float(frame["close"].iloc[-1])
    fills = sum(order.is_closed for order in engine.cache.orders())
    print(json.dumps({"seconds": seconds, "final_equity": equity, "fills": fills,
                      "version": nautilus_trader.__version__}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
