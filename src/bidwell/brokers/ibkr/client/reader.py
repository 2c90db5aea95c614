"""Messages of a Gateway as values: flat ones by the places of their fields, composed ones by ib_async's decoder.

A figure is taken digit for digit. A message that cannot be read is a ProtocolError, never passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from bidwell.brokers.ibkr import wire
from bidwell.brokers.ibkr.client.library import Decoder, moment, understood
from bidwell.brokers.ibkr.wire import Told
from bidwell.model.errors import ProtocolError
from bidwell.model.money import ZERO, bearable

_UNSET = Decimal("1e300")
"""What is not set is written as the largest of floats."""
_EXECUTED_AT = 15
_BAR = 8


class UnknownMessage(ProtocolError):
    """A message of a kind that the desk does not know; `kind` is its number."""

    def __init__(self, kind: int) -> None:
        super().__init__(f"the Gateway sent a message of kind {kind}, which the desk does not know")
        self.kind = kind


class Reader:
    """Reads the messages of one version of the protocol."""

    def __init__(self, version: int) -> None:
        self._decoder = Decoder(version)
        self._readers: dict[Told, Callable[[list[str]], wire.Message]] = {
            Told.TICK_PRICE: lambda row: wire.Tick(
                whole(row[2]), whole(row[3]), figure(row[4], "a price"), size(row[5])
            ),
            Told.TICK_SIZE: lambda row: wire.Tick(whole(row[2]), whole(row[3]), None, size(row[4])),
            Told.ORDER_STATUS: _status,
            Told.PROBLEM: lambda row: wire.Problem(whole(row[2]), whole(row[3]), row[4]),
            Told.OPEN_ORDER: self._open_order,
            Told.NEXT_ID: lambda row: wire.NextId(whole(row[2])),
            Told.CONTRACT: self._details,
            Told.EXECUTION: self._execution,
            Told.ACCOUNTS: lambda row: wire.Accounts(tuple(name for name in row[2].split(",") if name)),
            Told.BARS: _bars,
            Told.TIME: lambda row: wire.ServerTime(whole(row[2])),
            Told.CONTRACT_END: lambda row: wire.End(Told.CONTRACT_END, whole(row[2])),
            Told.SNAPSHOT_END: lambda row: wire.End(Told.SNAPSHOT_END, whole(row[2])),
            Told.OPTION_PARAMETERS: _parameters,
            Told.OPTION_PARAMETERS_END: lambda row: wire.End(Told.OPTION_PARAMETERS_END, whole(row[1])),
            Told.OPEN_ORDERS_END: lambda _row: wire.End(Told.OPEN_ORDERS_END),
            Told.EXECUTIONS_END: lambda row: wire.End(Told.EXECUTIONS_END, whole(row[2])),
            Told.COMMISSION: lambda row: wire.Commission(row[2], figure(row[3] or "0", "a commission"), row[4]),
            Told.POSITION: _position,
            Told.POSITIONS_END: lambda _row: wire.End(Told.POSITIONS_END),
            Told.SUMMARY: lambda row: wire.Figure(whole(row[2]), row[3], row[4], row[5], row[6]),
            Told.SUMMARY_END: lambda row: wire.End(Told.SUMMARY_END, whole(row[2])),
            Told.COMPLETED_ORDER: self._completed_order,
            Told.COMPLETED_ORDERS_END: lambda _row: wire.End(Told.COMPLETED_ORDERS_END),
        }

    def read(self, fields: list[str]) -> wire.Message | None:
        """A message; None for one that says nothing the desk needs.

        Raises UnknownMessage for a kind that there is not, ProtocolError for a message that cannot be read.
        """
        kind = whole(fields[0])
        if kind in wire.NOT_READ:
            return None
        try:
            known = Told(kind)
        except ValueError:
            raise UnknownMessage(kind) from None
        reader = self._readers[known]
        with understood(f"a message of the Gateway of kind {kind}"):
            return reader(fields)

    # --- composed -----------------------------------------------------------------------------------

    def _details(self, fields: list[str]) -> wire.Message:
        request, found = self._decoder.decode("contractDetails", fields)
        return wire.Details(
            request, _contract(found.contract), figure(found.minTick, "minTick"), whole(found.priceMagnifier or "1"),
            found.longName, found.contractMonth, found.underSymbol, found.stockType,
        )  # fmt: skip

    def _execution(self, fields: list[str]) -> wire.Message:
        at = moment(fields[_EXECUTED_AT])
        fields = [*fields[:_EXECUTED_AT], str(int(at.timestamp())), *fields[_EXECUTED_AT + 1 :]]
        request, contract, found = self._decoder.decode("execDetails", fields)
        return wire.Execution(
            request, found.execId, whole(found.orderId), whole(found.clientId), whole(found.permId),
            _contract(contract), found.acctNumber, found.orderRef, found.side, figure(found.shares, "shares"),
            figure(found.price, "price"), at,
        )  # fmt: skip

    def _open_order(self, fields: list[str]) -> wire.Message:
        _, contract, order, state = self._decoder.decode("openOrder", fields)
        if str(order.whatIf) not in {"", "0", "False"}:
            return wire.WhatIf(whole(order.orderId), unset(state.initMarginChange, "initMarginChange"),
                               unset(state.initMarginBefore, "initMarginBefore"),
                               unset(state.equityWithLoanBefore, "equityWithLoanBefore"))  # fmt: skip
        return _order(contract, order, state.status, whole(order.orderId), whole(order.clientId))

    def _completed_order(self, fields: list[str]) -> wire.Message:
        contract, order, state = self._decoder.decode("completedOrder", fields)
        return _order(contract, order, state.status, 0, 0, filled=unset(order.filledQuantity, "filledQuantity") or ZERO,
                      ended=state.completedStatus, ended_at=state.completedTime)  # fmt: skip


def whole(text: str) -> int:
    """A whole number; raises ProtocolError."""
    try:
        return int(text)
    except (TypeError, ValueError) as problem:
        raise ProtocolError(f"{text!r:.60} is no number") from problem


def figure(text: str, name: str) -> Decimal:
    """A figure that can be reckoned with; raises ProtocolError."""
    try:
        found = Decimal(text)
    except (InvalidOperation, TypeError, ValueError) as problem:
        raise ProtocolError(f"{name} is {text!r:.60}") from problem
    if not bearable(found):
        raise ProtocolError(f"{name} is {text!r:.60}")
    return found


def unset(text: str, name: str) -> Decimal | None:
    """A figure, None where it is not set."""
    if not text:
        return None
    try:
        found = Decimal(text)
    except (InvalidOperation, TypeError, ValueError) as problem:
        raise ProtocolError(f"{name} is {text!r:.60}") from problem
    return None if found >= _UNSET else figure(text, name)


def size(text: str) -> Decimal | None:
    """A quantity beside a price, which may be missing."""
    return figure(text, "a size") if text else None


def _contract(found: Any) -> wire.Contract:  # noqa: ANN401 - the library's
    return wire.Contract(
        whole(found.conId), found.symbol, found.secType, found.lastTradeDateOrContractMonth, str(found.strike), found.right,
        found.multiplier, found.exchange, found.primaryExchange, found.currency, found.localSymbol, found.tradingClass,
    )  # fmt: skip


def _order(
    contract: Any, order: Any, status: str, order_id: int, client_id: int, *,  # noqa: ANN401 - the library's
    filled: Decimal | None = None, ended: str = "", ended_at: str = "",
) -> wire.OpenOrder:  # fmt: skip
    return wire.OpenOrder(
        order_id, client_id, whole(order.permId or "0"), _contract(contract), order.account, order.orderRef, order.action,
        figure(order.totalQuantity or "0", "totalQuantity"), order.orderType, unset(order.lmtPrice, "lmtPrice"),
        unset(order.auxPrice, "auxPrice"), unset(order.trailingPercent, "trailingPercent"), order.tif, order.goodTillDate,
        status, filled, ended, ended_at,
    )  # fmt: skip


def _status(row: list[str]) -> wire.Message:
    return wire.Status(whole(row[1]), row[2], figure(row[3], "filled"), figure(row[5] or "0", "avgFillPrice"), whole(row[6] or "0"),
                       whole(row[9] or "0"), row[10])  # fmt: skip


def _position(row: list[str]) -> wire.Message:
    contract = wire.Contract(whole(row[3]), row[4], row[5], row[6], row[7], row[8], row[9], row[10], "", *row[11:14])
    return wire.Position(row[2], contract, figure(row[14], "a position"), figure(row[15] or "0", "an average cost"))


def _parameters(row: list[str]) -> wire.Message:
    """Days with their number before them, then strikes with theirs: whether a strike is one of a day is not said."""
    days = whole(row[6])
    strikes = whole(row[7 + days]) if days >= 0 else -1
    if strikes < 0 or len(row) != 8 + days + strikes:
        raise ProtocolError(f"{days} expiries and {strikes} strikes were announced, and {len(row) - 8} fields came")
    return wire.OptionParameters(whole(row[1]), row[2], row[4], tuple(row[7 : 7 + days]))


def _bars(row: list[str]) -> wire.Message:
    count = whole(row[4])
    cells = row[5:]
    if count < 0 or len(cells) != count * _BAR:
        raise ProtocolError(f"{count} bars were announced, and {len(cells)} fields came")
    rows = []
    for at in range(0, len(cells), _BAR):
        day, *prices = cells[at : at + 6]
        rows.append(wire.BarRow(day, *(figure(each, "a bar") for each in prices)))
    return wire.Bars(whole(row[1]), tuple(rows))
