"""The checks of the readiness board, in the order in which they are shown; each looks at one thing and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bidwell.engine import views
from bidwell.engine.desk import Desk
from bidwell.engine.ports import SessionLife
from bidwell.model.account import Account, Mode
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future, Instrument, Option
from bidwell.model.limits import Scope, ScopeType, TradingState
from bidwell.model.money import ZERO
from bidwell.risk.figures import money
from bidwell.risk.limits import DEFAULTS
from bidwell.server.accounts.reads import state_of
from bidwell.server.context import ServerContext
from bidwell.server.guardian_view import GuardianView
from bidwell.server.ports import Connections, Linked
from bidwell.server.readiness.schemas import ReadinessCheck, Repair, RepairBy, Verdict

SKEW_WARN: Final = timedelta(seconds=1)
SKEW_FAIL: Final = timedelta(seconds=5)
DRILL_GOOD_FOR: Final = timedelta(days=7)
_NO_LIFE: Final = frozenset({SessionLife.NEEDS_LOGIN, SessionLife.DEAD})
_PASS, _WARN, _FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL


@dataclass(frozen=True, slots=True)
class Subject:
    """One account and what is known around it; `linked` is None for accounts of the paper venue."""

    context: ServerContext
    desk: Desk
    account: Account
    linked: Linked | None
    connections: Connections | None
    guardian: GuardianView | None
    now: datetime

    @property
    def moment(self) -> datetime:
        """When it is for sessions."""
        return moment_of(self.context, self.desk, self.now)

    def trades(self, instrument: Instrument) -> bool:
        """Whether the instrument's venue is open."""
        return self.desk.market.opens_after(instrument.calendar, self.moment) is None

    def instruments(self) -> list[Instrument]:
        """What the account holds or works."""
        state = self.desk.state
        held = state.portfolios[self.account.id].positions
        names: dict[InstrumentId, None] = {name: None for name, one in held.items() if one.quantity}
        names.update({order.instrument: None for order in state.open_orders(self.account.id)})
        return [state.instruments[name] for name in names if name in state.instruments]


def moment_of(context: ServerContext, desk: Desk, now: datetime) -> datetime:
    """When it is for sessions: by a replay's own clock, else by the wall's.

    A live market's clock is its last price, and stands still while nothing trades: it never comes near the next opening.
    """
    replays = any(context.desks.get(name) is desk for name in context.speeds)
    return (desk.market.market_time or now) if replays else now


Check = Callable[[Subject], ReadinessCheck | None]


def run(subject: Subject) -> list[ReadinessCheck]:
    """Every check that concerns the account."""
    found = (check(subject) for check in CHECKS)
    return [one for one in found if one is not None]


def _page(label: str, to: str) -> Repair:
    return Repair(by=RepairBy.PAGE, label=label, to=to)


def _call(label: str) -> Repair:
    return Repair(by=RepairBy.CALL, label=label, to="")


def session(subject: Subject) -> ReadinessCheck:
    """The session at the broker lives, and goes on living until the market's session ends."""
    label, known = "Session", subject.desk.sessions.get(subject.account.id)
    if known is None:
        return ReadinessCheck(id="session", label=label, verdict=_FAIL, said="there is no session at the broker",
                              repair=_page("Open the account", f"/accounts/{subject.account.id}"))  # fmt: skip
    state = subject.linked.report.state if subject.linked is not None else None
    if state is not None and state.life in _NO_LIFE:
        return ReadinessCheck(id="session", label=label, verdict=_FAIL, said=state.reason or f"the session is {state.life}",
                              repair=_login(subject, state.login_url))  # fmt: skip
    if not known.connected:
        return ReadinessCheck(id="session", label=label, verdict=_FAIL, said=f"not connected: {known.detail}",
                              repair=_call("Open the session anew"))  # fmt: skip
    until = state.until if state is not None else None
    if until is None:
        return ReadinessCheck(id="session", label=label, verdict=_PASS, said="connected, with no end known")
    table_end = subject.desk.market.closes_after(subject.desk.session_calendar, subject.now)
    if until <= subject.now:
        verdict, said = _FAIL, f"its token ended at {until:%H:%M} UTC"
    elif table_end is not None and until < table_end:
        verdict, said = _FAIL, f"its token ends at {until:%H:%M} UTC, before the session does at {table_end:%H:%M} UTC"
    else:
        return ReadinessCheck(
            id="session", label=label, verdict=_PASS, said=f"its token lives until {until:%Y-%m-%d %H:%M} UTC"
        )
    return ReadinessCheck(id="session", label=label, verdict=verdict, said=said, repair=_login(subject))


