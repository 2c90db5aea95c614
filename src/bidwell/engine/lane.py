"""One account's way out: a single writer with the broker's rate, and room kept for cancels and reductions."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from bidwell.engine.commands import Cancel, Replace, Submit
from bidwell.engine.last_hop import LastHop
from bidwell.model.errors import BrokerError, InDoubt, Refused, Unavailable
from bidwell.model.order import Pending

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bidwell.engine.ports import Broker, Capabilities
    from bidwell.model.ids import AccountId, ClientOrderId
    from bidwell.model.order import Order
    from bidwell.risk.approved import Approved

Sendable = Submit | Cancel | Replace
_RETRY_FIRST = 0.05
_RETRY_LONGEST = 2.0
_LEADS_AGAIN = 0.25
# Orders that become SENT together: what a crash between that and the wire may leave to be looked up at the broker.
_AT_ONCE = 16


class TokenBucket:
    """So many sends per second with a burst; ordinary sends leave `reserved` tokens for urgent ones.

    `monotonic` gives seconds.
    """

    def __init__(self, rate: Decimal, burst: int, reserved: int, monotonic: Callable[[], float]) -> None:
        self._rate = float(rate)
        self._burst = float(burst)
        self._reserved = float(min(reserved, burst - 1))
        self._monotonic = monotonic
        self._tokens = float(burst)
        self._at = monotonic()

    def wait(self, *, urgent: bool) -> float:
        """Seconds until a token may be taken, 0 for now."""
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + max(now - self._at, 0.0) * self._rate)
        self._at = now
        # What is missing by less than rounding of the clock is there.
        missing = 1.0 + (0.0 if urgent else self._reserved) - self._tokens
        return 0.0 if missing <= 1e-9 else missing / self._rate

    def take(self, *, urgent: bool) -> bool:
        """Take a token where one may be taken."""
        if self.wait(urgent=urgent):
            return False
        self._tokens -= 1.0
        return True

    def spare(self) -> float:
        """Seconds until a token is there that nobody else may soon want: half of the burst stays behind it."""
        self.wait(urgent=True)
        kept = max(self._reserved, min(self._burst / 2, self._burst - 1.0))
        missing = 1.0 + kept - self._tokens
        return 0.0 if missing <= 1e-9 else missing / self._rate

    def take_spare(self) -> bool:
        """Take such a token where there is one."""
        if self.spare():
            return False
        self._tokens -= 1.0
        return True


class LaneOwner(Protocol):
    """What a lane asks of the desk around it."""

    def leads(self) -> bool:
        """Whether this desk, and no other, may send now."""
        ...

    def ready_to_send(self, account: AccountId) -> bool:
        """Whether orders of the account may leave: its book agrees with the broker's and the journal can be written."""
        ...

    def order(self, name: ClientOrderId) -> Order | None:
        """The order as it stands, None where it never became durable."""
        ...

    def approved(self, name: ClientOrderId) -> Approved[Order]:
        """The order as approved by the gate."""
        ...

    def attempts(self, name: ClientOrderId) -> int:
        """How many durable SENT entries the order has: it may leave that often and no more."""
        ...

    async def make_sent(self, commands: Sequence[Submit]) -> Sequence[bool]:
        """Make SENT durable for orders at once; False for each that must not leave after all."""
        ...

    def may_leave(self, name: ClientOrderId) -> bool:
        """Whether the order may still leave: valid, not halted, not asked to be canceled."""
        ...

    def may_change(self, command: Replace) -> bool:
        """Whether the change is still wanted, and adds nothing in a halted scope."""
        ...

    def on_sent(self, name: ClientOrderId) -> None:
        """The bytes were handed to the transport."""
        ...

    def on_doubt(self, name: ClientOrderId, reason: str) -> None:
        """The bytes may have left and no answer will come."""
        ...

    def on_refused(self, command: Sendable, code: str, reason: str) -> None:
        """Proven not to be at the broker, or not to have been changed there."""
        ...

    def on_trouble(self, what: str, name: ClientOrderId, reason: str) -> None:
        """Something that a person should look into."""
        ...


