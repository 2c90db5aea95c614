"""Orders: placing, changing (the same number again), canceling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from bidwell.model.order import OrderStatus
from bidwell.simulation.checks import Refusal
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.ibkr import words
from bidwell.twins.ibkr.records import Records, Sent
from bidwell.twins.ibkr.session import Session
from bidwell.twins.lines import GARBAGE
from bidwell.twins.margins import Wanted
from bidwell.twins.mishaps import Mishap, MishapType, On

CON_ID, ACTION, QUANTITY, TYPE, LIMIT, AUX, FORCE, ACCOUNT, REF, GOOD_TILL, PERCENT = (
    2,
    16,
    17,
    18,
    19,
    20,
    21,
    23,
    26,
    38,
    69,
)
WHAT_IF = 84
TAKEN, CLOSED, NOT_CHANGED, OFF_TICK, NO_CONTRACT, REJECTED, INVALID = 103, 104, 105, 110, 200, 201, 321
GONE, NOT_CANCELABLE, TOO_FAST = 10147, 10148, 100
READ_ONLY = "Error validating request.-'xx' : cause - The API interface is currently in Read-Only mode."


class Trading:
    """placeOrder (3), cancelOrder (4), reqGlobalCancel (58)."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage
        self.read_only = False

    def place(self, session: Session, fields: list[str]) -> None:
        """A number that is working is changed, one that is new is placed."""
        number = int(fields[1])
        if self.read_only:
            session.line.put(words.error(number, INVALID, READ_ONLY))
            return
        known = self._records.order(session.client, number)
        ticket = self._ticket(fields, number, session)
        if ticket is None:
            return
        if fields[WHAT_IF] == "1":
            self._reckon(session, number, fields, ticket)
        elif known is not None:
            self._change(session, number, known, ticket)
        elif fields[ACCOUNT] not in session.line.also:
            session.line.put(words.error(number, INVALID, "Error validating request.-'xx' : cause - Invalid account"))
        else:
            self._submit(session, number, fields, ticket)

    def _reckon(self, session: Session, number: int, fields: list[str], ticket: Ticket) -> None:
        """A question: what the order would change of the margin; it is placed nowhere, and its number stays free."""
        account = fields[ACCOUNT]
        if account not in session.line.also or ticket.quantity <= 0:
            session.line.put(words.error(number, INVALID, "Error validating request.-'xx' : cause - Invalid question"))
            return
        row = self._stage.market.rows[self._stage.market.symbols[ticket.instrument]]
        price = ticket.limit_price or ticket.stop_price
        wanted = Wanted(row, ticket.side, ticket.quantity, price)

        def deed(_refusal: Refusal | None, _first: Decimal | None) -> Sequence[Outcome]:
            session.line.put(self._records.what_if(session.client, number, wanted, account))
            return ()

        _struck(session, number, self._stage.carry_out(On.READ, account, deed))

    def _submit(self, session: Session, number: int, fields: list[str], ticket: Ticket) -> None:
        account = fields[ACCOUNT]
        inner = self._records.ask(account, fields[REF], Sent(session.client, number, fields[REF]))
        wanted = Ticket(ticket.instrument, ticket.side, ticket.quantity, ticket.order_type, ticket.time_in_force, inner,
                        ticket.limit_price, ticket.stop_price, ticket.trail_amount, ticket.trail_percent, ticket.expires_at)  # fmt: skip

        def deed(refusal: Refusal | None, first: Decimal | None) -> Sequence[Outcome]:
            return self._stage.submit(account, wanted, refusal, first)

        _struck(session, number, self._stage.carry_out(On.SUBMIT, account, deed, [wanted]))

    def _change(self, session: Session, number: int, held: VenueOrder, ticket: Ticket) -> None:
        def deed(refusal: Refusal | None, _first: Decimal | None) -> Sequence[Outcome]:
            return self._stage.venue.replace(held.account, ticket, held.broker_order_id, refusal=refusal)

        _struck(session, number, self._stage.carry_out(On.REPLACE, held.account, deed))

    def cancel(self, session: Session, fields: list[str]) -> None:
        """Take an order of this client off the book."""
        number = int(fields[2])
        held = self._records.order(session.client, number)
        if held is None:
            session.line.put(words.error(number, GONE, f"OrderId {number} that needs to be cancelled is not found."))
            return
        order = held

        def deed(refusal: Refusal | None, _first: Decimal | None) -> Sequence[Outcome]:
            return self._stage.venue.cancel(order.account, "", order.broker_order_id, refusal=refusal)

        _struck(session, number, self._stage.carry_out(On.CANCEL, held.account, deed))

    def cancel_all(self, session: Session, _fields: list[str]) -> None:
        """Everything of the login, whoever placed it."""
        for held in list(self._stage.state.orders.values()):
            if held.is_open and held.account in session.line.also:
                self._stage.publish(self._stage.venue.cancel(held.account, "", held.broker_order_id))

    def _ticket(self, fields: list[str], number: int, session: Session) -> Ticket | None:
        listed = self._records.listed(int(fields[CON_ID] or 0))
        if listed is None:
            session.line.put(words.error(number, NO_CONTRACT, "No security definition has been found for the request"))
            return None
        kind, force = words.TYPES.get(fields[TYPE]), words.FORCES.get(fields[FORCE] or "DAY")
        try:
            quantity, limit, aux, percent = (_figure(fields[place]) for place in (QUANTITY, LIMIT, AUX, PERCENT))
            expires = (
                datetime.strptime(fields[GOOD_TILL], "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC)
                if fields[GOOD_TILL]
                else None
            )
        except ValueError as problem:
            session.line.put(words.error(number, INVALID, f"Error validating request.-'xx' : cause - {problem}"))
            return None
        if kind is None or force is None:
            session.line.put(
                words.error(number, INVALID, "Error validating request.-'xx' : cause - Invalid order type or tif")
            )
            return None
        trails = fields[TYPE] == "TRAIL"
        instrument = self._stage.market.instrument(listed.symbol)
        assert instrument is not None  # noqa: S101 - what is listed is an instrument
        return Ticket(
            instrument.id, words.ACTIONS[fields[ACTION]], quantity or Decimal(0), kind, force, "",
            limit if "LMT" in fields[TYPE] else None, aux if fields[TYPE].startswith("STP") else None,
            aux if trails and percent is None else None, percent if trails else None, expires,
        )  # fmt: skip


def _struck(session: Session, number: int, mishap: Mishap | None) -> None:
    """What the connection shows of a mishap, beside what became of the order."""
    if mishap is not None and mishap.mishap is MishapType.THROTTLE:
        session.line.put(words.error(number, TOO_FAST, "Max rate of messages per second has been exceeded"))
    elif mishap is not None and mishap.mishap is MishapType.GARBAGE:
        session.line.put(GARBAGE)


def declined(held: VenueOrder) -> tuple[int, str]:
    """The code and the words for an order that was refused on arrival."""
    if held.code == "price.tick":
        return OFF_TICK, "The price does not conform to the minimum price variation for this contract."
    return REJECTED, f"Order rejected - reason:{held.reason}"


def unchanged(held: VenueOrder, why: Refusal) -> tuple[int, str]:
    """The code and the words for a change that was refused."""
    if why.code == "order.closed":
        return (
            CLOSED,
            "Cannot modify a filled order." if held.status is OrderStatus.FILLED else f"Cannot modify: {why.reason}",
        )
    if why.code == "price.tick":
        return OFF_TICK, "The price does not conform to the minimum price variation for this contract."
    return NOT_CHANGED, f"Order being modified does not match original order. {why.reason}"


def uncanceled(number: int, held: VenueOrder, why: Refusal) -> tuple[int, str]:
    """The code and the words for a cancel that was refused."""
    state = words.STATUSES[held.status]
    return (
        NOT_CANCELABLE,
        f"OrderId {number} that needs to be cancelled cannot be cancelled, state: {state}. {why.reason}",
    )


def _figure(text: str) -> Decimal | None:
    if text in {"", words.UNSET}:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no figure") from None
    if not found.is_finite():
        raise ValueError(f"{text!r} is no figure")
    return found