def _login(subject: Subject, url: str = "") -> Repair:
    """What brings a session back: today's login, the broker's own page, or another try."""
    daily = subject.connections.logins() if subject.connections is not None else ()
    if any(one.account == subject.account.id for one in daily):
        return _page("Log in for today", "/logins")
    if url:
        return Repair(by=RepairBy.LOGIN, label="Log in at the broker", to=url)
    return _call("Open the session anew")


def egress(subject: Subject) -> ReadinessCheck | None:
    """By which way orders leave; where a broker takes orders from registered addresses only, a person compares."""
    if subject.linked is None:
        return None
    if subject.linked.proxied:
        return ReadinessCheck(id="egress", label="Way out", verdict=_PASS, said="leaves through the proxy of its own")
    registered = subject.account.currency == "INR" and subject.account.mode is Mode.LIVE
    said = "leaves from this machine's own address"
    if not registered:
        return ReadinessCheck(id="egress", label="Way out", verdict=_PASS, said=said)
    return ReadinessCheck(id="egress", label="Way out", verdict=_WARN,
                          said=f"{said}: it must be the static one that is registered at the broker",
                          repair=_page("Set a proxy", f"/accounts/{subject.account.id}"))  # fmt: skip


def clock(subject: Subject) -> ReadinessCheck | None:
    """Our clock agrees with the broker's."""
    skew = subject.linked.report.skew if subject.linked is not None else None
    if subject.linked is None:
        return None
    if skew is None:
        return ReadinessCheck(id="clock", label="Clock", verdict=_WARN, said="the broker has not told its time yet",
                              repair=_call("Ask it anew"))  # fmt: skip
    seconds = abs(skew.total_seconds())
    verdict = _PASS if abs(skew) <= SKEW_WARN else _WARN if abs(skew) <= SKEW_FAIL else _FAIL
    said = f"{seconds:.1f} s {'behind' if skew > timedelta(0) else 'ahead of'} the broker's"
    hint = "" if verdict is _PASS else "; set this machine's clock, for example with its time service"
    return ReadinessCheck(id="clock", label="Clock", verdict=verdict, said=said + hint,
                          repair=None if verdict is _PASS else _call("Ask it anew"))  # fmt: skip


def instruments(subject: Subject) -> ReadinessCheck:
    """What can be traded is known without doubt: no two names for one symbol, nothing expired, and a calendar."""
    state, label = subject.desk.state, "Instruments"
    problems = list(_doubts(subject))
    if problems:
        return ReadinessCheck(id="instruments", label=label, verdict=_FAIL, said="; ".join(problems[:3]),
                              repair=_page("Show the account", f"/accounts/{subject.account.id}"))  # fmt: skip
    return ReadinessCheck(id="instruments", label=label, verdict=_PASS,
                          said=f"{len(state.instruments)} listed, no two alike, none that is held has expired")  # fmt: skip


def _doubts(subject: Subject) -> Iterator[str]:
    state = subject.desk.state
    if not state.instruments:
        yield "none is listed"
    seen: dict[tuple[str, str, str], InstrumentId] = {}
    for one in state.instruments.values():
        key = (one.venue, one.symbol, one.contract.type)
        if seen.setdefault(key, one.id) != one.id:
            yield f"{one.symbol} on {one.venue} is both {seen[key]} and {one.id}"
    for one in subject.instruments():
        expiry = one.contract.expiry if isinstance(one.contract, Future | Option) else None
        if expiry is not None and expiry < subject.moment.date():
            yield f"{one.symbol} expired on {expiry}"
        if not one.tradable:
            yield f"{one.symbol} cannot be traded"


