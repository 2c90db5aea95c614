"""What of an order the desk does in a broker's stead, in a person's words, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bidwell.engine import emulation
from bidwell.engine.decisions import Decision
from bidwell.engine.desk import Desk
from bidwell.engine.emulation import Part
from bidwell.server.intents import schemas

_SENTENCES: Final = {
    Part.STOP: "The stop is held by the desk, which sends a market order once the price is reached.",
    Part.STOP_LIMIT: "The stop limit is held by the desk, which sends its limit order once the stop price is reached.",
    Part.TRAILING_STOP: "The stop is trailed by the desk, which sends a market order once the price is reached.",
    Part.END: "The broker does not know this end of validity: the desk cancels the order then.",
    Part.EXITS: "The exits are held by the desk while the entry can still fill, and are as large as what it filled.",
    Part.TARGET: "The target is watched by the desk, which takes the stop off the book before it sends the target.",
    Part.STOP_LOSS: "The stop loss stays at the desk, which sends a market order once the price is reached.",
    Part.TRAILING_STOP_LOSS: "The stop loss is trailed by the desk, which sends a market order once it is reached.",
}
_AT_BROKER: Final = "Once the entry is closed the stop works at the broker, without this machine."
_TARGET_AT_BROKER: Final = "Once the entry is closed the target works at the broker, without this machine."
_LOSSES: Final = {Part.STOP_LOSS, Part.TRAILING_STOP_LOSS}
_STOPS: Final = {*_LOSSES, Part.STOP, Part.STOP_LIMIT, Part.TRAILING_STOP}
RESTS_HERE: Final = "rests on this machine being up and receiving prices"


def of(desk: Desk, decision: Decision) -> list[schemas.Emulated]:
    """The parts of one account's order that its broker lacks."""
    proposal = decision.proposal
    if proposal is None:
        return []
    able, order = desk.capabilities(proposal.order.account), proposal.order
    if order.entry is not None and able is not None:
        return [_view(Part.TARGET)] if order.leg == emulation.TARGET else [
            _view(part) for part in emulation.exit_parts(able, (order,))
        ]  # fmt: skip
    plan = emulation.plan(able, proposal.order, proposal.attached)
    if plan is None:
        return []
    stops = any(one.leg == emulation.STOP for one in proposal.attached)
    goes_out = bool(proposal.attached) and not {*plan.parts} & _LOSSES
    return [
        _view(part, (_AT_BROKER if stops else _TARGET_AT_BROKER) if part is Part.EXITS and goes_out else "")
        for part in plan.parts
    ]


def _view(part: Part, more: str = "") -> schemas.Emulated:
    return schemas.Emulated(part=part, text=f"{_SENTENCES[part]} {more}".rstrip(), stop=part in _STOPS)


def warnings(lines: Sequence[schemas.PreviewLine]) -> list[str]:
    """One warning for all accounts in which something rests on this machine."""
    names = [line.name for line in lines if line.allowed and line.emulated]
    if not names:
        return []
    stop = any(part.stop for line in lines if line.allowed for part in line.emulated)
    what = "An emulated stop" if stop else "What the desk does for the broker"
    return [f"{what} {RESTS_HERE}: while it is down or cut off, nothing of it is sent ({', '.join(names)})."]
