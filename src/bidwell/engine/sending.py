"""What an account's lane asks of the desk before bytes leave, and tells it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bidwell.engine import recorder
from bidwell.engine.commands import Cancel, Replace, Submit
from bidwell.model import events as ev
from bidwell.model.errors import JournalError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bidwell.engine.decider import Core
    from bidwell.engine.lane import Sendable
    from bidwell.engine.ports import Clock
    from bidwell.engine.recorder import Recorder
    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId, ClientOrderId
    from bidwell.model.order import Order
    from bidwell.risk.approved import Approved
    from bidwell.risk.gate import Gate


class DeskPart(Protocol):
    """What sending needs of the desk."""

    core: Core
    recorder: Recorder
    recovering: str | None

    @property
    def state(self) -> State:
        """The workspace's state."""
        ...

    def reconciled(self, account: AccountId) -> bool:
        """Whether the account's book agreed with its broker's since it was last connected."""
        ...

    def commit(self) -> asyncio.Future[datetime]:
        """Queue what the core decided; done once it is durable, or with a JournalError."""
        ...

    def flush(self) -> None:
        """Make what the core decided durable, then let it out."""
        ...

    def finish_records(self) -> None:
        """Write the stages of intents that are through."""
        ...


class Sending:
    """`LaneOwner` of all lanes of a desk."""

    def __init__(self, desk: DeskPart, gate: Gate, clock: Clock, leads: Callable[[], bool],
                 alarm: Callable[[str, dict[str, object]], None]) -> None:  # fmt: skip
        self._desk = desk
        self._gate = gate
        self._clock = clock
        self._leads = leads
        self._alarm = alarm

    def leads(self) -> bool:
        """Whether this desk, and no other, may send now."""
        return self._leads()

    def ready_to_send(self, account: AccountId) -> bool:
        """Whether orders of the account may leave."""
        return self._desk.recovering is None and self._desk.reconciled(account)

    def order(self, name: ClientOrderId) -> Order | None:
        """The order as it stands, None where it never became durable."""
        return self._desk.state.orders.get(name)

    def approved(self, name: ClientOrderId) -> Approved[Order]:
        """The order whose approval is durable."""
        return self._gate.reapprove(self._desk.state.orders[name])

    def attempts(self, name: ClientOrderId) -> int:
        """How many durable SENT entries the order has."""
        return self._desk.state.traces[name].attempts

    async def make_sent(self, commands: Sequence[Submit]) -> Sequence[bool]:
        """Make SENT durable, unless an order went stale or was halted meanwhile."""
        nothing = [False] * len(commands)
        if self._desk.recovering is not None:
            return nothing
        leave = [
            one.order in self._desk.state.orders and self._desk.core.mark_sent(one.order, one.attached)
            for one in commands
        ]
        try:
            await self._desk.commit()
        except JournalError:
            return nothing
        return leave

    def may_leave(self, name: ClientOrderId) -> bool:
        """Whether the order may still leave: valid, not halted, not asked to be canceled, and SENT is durable."""
        return self._desk.recovering is None and self._desk.core.may_leave(name)

    def may_change(self, command: Replace) -> bool:
        """Whether a change is still wanted, and adds nothing in a halted scope."""
        return self._desk.recovering is None and self._desk.core.may_change(command)

    def on_trouble(self, what: str, name: ClientOrderId, reason: str) -> None:
        """Something that a person should look into."""
        self._alarm(what, {"order": name, "reason": reason})

    def on_sent(self, name: ClientOrderId) -> None:
        """The bytes were handed to the transport."""
        self._desk.recorder.mark(self._desk.state.orders[name].intent, recorder.SENT, self._clock.now(), name)

    def on_doubt(self, name: ClientOrderId, reason: str) -> None:
        """The answer was lost."""
        order = self._desk.state.orders.get(name)
        if self._desk.recovering is None and order is not None and order.is_open:
            self._desk.core.emit(ev.OrderDoubted(self._clock.now(), name, reason))
            self._desk.flush()

    def on_refused(self, command: Sendable, code: str, reason: str) -> None:
        """Proven not to be at the broker, or not changed there."""
        if self._desk.recovering is not None or command.order not in self._desk.state.orders:
            return
        now, account = self._clock.now(), command.account
        if isinstance(command, Cancel):
            self._desk.core.on_broker_event(account, ev.CancelRejected(now, command.order, reason))
        elif isinstance(command, Replace):
            self._desk.core.on_broker_event(account, ev.ReplaceRejected(now, command.order, reason))
        else:
            for name in (command.order, *command.attached):
                self._desk.core.on_broker_event(account, ev.OrderRejected(now, name, code, reason))
            self._desk.recorder.touch(self._desk.state.orders[command.order].intent)
            self._desk.finish_records()
        self._desk.flush()