def data(subject: Subject) -> ReadinessCheck:
    """Prices are young while the market is open, those of everything that is held above all."""
    desk, label = subject.desk, "Prices"
    market = desk.market
    if not market.feed.connected:
        return ReadinessCheck(id="data", label=label, verdict=_FAIL, said=f"the feed is down: {market.feed.detail}")
    limits, _ = views.limits_of(desk.state, desk.state.scopes_of(subject.account.id, None), market, subject.now)
    most = limits.max_data_age or DEFAULTS.max_data_age or Decimal(15)
    traded = [one for one in subject.instruments() if subject.trades(one)]
    old = []
    for one in traded:
        age = market.age(one.id, subject.now)
        if age is None or age > most:
            old.append(f"{one.symbol} {'never quoted' if age is None else f'{age:.0f} s old'}")
    if old:
        return ReadinessCheck(id="data", label=label, verdict=_FAIL, said=", ".join(old[:4]))
    last = market.last_received_at
    age_s = None if last is None else (subject.now - last).total_seconds()
    if age_s is None or age_s > float(most):
        is_open = any(map(subject.trades, desk.state.instruments.values()))
        said = "no price has come yet" if age_s is None else f"the last price came {age_s:.0f} s ago"
        return ReadinessCheck(id="data", label=label, verdict=_FAIL if is_open else _WARN,
                              said=said + ("" if is_open else ", with the market shut"))  # fmt: skip
    return ReadinessCheck(id="data", label=label, verdict=_PASS, said=f"the last price came {age_s:.1f} s ago")


def margin(subject: Subject) -> ReadinessCheck:
    """Equity is known, and leaves the buying power free that the margin buffer wants."""
    desk, account, label = subject.desk, subject.account, "Margin"
    worth = desk.valuation(account.id)
    if worth is None or worth.missing:
        return ReadinessCheck(
            id="margin", label=label, verdict=_FAIL, said="equity is not known: a price or a rate is missing"
        )
    limits, _ = views.limits_of(desk.state, desk.state.scopes_of(account.id, None), desk.market, subject.now)
    free = worth.equity - worth.gross_exposure / account.leverage - desk.state.reserved(account.id)
    needed = max((limits.margin_buffer or ZERO) * worth.equity, ZERO)
    said = f"{money(free, account.currency)} free of {money(worth.equity, account.currency)}"
    if worth.equity <= 0 or free < needed:
        return ReadinessCheck(id="margin", label=label, verdict=_FAIL, said=f"{said}; {money(needed, account.currency)} must be",
                              repair=_page("Show the risk", "/risk"))  # fmt: skip
    return ReadinessCheck(id="margin", label=label, verdict=_PASS, said=said)


def book(subject: Subject) -> ReadinessCheck:
    """Our book and the broker's agree, open orders included."""
    desk, name, label = subject.desk, subject.account.id, "Book"
    known = desk.sessions.get(name)
    last = desk.state.reconciliations.get(name)
    foreign = len(desk.state.foreign.get(name, ()))
    if not desk.reconciled(name):
        differs = f"{len(last.breaks)} differences" if last is not None and last.breaks else "not compared yet"
        return ReadinessCheck(id="book", label=label, verdict=_FAIL, said=known.detail if known is not None and not last else differs,
                              repair=_call("Compare now"))  # fmt: skip
    if foreign:
        return ReadinessCheck(id="book", label=label, verdict=_FAIL,
                              said=f"{foreign} open orders at the broker were not placed by this desk",
                              repair=_page("Show them", "/reconciliation"))  # fmt: skip
    agreed = known.agreed_at if known is not None else None
    return ReadinessCheck(id="book", label=label, verdict=_PASS,
                          said="agrees with the broker's" + (f", seen {agreed:%H:%M:%S} UTC" if agreed else ""))  # fmt: skip