class Lane:
    """Sends one command at a time: cancels first, then what reduces, then the rest."""

    def __init__(self, account: AccountId, broker: Broker, owner: LaneOwner, monotonic: Callable[[], float]) -> None:
        self.account = account
        self.last_hop = LastHop()
        self._broker = broker
        self._owner = owner
        self._monotonic = monotonic
        limits: Capabilities = broker.capabilities
        self._bucket = TokenBucket(limits.orders_per_second, limits.burst, limits.reserved, monotonic)
        self._cancels: deque[Cancel] = deque()
        self._asked: set[Cancel] = set()
        self._urgent: deque[Submit] = deque()
        self._ordinary: deque[Submit | Replace] = deque()
        self._names: dict[ClientOrderId, int] = {}
        self._wake = asyncio.Event()
        self._busy = False
        self._not_before = 0.0
        self._pause = _RETRY_FIRST

    @property
    def depth(self) -> int:
        """Commands that wait."""
        return len(self._cancels) + len(self._urgent) + len(self._ordinary)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being sent."""
        return not self._busy and not self.depth

    def queued(self, name: ClientOrderId) -> bool:
        """Whether the order waits here or is being sent."""
        return name in self._names

    def take(self, *, urgent: bool) -> bool:
        """Claim an immediate send: nothing waits, nothing is being sent, and a token is there."""
        return self.idle and self._bucket.take(urgent=urgent)

    def put(self, command: Sendable) -> None:
        """Queue a command; an order that is queued already is not queued again."""
        if isinstance(command, Cancel):
            if command not in self._asked:
                self._asked.add(command)
                self._cancels.append(command)
        elif isinstance(command, Replace):
            self._ordinary.append(command)
        elif command.sent or command.order not in self._names:
            self._names[command.order] = self._names.get(command.order, 0) + 1
            (self._urgent if command.urgent else self._ordinary).append(command)
        self._wake.set()

    def wake(self) -> None:
        """What made the lane wait may have changed."""
        self._wake.set()

    def clear(self) -> None:
        """Forget what waits: it is rebuilt from the journal."""
        self._cancels.clear()
        self._asked.clear()
        self._urgent.clear()
        self._ordinary.clear()
        self._names.clear()

    async def run(self) -> None:
        """Send until canceled."""
        while True:
            command, wait = self._next()
            if command is None:
                self._wake.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
                continue
            self._busy = True
            try:
                await self._carry_out(command)
            finally:
                self._busy = False
                if isinstance(command, Submit):
                    self._leave(command)

    def _leave(self, command: Submit) -> None:
        left = self._names.get(command.order, 1) - 1
        if left > 0:
            self._names[command.order] = left
        else:
            self._names.pop(command.order, None)

    def _next(self) -> tuple[Sendable | None, float | None]:
        """The command whose turn it is with its token taken, or how long to wait (None: until woken)."""
        if self.depth and not self._owner.leads():
            return None, _LEADS_AGAIN
        if self._cancels:
            wait = self._bucket.wait(urgent=True)
            if not wait:
                self._bucket.take(urgent=True)
                command = self._cancels.popleft()
                self._asked.discard(command)
                return command, None
            return None, wait
        if not self._owner.ready_to_send(self.account):
            return None, None
        pause = self._not_before - self._monotonic()
        if pause > 0 and (self._urgent or self._ordinary):
            return None, pause
        for line, urgent in ((self._urgent, True), (self._ordinary, False)):
            if not line:
                continue
            first = line[0]
            paid = isinstance(first, Submit) and first.sent
            wait = 0.0 if paid else self._bucket.wait(urgent=urgent)
            if wait:
                return None, wait
            if not paid:
                self._bucket.take(urgent=urgent)
            return line.popleft(), None
        return None, None

    # --- orders -----------------------------------------------------------------------------------

    async def _carry_out(self, command: Sendable) -> None:
        if isinstance(command, Submit):
            if command.sent or await self._made_sent(command):
                await self._submit(command)
        elif isinstance(command, Cancel):
            await self._cancel(command)
        else:
            await self._replace(command)

    async def _made_sent(self, command: Submit) -> bool:
        """Make SENT durable, in the same commit for what waits behind it and may go too; False where it must not leave.

        One commit for each would let a line that has once become long grow for ever.
        """
        line = self._urgent if command.urgent else self._ordinary
        behind: list[Submit] = []
        while line and len(behind) < _AT_ONCE - 1:
            first = line[0]
            if not isinstance(first, Submit) or first.sent or not self._bucket.take(urgent=command.urgent):
                break
            line.popleft()
            behind.append(first)
        leaves, *more = await self._owner.make_sent([command, *behind])
        for one, may_leave in zip(reversed(behind), reversed(more), strict=True):
            if may_leave:
                line.appendleft(replace(one, sent=True))
            else:
                self._leave(one)
        return leaves

    async def _submit(self, command: Submit) -> None:
        name = command.order
        order = self._owner.order(name)
        if order is None or not order.is_open:
            return
        untouched = self._owner.attempts(name) == 1 and not self.last_hop.has_left(name)
        if not self._owner.may_leave(name):
            if untouched:
                self._owner.on_refused(command, "withdrawn", "stale, halted or canceled before it could leave")
            return
        attached = [one for one in map(self._owner.order, command.attached) if one is not None and one.is_open]
        problem = self.last_hop.refuse(order, attached, self._owner.attempts(name))
        if problem:
            self._owner.on_trouble("last_hop_refused", name, problem)
            if untouched:
                self._owner.on_refused(command, "last_hop", problem)
            return
        if not self._owner.leads():
            # The process was paused while SENT became durable: whoever leads now knows of this order.
            self._try_again(command)
            return
        self.last_hop.leave(order)
        await self._hand_over(command, order, attached, untouched=untouched)

    async def _hand_over(self, command: Submit, order: Order, exits: list[Order], *, untouched: bool) -> None:
        name = command.order
        approved = self._owner.approved(name)
        attached = tuple(self._owner.approved(one.client_order_id) for one in exits)
        try:
            await self._broker.submit(approved, attached)
        except Unavailable:
            # No byte left: the same durable SENT still covers the next try.
            self.last_hop.take_back(order)
            self._try_again(command)
        except Refused as error:
            # A refusal of a repeat proves nothing about the first one.
            if untouched:
                self._owner.on_refused(command, error.code, str(error))
            else:
                self._owner.on_doubt(name, f"sent again and refused: {error}")
        except InDoubt as error:
            self._owner.on_doubt(name, str(error))
        except BrokerError as error:
            self._owner.on_doubt(name, f"the answer was not understood: {error}")
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the bytes may have left
            self._owner.on_trouble("adapter_failed", name, repr(error))
            self._owner.on_doubt(name, f"the broker's adapter failed: {error!r}")
        else:
            self._pause = _RETRY_FIRST
            for one in (order, *exits):
                self._owner.on_sent(one.client_order_id)

    def _try_again(self, command: Submit) -> None:
        (self._urgent if command.urgent else self._ordinary).appendleft(
            Submit(command.account, command.order, command.attached, sent=True, urgent=command.urgent)
        )
        self._names[command.order] = self._names.get(command.order, 0) + 1
        self._not_before = self._monotonic() + self._pause
        self._pause = min(self._pause * 2, _RETRY_LONGEST)

    # --- changes ----------------------------------------------------------------------------------

    async def _cancel(self, command: Cancel) -> None:
        order = self._owner.order(command.order)
        if order is None or not (order.is_open or command.closed_here):
            return
        try:
            await self._broker.cancel(order)
        except BrokerError:
            # The order stays pending: it is looked up and asked again by age, and after every reconnect.
            return
        except Exception as error:  # noqa: BLE001 - as above; the cancel is asked again by age
            self._owner.on_trouble("adapter_failed", command.order, repr(error))

    async def _replace(self, command: Replace) -> None:
        order = self._owner.order(command.order)
        if order is None or not order.is_open:
            return
        first = not self.last_hop.has_asked(command.order, command.quantity)
        problem = "" if order.pending is not Pending.CANCEL and self._owner.may_change(command) else "no longer wanted"
        problem = problem or self.last_hop.refuse_change(order, command.quantity)
        if problem:
            if first:
                self._owner.on_refused(command, "withdrawn", problem)
            return
        self.last_hop.ask(command.order, command.quantity)
        try:
            await self._broker.replace(order, command.quantity, command.terms)
        except (Unavailable, Refused) as error:
            if first:
                self.last_hop.forget_asking(command.order)
                self._owner.on_refused(command, error.code, str(error))
        except BrokerError:
            # The old and the new terms both stay possible until a lookup tells.
            return
        except Exception as error:  # noqa: BLE001 - as above
            self._owner.on_trouble("adapter_failed", command.order, repr(error))
