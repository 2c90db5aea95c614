"""The user socket: the account's whole world once, then every change of it, told to the desk in the order it came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from bidwell.brokers.tradovate import parse, wire
from bidwell.brokers.tradovate.broker.entities import Entities, UnknownOrder
from bidwell.brokers.tradovate.broker.line import Ask
from bidwell.brokers.tradovate.broker.reading import Reading
from bidwell.brokers.tradovate.client.rest import TradovateClient, problem_of
from bidwell.brokers.tradovate.errors import SHUTDOWNS
from bidwell.brokers.tradovate.symbols import SymbolBook, UnknownContract
from bidwell.brokers.transport import OrderUpdates, Owner, moment, read
from bidwell.engine.ports import Clock
from bidwell.model import events as ev
from bidwell.model.errors import ProtocolError, Unavailable
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus

SYNC = "user/syncrequest"
ENTITY_TYPES = ("account", "order", "orderVersion", "command", "commandReport", "executionReport", "fill", "fillFee", "position",
                "cashBalance", "contract", "contractMaturity", "product", "exchange", "currency")  # fmt: skip
_SYNC = wire.decoder(wire.Sync)
_PROPS = wire.decoder(wire.Props)
_SHUTDOWN = wire.decoder(wire.Shutdown)


Piece = tuple[Callable[[Any], None], Any]


class Updates(OrderUpdates[Piece]):
    """`line.Speaker` for the user socket; an order or a contract that is not known yet is looked up.

    `world` is what the account is as far as the socket told; None while it is down.
    """

    channel = "user stream"
    piece = "a change"

    def __init__(
        self,
        owner: Owner,
        account: AccountId,
        reading: Reading,
        client: TradovateClient,
        book: SymbolBook,
        clock: Clock,
    ) -> None:
        super().__init__(owner)
        self._account = account
        self._reading = reading
        self._client = client
        self._book = book
        self._clock = clock
        self.world: Entities | None = None
        self._versions: dict[int, wire.OrderVersion] = {}
        self._due: set[int] = set()
        self._answered: set[int] = set()
        self._kinds: dict[str, tuple[msgspec.json.Decoder[list[Any]], Callable[[Any], None], Callable[[Any], None]]] = {
            "order": (wire.decoder(list[wire.Order]), self._keep_order, self._order),
            "orderVersion": (wire.decoder(list[wire.OrderVersion]), self._keep_version, self._version),
            "command": (wire.decoder(list[wire.Command]), self._keep_command, self._command),
            "commandReport": (wire.decoder(list[wire.CommandReport]), self._keep_report, self._report),
            "executionReport": (wire.decoder(list[wire.ExecutionReport]), self._keep_execution, self._execution),
            "fill": (wire.decoder(list[wire.Fill]), self._keep_fill, self._fill),
            "fillFee": (wire.decoder(list[wire.FillFee]), lambda row: self._now().put_fee(row), _nothing),
            "position": (wire.decoder(list[wire.Position]), lambda row: self._now().put_position(row), _nothing),
            "cashBalance": (wire.decoder(list[wire.CashBalance]), lambda row: self._now().put_balance(row), _nothing),
            "product": (wire.decoder(list[wire.Product]), lambda row: self._book.remember(products=[row]), _nothing),
        }  # fmt: skip

    def own(self, order: int, name: ClientOrderId) -> None:
        """REST took an order of ours."""
        if self.world is not None:
            self.world.own(order, name)

    # --- line.Speaker ---------------------------------------------------------------------------------

    async def begin(self, ask: Ask) -> None:
        """Ask for the account's whole world; changes follow by themselves."""
        account = await self._reading.account()
        wanted = {"splitResponses": False, "accounts": [account.id], "entityTypes": ENTITY_TYPES}
        told = await ask(SYNC, wanted)
        problem = problem_of(told)
        if problem is not None and problem.error_text:
            raise ProtocolError(f"Tradovate did not tell the account: {problem.error_text}")
        sync = read(_SYNC, told, "the account as the stream tells it")
        self._book.remember(sync.exchanges, sync.currencies, sync.products)
        months = {each.id: each for each in sync.contract_maturities}
        for contract in sync.contracts:
            month = months.get(contract.contract_maturity_id)
            if month is not None and self._book.has_terms(month.product_id):
                self._book.learn(contract, month)
        self._waiting.clear()
        world = Entities.of(sync, account.id)
        self._versions = {number: version for number in world.versions
                      if (version := world.version_of(number)) is not None}  # fmt: skip
        self._due.clear()
        self.world = world

    def on_event(self, kind: str, payload: bytes) -> None:
        """A change, or a warning that the stream is about to end."""
        if kind == "shutdown":
            said = read(_SHUTDOWN, payload, "a shutdown")
            verdict = SHUTDOWNS.get(said.reason_code)
            text = verdict.sentence if verdict is not None else f"Tradovate closes its stream: {said.reason_code}"
            self._owner.trouble("user stream", f"{text} ({said.reason})" if said.reason else text, said.reason_code)
            raise Unavailable(text)
        if kind != "props":
            return
        props = read(_PROPS, payload, "a change")
        known = self._kinds.get(props.entity_type)
        if known is None or props.event_type == "Deleted":
            return
        decoder, keep, tell = known
        raw = bytes(props.entity)
        for row in read(
            decoder, raw if raw.startswith(b"[") else b"[" + raw + b"]", f"a change of {props.entity_type}"
        ):
            keep(row)
            self._take((tell, row))

    def heard(self) -> None:
        """Something came."""
        self._owner.heard()

    def down(self, reason: str) -> None:
        """The connection is gone: what is known of the account grows old from here."""
        self.world = None
        self._waiting.clear()
        super().down(reason)

    # --- keeping --------------------------------------------------------------------------------------

    def _now(self) -> Entities:
        if self.world is None:
            raise ProtocolError("Tradovate told a change before the account")
        return self.world

    def _keep_order(self, row: wire.Order) -> None:
        self._mention(row.id)
        before = self._now().orders.get(row.id)
        self._now().put_order(row)
        if before is not None and before.ord_status == "PendingReplace" and row.ord_status in {"Working", "Filled"}:
            self._due.add(row.id)

    def _keep_version(self, row: wire.OrderVersion) -> None:
        self._now().put_version(row)
        self._versions.setdefault(row.order_id, row)

    def _keep_command(self, row: wire.Command) -> None:
        self._mention(row.id)
        self._now().put_command(row)

    def _keep_report(self, row: wire.CommandReport) -> None:
        self._mention(row.command_id)
        self._now().put_command_report(row)

    def _keep_execution(self, row: wire.ExecutionReport) -> None:
        self._mention(row.order_id)
        self._now().put_execution(row)
        if row.exec_type == parse.REPLACED:
            self._due.add(row.order_id)

    def _keep_fill(self, row: wire.Fill) -> None:
        self._mention(row.order_id)
        self._now().put_fill(row)

    # --- telling --------------------------------------------------------------------------------------

    def _told(self, piece: Piece) -> bool:
        tell, row = piece
        try:
            tell(row)
        except (UnknownOrder, UnknownContract):
            return False
        return True

    def _order(self, row: wire.Order) -> None:
        name = self._name(row.id)
        if name is None:
            return
        status = parse.STATUSES.get(row.ord_status)
        if status is None:
            what = f"an order's status {row.ord_status!r}, which it does not document"
            self._owner.trouble("user stream", f"Tradovate told {what}")
            self._owner.reread(what)
            return
        if status is OrderStatus.WORKING:
            self._accept(row.id, name)
            self._replaced(row.id, name)
        elif row.ord_status == parse.COMPLETED:
            self._completed(row.id)
        else:
            self._replaced(row.id, name)
            self._end(row.id, name, status)

    def _end(self, order: int, name: ClientOrderId, status: OrderStatus) -> None:
        world, at = self._now(), self._clock.now()
        reason = world.reasons.get(order, "")
        if status is OrderStatus.REJECTED:
            self._owner.tell(
                ev.OrderRejected(at, name, "rejected", reason or "Tradovate rejected it after taking it in")
            )
        elif status is OrderStatus.CANCELED:
            self._owner.tell(ev.OrderCanceled(at, name, reason or "canceled at Tradovate", world.filled_at_end(order)))
        elif status is OrderStatus.EXPIRED:
            self._owner.tell(ev.OrderExpired(at, name, reason or "its time in force ended", world.filled_at_end(order)))

    def _completed(self, order: int) -> None:
        """Over for good: if executions are missing, the account is told anew."""
        world = self._now()
        version = world.version_of(order)
        filled = sum((each.qty for each in world.fills.get(order, {}).values()), ZERO)
        if version is None or filled < version.order_qty:
            self._owner.reread(f"order {order} is completed, and not all of it was told")

    def _version(self, row: wire.OrderVersion) -> None:
        name = self._name(row.order_id) if row.order_id in self._due else None
        if name is not None:
            self._replaced(row.order_id, name)

    def _replaced(self, order: int, name: ClientOrderId) -> None:
        """New terms, once Tradovate said that the order works on them."""
        version = self._now().version_of(order)
        if order not in self._due or version is None or version == self._versions.get(order):
            return
        self._due.discard(order)
        self._versions[order] = version
        self._owner.tell(ev.OrderReplaced(self._clock.now(), name, version.order_qty, parse.terms(version),
                                          BrokerOrderId(str(order))))  # fmt: skip

    def _command(self, row: wire.Command) -> None:
        if row.id in self._now().refused:
            self._turned_down(row.id, "")

    def _report(self, row: wire.CommandReport) -> None:
        if row.command_status in parse.REFUSED_COMMANDS:
            self._turned_down(row.command_id, parse.said(row))

    def _turned_down(self, number: int, reason: str) -> None:
        command = self._now().commands.get(number)
        if command is None or command.command_type == parse.NEW or number in self._answered:
            return
        name = self._name(command.order_id)
        if name is None:
            return
        self._answered.add(number)
        refused = ev.CancelRejected if command.command_type == parse.CANCEL else ev.ReplaceRejected
        self._owner.tell(refused(self._clock.now(), name, reason or "Tradovate refused it"))

    def _execution(self, row: wire.ExecutionReport) -> None:
        if row.exec_type in {parse.TRADE_CORRECT, parse.TRADE_CANCEL}:
            if self._name(row.order_id) is not None:
                self._owner.trouble("user stream", f"Tradovate corrected an execution of order {row.order_id}")
                self._owner.reread("an execution was corrected")
        elif row.exec_type == parse.REPLACED:
            name = self._name(row.order_id)
            if name is not None:
                self._replaced(row.order_id, name)

    def _fill(self, row: wire.Fill) -> None:
        name = self._name(row.order_id)
        if name is None:
            return
        if not row.active:
            self._owner.trouble("user stream", f"Tradovate took execution {row.id} of order {row.order_id} back")
            self._owner.reread("an execution was taken back")
            return
        # Unconfirmed: that what it cost is told before it; what comes after shows as a correction of the cash.
        meant = parse.fill(row, name, self._context(), self._now().fees.get(row.id, ZERO))
        self._accept(row.order_id, name)
        self._owner.tell(ev.OrderFilled(meant.received_at, name, meant))

    def _accept(self, order: int, name: ClientOrderId) -> None:
        if not self._owner.accepted_before(str(order)):
            row = self._now().orders.get(order)
            at = moment(row.timestamp, "timestamp") if row is not None and row.timestamp else None
            self._owner.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(str(order)), None, at))

    def _name(self, order: int) -> ClientOrderId | None:
        """Under which name the desk hears of an order; None for one of another account. Raises UnknownOrder."""
        world = self._now()
        if not world.is_ours(order):
            return None
        return parse.event_name(order, world.name_of(order))

    # --- looking up -------------------------------------------------------------------------------------

    async def _look(self, piece: Piece) -> None:
        tell, row = piece
        for _ in range(3):
            try:
                tell(row)
            except UnknownContract as unknown:
                await self._reading.learn([unknown.contract])
            except UnknownOrder as unknown:
                await self._learn_order(unknown.order)
            else:
                return
        raise ProtocolError(f"Tradovate told a change that cannot be placed: {row!r:.200}")

    async def _learn_order(self, number: int) -> None:
        order = await self._client.order(number)
        if order is None:
            raise ProtocolError(f"Tradovate told of order {number} and does not show it")
        commands = await self._client.commands_of([number])
        world = self._now()
        world.put_all(orders=[order], commands=commands)
        if not any(each.command_type == parse.NEW for each in commands):
            world.by_hand(number)

    def _context(self) -> parse.Context:
        return parse.Context(self._account, self._book, self._clock.now())


def _nothing(_row: object) -> None:
    """Kept, and not told."""