def rulebook(subject: Subject) -> ReadinessCheck | None:
    """A funded account is held to a plan that can be read."""
    funded = subject.desk.state.risk.funded.get(subject.account.id)
    if funded is None:
        if not subject.account.program:
            return None
        return ReadinessCheck(id="rulebook", label="Rulebook", verdict=_WARN,
                              said=f"calls itself {subject.account.program} and is held to no plan",
                              repair=_page("Attach a plan", "/funded"))  # fmt: skip
    plan = f"{funded.rulebook.firm} {funded.rulebook.plan}, from {funded.rulebook.effective_from}"
    if funded.fault:
        return ReadinessCheck(id="rulebook", label="Rulebook", verdict=_FAIL, said=f"{plan} cannot be read: {funded.fault}",
                              repair=_page("Show the plan", "/funded"))  # fmt: skip
    return ReadinessCheck(id="rulebook", label="Rulebook", verdict=_PASS, said=plan)


def permission(subject: Subject) -> ReadinessCheck:
    """Nothing stops orders; a live account that waits for its arming is stopped by that alone."""
    state = state_of(subject.desk, subject.account.id)
    if state.state is TradingState.ACTIVE:
        return ReadinessCheck(id="permission", label="Permission", verdict=_PASS, said="orders may leave")
    if waits_for_arming(subject.desk, subject.account):
        return ReadinessCheck(id="permission", label="Permission", verdict=_WARN, said="not armed: nothing leaves before",
                              repair=_page("Arm", f"/accounts/{subject.account.id}"))  # fmt: skip
    return ReadinessCheck(id="permission", label="Permission", verdict=_FAIL, said=f"{state.state}: {state.reason}",
                          repair=_page("Release", "/risk"))  # fmt: skip


def waits_for_arming(desk: Desk, account: Account) -> bool:
    """Whether a live account's own halt is all that stops it."""
    if account.mode is not Mode.LIVE or desk.state.risk.locks.get(account.id):
        return False
    above = [Scope(ScopeType.WORKSPACE), *(Scope(ScopeType.GROUP, name) for name in desk.state.groups_of(account.id))]
    return desk.state.trading_state(above) is None


def guardian(subject: Subject) -> ReadinessCheck | None:
    """Somebody flattens if the desk hangs."""
    found = subject.guardian
    if found is None:
        return None
    verdict = _PASS if found.ok else _FAIL if subject.account.mode is Mode.LIVE else _WARN
    return ReadinessCheck(id="guardian", label="Guardian", verdict=verdict, said=found.said)


def journal(subject: Subject) -> ReadinessCheck:
    """What is taken in can be made durable."""
    trouble = subject.desk.recovering
    return ReadinessCheck(id="journal", label="Journal", verdict=_PASS if trouble is None else _FAIL,
                          said=trouble or f"sequence {subject.desk.state.sequence}")  # fmt: skip


def drill(subject: Subject) -> ReadinessCheck | None:
    """What must work when it matters has worked lately, with this version, at a stand-in for the account's broker."""
    drills, broker, label = subject.context.drills, subject.account.broker, "Fire drill"
    if subject.account.mode is not Mode.LIVE or drills is None:
        return None
    if not drills.offered(broker):
        return ReadinessCheck(
            id="drill", label=label, verdict=_WARN, said="there is no stand-in for this broker to drill at"
        )
    last = subject.desk.state.risk.drills.get(broker)
    version = subject.context.settings.version
    if last is None:
        said = "none has been run yet"
    elif not last.passed:
        wrong = next((step for step in last.steps if not step.passed), None)
        said = f"failed at {wrong.name}: {wrong.said}" if wrong is not None else "nothing was tried"
    elif last.version != version:
        said = f"passed with version {last.version}, and this is {version}"
    elif subject.now - last.at > DRILL_GOOD_FOR:
        said = f"last passed on {last.at:%Y-%m-%d}, which is too long ago"
    else:
        return ReadinessCheck(id="drill", label=label, verdict=_PASS, said=f"passed {last.at:%Y-%m-%d %H:%M} UTC")
    return ReadinessCheck(id="drill", label=label, verdict=_FAIL, said=said, repair=_call("Run the fire drill"))


CHECKS: Final[tuple[Check, ...]] = (
    session, egress, clock, instruments, data, margin, book, rulebook, permission, guardian, journal, drill,
)  # fmt: skip
