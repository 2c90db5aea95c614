"""What a wish would become, account by account; nothing is sent or kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from bidwell.engine import obstacles
from bidwell.engine.at_stops import at_stops
from bidwell.engine.decisions import Decision
from bidwell.engine.desk import Desk
from bidwell.engine.emulation import Part
from bidwell.engine.intake import Request
from bidwell.model.account import Account
from bidwell.model.ids import AccountId
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.risk.gate import Blocked, Passed
from bidwell.risk.rules import duplicate
from bidwell.risk.view import Proposal
from bidwell.server.fields import plain
from bidwell.server.intents import emulated, schemas
from bidwell.server.orders.reads import check_view

_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")


def preview(desk: Desk, request: Request) -> schemas.Preview:
    """Ask the desk; raises InvalidInput where the wish can never become an order."""
    return view(desk, request, *desk.preview(request))


def view(desk: Desk, request: Request, decisions: Sequence[Decision], policy: str,
         reference: Decimal | None) -> schemas.Preview:  # fmt: skip
    """Decisions for the eye."""
    lines = _pairs([_line(desk, decision) for decision in decisions]) if request.protects else [
        _line(desk, decision) for decision in decisions
    ]  # fmt: skip
    allowed = [line for line in lines if line.allowed]
    denied = [line for line in lines if line.denial is not None and line.sent_ago is None]
    repeated = [line for line in lines if line.sent_ago is not None]
    instrument = desk.state.instruments[request.instrument]
    costs = [_cost_in_instrument(decision) for decision in decisions if isinstance(decision.verdict, Passed)]
    return schemas.Preview(
        instrument=instrument.id, reference=reference, policy=policy, allocations=lines,
        total_quantity=sum((line.quantity for line in allowed), ZERO),
        total_cost=sum((cost for cost in costs if cost is not None), ZERO) if None not in costs else None,
        allowed=len(allowed), denied=len(denied), warnings=_warnings(desk, instrument, lines),
        button=_protected(instrument, allowed, len(denied)) if request.protects else _repeated(repeated) if repeated and not allowed and not denied else _button(instrument, allowed, len(denied)),
    )  # fmt: skip


def _pairs(lines: Sequence[schemas.PreviewLine]) -> list[schemas.PreviewLine]:
    """One line for the exits of an account: what either is denied for, and what the desk does for both."""
    found: dict[str, schemas.PreviewLine] = {}
    several = Counter(line.account for line in lines)
    for line in lines:
        known = found.get(line.account)
        if known is None:
            alone = several[line.account] == 1
            parts = [part for part in line.emulated if not (alone and part.part is Part.TARGET)]
            found[line.account] = line.model_copy(update={"emulated": parts})
            continue
        first, other = (known, line) if line.allowed else (line, known)
        found[line.account] = first.model_copy(update={"emulated": [*first.emulated, *other.emulated], "cost": None})
    return list(found.values())


def _protected(instrument: Instrument, allowed: Sequence[schemas.PreviewLine], denied: int) -> str:
    refused = f", {denied} account{'s' if denied != 1 else ''} denied" if denied else ""
    if not allowed:
        return f"Nothing of {instrument.symbol} to protect{refused}"
    whole = plain(sum((line.quantity for line in allowed), ZERO))
    return f"Protect {whole} {instrument.symbol}{f' in {len(allowed)} accounts' if len(allowed) > 1 else ''}{refused}"


def _price(decision: Decision) -> Decimal | None:
    proposal = decision.proposal
    if proposal is None:
        return None
    if proposal.order.terms.prices:
        return proposal.order.terms.prices[0]
    quote = proposal.market.quote
    if quote is None:
        return None
    return quote.ask if proposal.order.side is Side.BUY else quote.bid


def _cost_in_instrument(decision: Decision) -> Decimal | None:
    price = _price(decision)
    if price is None or decision.proposal is None:
        return None
    return decision.proposal.instrument.notional(decision.allocation.quantity, price)


def _line(desk: Desk, decision: Decision) -> schemas.PreviewLine:
    part, proposal, verdict = decision.allocation, decision.proposal, decision.verdict
    account = desk.state.accounts[part.account]
    notional, rate = _cost_in_instrument(decision), proposal.market.rate if proposal else None
    cost = None if notional is None or rate is None else (notional * rate).quantize(_CENT)
    after, sent = None, _sent_ago(desk, decision)
    denial = verdict.denial if isinstance(verdict, Blocked) else None
    if proposal is not None and denial is None:
        denial = obstacles.unable(desk.capabilities(account.id), proposal.order, proposal.attached)
    passes = isinstance(verdict, Passed) and denial is None
    if proposal is not None and isinstance(verdict, Passed):
        after = (proposal.view.buying_power - verdict.reservation.cash).quantize(_CENT)
    return schemas.PreviewLine(
        account=account.id, name=account.name, instrument=part.instrument, currency=account.currency,
        side=Side(part.side) if part.side else None, quantity=part.quantity, note=part.note or _identical(sent), cost=cost,
        cost_currency=account.currency, buying_power_after=after, allowed=passes,
        denial=check_view(denial) if denial is not None else None, sent_ago=sent,
        checks=[check_view(check) for check in verdict.checks] if verdict is not None else [],
        at_stops=at_stops_view(desk, account, proposal) if passes else None,
        emulated=emulated.of(desk, decision) if passes else [],
    )  # fmt: skip


def at_stops_view(desk: Desk, account: Account, proposal: Proposal | None) -> schemas.AtStopsView | None:
    """How near the account would come to its nearest floor if every stop filled; None without a floor."""
    found = at_stops(desk.state, desk.market, account, proposal)
    if found is None or found.floor is None:
        return None
    symbols = [desk.state.instruments[name].symbol for name in found.unprotected]
    return schemas.AtStopsView(
        equity=found.equity.quantize(_CENT), loss=found.loss.quantize(_CENT), floor=found.floor.label,
        left=None if found.left is None else found.left.quantize(_CENT), unprotected=symbols,
    )  # fmt: skip


def _sent_ago(desk: Desk, decision: Decision) -> Decimal | None:
    """Seconds since the identical order that is all that stands in the way, or None where something else does."""
    proposal, verdict = decision.proposal, decision.verdict
    if proposal is None or not isinstance(verdict, Blocked):
        return None
    if [check.rule for check in verdict.checks if not check.passed] != [duplicate.RULE]:
        return None
    order = proposal.order
    alike = desk.state.alike.get((order.account, order.instrument, order.side, order.quantity), ())
    twins = [one.created_at for one in alike if one.terms == order.terms]
    if not twins:
        return None
    return max(Decimal(str((proposal.now - max(twins)).total_seconds())), ZERO).quantize(_TENTH)


def _identical(sent: Decimal | None) -> str:
    return "" if sent is None else f"Identical to the order sent {plain(sent)} s ago."


def _repeated(lines: Sequence[schemas.PreviewLine]) -> str:
    """Nothing is refused: what was just sent is still on the ticket."""
    newest = min(line.sent_ago for line in lines if line.sent_ago is not None)
    return f"Identical to the order sent {plain(newest)} s ago"


def _warnings(desk: Desk, instrument: Instrument, lines: Sequence[schemas.PreviewLine]) -> list[str]:
    found = [f"{line.name}: {line.note}" for line in lines if line.note and line.sent_ago is None]
    found += emulated.warnings(lines)
    if instrument.label:
        found.append(f"{instrument.symbol}: {instrument.label}")
    found += [f"{line.name} is not connected to its broker" for line in lines
              if line.allowed and not desk.reconciled(AccountId(line.account))]  # fmt: skip
    return found


def _button(instrument: Instrument, allowed: Sequence[schemas.PreviewLine], denied: int) -> str:
    """The whole truth in one line: side, how many accounts times how much, what is denied."""
    refused = f", {denied} account{'s' if denied != 1 else ''} denied" if denied else ""
    if not allowed:
        return f"Nothing to send for {instrument.symbol}{refused}"
    sides = {line.side for line in allowed}
    verb = {Side.BUY: "Buy", Side.SELL: "Sell"}.get(next(iter(sides)) or Side.BUY) if len(sides) == 1 else "Trade"
    counts = Counter(line.quantity for line in allowed)
    parts = [f"{count} × {plain(quantity)}" if count > 1 else plain(quantity) for quantity, count in counts.items()]
    if len(parts) > 2:
        total = plain(sum(counts.elements(), ZERO))
        return f"{verb} {total} {instrument.symbol} in {len(allowed)} accounts{refused}"
    return f"{verb} {' + '.join(parts)} {instrument.symbol}{refused}"
