"""The ear that all order streams share: order, completion by a look, giving up, and what is remembered."""

from __future__ import annotations

import asyncio

from bidwell.brokers.transport import OrderUpdates, Recent, Seen
from bidwell.brokers.transport.memory import REMEMBERED
from bidwell.engine.ports import BrokerEvent
from bidwell.model.errors import BrokerError, Unavailable


class Owner:
    """A session that writes down what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None:
        raise AssertionError((event, again))

    def accepted_before(self, order_id: str) -> bool:
        raise AssertionError(order_id)

    def came_up(self) -> None:
        self.said.append("up")

    def went_down(self, reason: str) -> None:
        self.said.append(f"down: {reason}")

    def lost(self, problem: BrokerError) -> None:
        self.said.append(f"lost: {problem}")

    def heard(self) -> None:
        self.said.append("heard")

    def trouble(self, what: str, problem: BrokerError | str, code: str = "") -> None:
        self.said.append(f"{what}: {problem}{code}")

    def reread(self, reason: str) -> None:
        self.said.append(f"reread: {reason}")


class Letters(OrderUpdates[str]):
    """Capitals have to be looked up; an X cannot be."""

    def __init__(self, owner: Owner) -> None:
        super().__init__(owner)
        self.gate = asyncio.Event()
        self.told: list[str] = []

    def hear(self, letter: str) -> None:
        self._mention(letter.lower())
        self._take(letter)

    def _told(self, piece: str) -> bool:
        if piece.islower():
            self.told.append(piece)
        return piece.islower()

    async def _look(self, piece: str) -> None:
        await self.gate.wait()
        if piece == "X":
            raise Unavailable("nobody answers")
        self.told.append(piece)

    async def done(self) -> None:
        """Wait until nothing is looked up any more."""
        assert self._worker is not None
        async with asyncio.timeout(10):
            await self._worker


async def test_what_has_to_be_looked_up_holds_up_what_came_behind_it() -> None:
    updates = Letters(Owner())
    for letter in "aBcD":
        updates.hear(letter)
    assert updates.told == ["a"]
    updates.gate.set()
    await updates.done()
    assert updates.told == list("aBcD")
    assert (updates.mentions("b"), updates.mentioned("z")) == (1, False)
    updates.hear("b")
    assert (updates.told[-1], updates.mentions("b")) == ("b", 2)


async def test_what_cannot_be_completed_has_the_account_read_anew_and_nothing_behind_it_is_told() -> None:
    owner = Owner()
    updates = Letters(owner)
    for letter in "Xb":
        updates.hear(letter)
    updates.gate.set()
    await updates.done()
    assert updates.told == []
    assert owner.said == [
        "order stream: nobody answers",
        "reread: an event that could not be completed: nobody answers",
    ]
    updates.hear("c")
    assert updates.told == ["c"]


async def test_what_waited_is_forgotten_when_the_stream_begins_anew_and_when_it_is_closed() -> None:
    owner = Owner()
    updates = Letters(owner)
    for letter in "Ab":
        updates.hear(letter)
    updates.up()
    updates.gate.set()
    await updates.done()
    assert "b" not in updates.told, "it is in what the desk reads after coming up"
    updates.gate.clear()
    updates.hear("C")
    await updates.close()
    updates.gate.set()
    assert "C" not in updates.told
    assert owner.said == ["up"]


def test_memories_forget_the_oldest() -> None:
    seen, recent = Seen[int](), Recent[int, str]()
    assert all(seen.add(number) for number in range(REMEMBERED + 1))
    assert not seen.add(REMEMBERED)
    assert seen.add(0), "the first was forgotten"
    for number in range(REMEMBERED + 2):
        recent[number] = str(number)
    assert (len(recent), 0 in recent, 1 in recent, 2 in recent) == (REMEMBERED, False, False, True)
