"""The twin judged by somebody else's client: ib_async, with its own connection, trades at it as at a Gateway."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from importlib import import_module
from typing import Any

from tests.contract.broker_stand import until
from tests.contract.ibkr_stand import ACME, CALL, ibkr_stand


async def test_ib_async_places_changes_cancels_and_reads_at_the_twin() -> None:
    library: Any = import_module("ib_async")
    async with ibkr_stand() as stand:
        ib = library.IB()
        await ib.connectAsync(
            "127.0.0.1",
            stand.server.port,
            clientId=3,
            timeout=10,
            account="DU200",
            fetchFields=library.StartupFetchNONE,
        )
        try:
            assert ib.managedAccounts() == ["DU100", "DU200"]
            (details,) = await ib.reqContractDetailsAsync(library.Stock("ACME", "SMART", "USD"))
            contract = details.contract
            assert (contract.primaryExchange, details.minTick, details.longName) == ("NASDAQ", 0.01, "ACME CORP")
            (call,) = await ib.qualifyContractsAsync(library.Option("ACME", "20270115", 100, "C", "SMART"))
            assert call.localSymbol.replace(" ", "") == CALL
            chains = await ib.reqSecDefOptParamsAsync("ACME", "", "STK", contract.conId)
            assert {(each.exchange, each.tradingClass, *each.expirations, *each.strikes) for each in chains} == {
                (exchange, "ACME", "20270115", 100.0) for exchange in ("CBOE", "SMART")}  # fmt: skip
            (newest,) = await ib.reqTickersAsync(call)
            assert (newest.bid, newest.ask) == (5.1, 5.2)

            working = ib.placeOrder(contract, library.LimitOrder("BUY", 10, 90, orderRef="by-ib", account="DU200"))
            await until(lambda: working.orderStatus.status == "Submitted", "the order")
            assert (working.order.permId > 0, working.order.orderRef) == (True, "by-ib")
            working.order.lmtPrice = 91
            ib.placeOrder(contract, working.order)
            await until(lambda: stand.stage.state.orders["P00000001"].limit_price == Decimal(91), "the change")
            ib.cancelOrder(working.order)
            await until(lambda: working.orderStatus.status == "Cancelled", "the cancel")

            bought = ib.placeOrder(contract, library.MarketOrder("BUY", 4, account="DU200"))
            await until(lambda: bought.orderStatus.status == "Filled" and bool(bought.fills), "the fill")
            await until(lambda: bought.fills[0].commissionReport.commission == 1.4, "its cost")
            assert (bought.fills[0].execution.price, bought.fills[0].execution.side) == (100.0, "BOT")
            refused = ib.placeOrder(contract, library.LimitOrder("BUY", 1, 90.001, account="DU200"))
            await until(refused.isDone, "the refusal")

            held = {(each.account, each.contract.conId): each.position for each in await ib.reqPositionsAsync()}
            assert held == {("DU200", contract.conId): 4.0}
            summary = {(each.account, each.tag, each.currency): each.value for each in await ib.accountSummaryAsync()}
            assert float(summary["DU200", "TotalCashValue", "USD"]) == 5000 - 400 - 1.4
            assert {each.orderStatus.status for each in await ib.reqCompletedOrdersAsync(apiOnly=False)} == {
                "Cancelled",
                "Filled",
            }
            assert len(await ib.reqExecutionsAsync()) == 1
            bars = await ib.reqHistoricalDataAsync(contract, "", "1 D", "1 hour", "TRADES", useRTH=True, formatDate=2)
            assert len(bars) == 24
            ticker = ib.reqMktData(contract)
            await until(lambda: (ticker.bid, ticker.ask) == (99.9, 100.0), "prices")
            assert stand.instrument == ACME
        finally:
            ib.disconnect()
            await asyncio.sleep(0.01)
