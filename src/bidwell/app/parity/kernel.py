"""The run on the backtest kernel, as a record."""

from __future__ import annotations

from bidwell.app.parity.records import Deal, Key, Ordered, Record
from bidwell.app.parity.setting import Setting
from bidwell.simulation.backtest import fees, layout
from bidwell.simulation.backtest.result import KINDS, REASONS, STATUSES, Result
from bidwell.simulation.backtest.run import backtest

_LEGS = {layout.LIMITED: "target", layout.STOPPING: "stop", layout.TRAILING: "trail"}


def run_kernel(setting: Setting) -> Record:
    """Run the strategy on the kernel, market orders filling at the next open."""
    result = backtest(
        setting.made(), {setting.bars.symbol: setting.bars}, cash=float(setting.cash), leverage=float(setting.leverage),
        fees=fees.percent(float(setting.fee)), instruments={setting.bars.symbol: setting.instrument},
    )  # fmt: skip
    return Record("kernel", _orders(result, setting), result.equity)


def _orders(result: Result, setting: Setting) -> dict[Key, Ordered]:
    tick, lot = float(setting.instrument.tick_size), float(setting.instrument.lot_size)
    keys: list[Key] = []
    found: dict[Key, Ordered] = {}
    placed: dict[int, int] = {}
    legs_of, left = Key(0, 0), 0
    for row in result.order_rows.tolist():
        kind = int(row[layout.KIND])
        if left:
            key = legs_of._replace(leg=_LEGS[kind])
            left -= 1
        elif int(row[layout.REASON]) == layout.MARGIN_CALL and kind == layout.MARKET and row[layout.EXIT]:
            key = Key(int(row[layout.PLACED]), len(keys), "margin call")
        else:
            bar = int(row[layout.PLACED])
            key = Key(bar, placed.get(bar, 0))
            placed[bar] = key.place + 1
            legs_of, left = key, int(row[layout.CHILDREN])
        keys.append(key)
        found[key] = Ordered(KINDS[kind], STATUSES[int(row[layout.STATUS])], REASONS[int(row[layout.REASON])])
    for row in result.fill_rows.tolist():
        order = found[keys[int(row[layout.FILL_ORDER])]]
        deal = Deal(int(row[layout.FILL_BAR]), round(row[layout.FILL_QUANTITY] / lot),
                    round(row[layout.FILL_PRICE] / tick))  # fmt: skip
        order.deals.append(deal)
        order.fee += row[layout.FILL_FEE]
    return found
