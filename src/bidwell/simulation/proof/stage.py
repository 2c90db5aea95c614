"""The world of one schedule: venue, lines, journal, clock, and the desk that lives in it at the moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random

from bidwell.engine import checkpoint, codec
from bidwell.engine.desk import Desk, World
from bidwell.engine.market import Market
from bidwell.engine.retirement import KEEPING
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.account import Account, Group, Member, OnFailure, Policy, Strategy
from bidwell.model.ids import AccountId, GroupId, StrategyId, WorkspaceId
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.risk.gate import Gate
from bidwell.simulation.fees import PercentFee
from bidwell.simulation.orders import AccountSpec, Models
from bidwell.simulation.proof import nouns
from bidwell.simulation.proof.acts import Plan
from bidwell.simulation.proof.broker import Exchange, ProofBroker
from bidwell.simulation.proof.journal import ProofJournal
from bidwell.simulation.proof.judge import Judge
from bidwell.simulation.proof.mended import Copied
from bidwell.simulation.proof.nameless import NamelessBroker
from bidwell.simulation.proof.retired import ProofArchive, unforgotten
from bidwell.simulation.proof.weather import Fault, Weather
from bidwell.simulation.state import VenueState
from bidwell.simulation.venue import Venue

CASH = Decimal(100_000)
MAX_DATA_AGE = Decimal(2)
TREND = StrategyId("str_trend")
GROUPS = (GroupId("grp_one"), GroupId("grp_two"))
COPIED, MENDED = GroupId("grp_copied"), GroupId("grp_mended")
RATIOS = (Decimal(1), Decimal("0.5"), Decimal(2))
LAG = 1
_RECONCILE = timedelta(seconds=1.5)
_QUARANTINE = 1.2
_TIMEOUT = 0.3
_BUGS = {"task_failed", "tick_failed", "session_failed", "listener_failed", "adapter_failed", "retirement_failed"}
_PRICE = Decimal(100)
_SPLITS = {Policy.EQUAL, Policy.WEIGHTED, Policy.PROPORTIONAL}


class Stage:
    """Everything around one desk; `crash` throws the desk away and builds another from the journal."""

    def __init__(self, plan: Plan, *, traced: bool = False) -> None:
        seeds = Random(plan.seed ^ 0x5EED)  # noqa: S311 - a schedule must be repeatable
        self.plan = plan
        self.random = Random(seeds.getrandbits(48))  # noqa: S311 - the same
        self.counts: Counter[str] = Counter()
        self.trace: list[str] = []
        self.down = True
        self.stalled_until = 0.0
        self.prices: dict[str, Decimal] = {}
        self._traced = traced
        self._whole: State | None = None
        self._checkpoints = Random(plan.seed ^ 0xC4EC)  # noqa: S311 - a schedule must be repeatable
        self._market = Random(seeds.getrandbits(48))  # noqa: S311 - the same
        self._lives = Random(seeds.getrandbits(48))  # noqa: S311 - the same
        self.weather = Weather(Random(seeds.getrandbits(48)), plan.faults, plan.chance)  # noqa: S311 - the same
        self.clock = nouns.ProofClock()
        self.journal = ProofJournal(self.weather, Random(seeds.getrandbits(48)))  # noqa: S311 - the same
        keeps = Random(plan.seed ^ 0xA2C4)  # noqa: S311 - a schedule must be repeatable
        self.archive = ProofArchive(self.weather, keeps, self.counts) if plan.retention is not None else None
        self.instruments = [nouns.share(symbol) for symbol in ("AAA", "BBB")[: plan.instruments]]
        self.listing = nouns.ProofListing(self.instruments)
        self.venue = Venue(VenueState(), self.listing, self.clock)
        self.accounts = [AccountId(f"acc_{number}") for number in range(plan.accounts)]
        self.nameless = [name for place, name in enumerate(self.accounts) if place in plan.nameless]
        self.judge = Judge(
            self.venue, self.journal, self.clock, dict(zip(self.accounts, plan.scopes, strict=True)),
            Decimal(plan.max_position), timedelta(seconds=float(MAX_DATA_AGE)),
            splitting=frozenset(name for name, policy in zip(GROUPS, plan.policies, strict=True) if policy in _SPLITS),
        )  # fmt: skip
        if plan.copying:
            self.judge.copied = Copied(self.accounts[0], LAG, dict(zip(self.accounts[1:], RATIOS, strict=False)))
        self.exchange = Exchange(self.venue, self.clock, self.judge)
        self.lines: list[ProofBroker] = []
        for name in self.accounts:
            models = Models(fees=PercentFee(Decimal("0.01")))
            self.venue.open_account(AccountSpec(name, "USD", CASH, Decimal(4), models=models))
        self.journal.crash = self.crash
        self.desk = self._build()

    def tell(self, text: str) -> None:
        """A line of the trace, where one is kept."""
        if self._traced:
            self.trace.append(f"{asyncio.get_running_loop().time():8.4f}  {text}")

    def _tell_of(self, events: Sequence[tuple[int, ev.Event]]) -> None:
        for number, event in events:
            self.tell(f"journal {number} {_brief(event)}")

    # --- the desk's lives -------------------------------------------------------------------------

    def _build(self) -> Desk:
        calendars = nouns.OpenCalendars()
        entropy = nouns.SeededEntropy(Random(self._lives.getrandbits(48)))  # noqa: S311 - a schedule must be repeatable
        desk = Desk(World(self.journal, Market(calendars), Gate(), self.clock, entropy, calendars, self._connect,
                          self._alarm, lambda _error: None, _RECONCILE, archive=self.archive,
                          retention=self.plan.retention or KEEPING, checkpoint=self._checkpoint))  # fmt: skip
        if self._traced:
            desk.subscribe(self._tell_of)
        return desk

    def _connect(self, account: Account) -> ProofBroker:
        scope = self.judge.scopes[account.id]
        lacks = dict(zip(self.accounts, self.plan.lacks, strict=False)).get(account.id, nouns.Lacks.NOTHING)
        able, random = nouns.able(scope, _QUARANTINE, _TIMEOUT, lacks), Random(self._lives.getrandbits(48))  # noqa: S311 - a schedule must be repeatable
        line = (
            NamelessBroker(account, self.exchange, able, self.weather, random, lambda: self.desk.state)
            if account.id in self.nameless
            else ProofBroker(account, self.exchange, able, self.weather, random)
        )
        line.tell = self.tell
        line.without_executions = Fault.NO_EXECUTIONS in self.plan.faults and account.id == self.accounts[-1]
        if line.without_executions:
            self.weather.note(Fault.NO_EXECUTIONS, "account")
        self.lines.append(line)
        return line

    def _alarm(self, what: str, facts: dict[str, object]) -> None:
        self.counts[f"alarm_{what}"] += 1
        self.tell(f"ALARM {what} {facts}")
        if what in _BUGS:
            self.judge.break_(0, f"{what}: {facts}")

    def crash(self) -> None:
        """The desk's process dies at this instant."""
        if self.down:
            return
        self.down = True
        self.counts["crashes"] += 1
        self.tell("CRASH")
        self.desk.abandon()
        for line in self.lines:
            line.kill()
        asyncio.get_running_loop().call_later(self._lives.uniform(0.05, 0.6), self._rise)

    def _rise(self) -> None:
        self._rising = asyncio.get_running_loop().create_task(self.rise())

    async def rise(self) -> None:
        """A new process folds the journal and goes on."""
        self.desk = self._build()
        self.down = False
        self.tell("START")
        await self.desk.start()

    async def _checkpoint(self) -> State | None:
        """Every other start folds on from a state that was written down at some entry."""
        entries = len(self.journal.entries)
        if not entries or self._checkpoints.random() < 0.5:
            return None
        self.counts["checkpoints"] += 1
        return self.written_down(self._checkpoints.randint(1, entries))

    def written_down(self, upto: int) -> State:
        """The journal's first entries folded, written down and read again."""
        state = State()
        for entry in self.journal.entries[:upto]:
            state.apply(codec.decode(entry.kind, entry.body))
        return checkpoint.decode(checkpoint.encode(state))

    def unforgotten(self) -> State:
        """What the desk would know if it had never retired anything."""
        if self._whole is None or self._whole.sequence < len(self.journal.entries):
            self._whole = unforgotten(self.journal.entries)
        return self._whole

    # --- the workspace ----------------------------------------------------------------------------

    async def furnish(self) -> None:
        """Define the workspace; the weather is calm until it is done."""
        self.weather.storm = False
        await self.rise()
        for event in self._definitions():
            await self.desk.define(event)
        while not all(map(self.desk.reconciled, self.accounts)):  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.02)
        self.quote()
        self.weather.storm = True

    def _definitions(self) -> list[ev.Event]:
        now = self.clock.now()
        found: list[ev.Event] = [ev.WorkspaceNamed(now, WorkspaceId("wks"), "Proof", "USD")]
        found += [ev.InstrumentListed(now, one) for one in self.instruments]
        found += [ev.AccountDefined(now, Account(name, name, "proof", name, "USD", leverage=Decimal(4)))
                  for name in self.accounts]  # fmt: skip
        limits = Limits(max_position=Decimal(self.plan.max_position), max_data_age=MAX_DATA_AGE,
                        price_collar=Decimal("0.2"), max_open_orders=60, max_order_rate=2000)  # fmt: skip
        found.append(ev.LimitsSet(now, Scope(ScopeType.WORKSPACE), limits))
        found += [ev.GroupDefined(now, self.group(number)) for number in range(len(GROUPS))]
        found.append(ev.StrategyDefined(now, self.strategy()))
        found += [ev.GroupDefined(now, group) for group in self.also()]
        return found

    def also(self) -> list[Group]:
        """A group that copies the first account's fills, and one that repairs, where the plan has them."""
        followers = tuple(Member(name, RATIOS[place % len(RATIOS)]) for place, name in enumerate(self.accounts[1:]))
        members = tuple(Member(name) for name in self.accounts)
        copied = Group(COPIED, "Copied", Policy.RATIO, followers, leader=self.accounts[0], lag_seconds=LAG)
        mended = Group(MENDED, "Mended", Policy.EQUAL, members, OnFailure.REPAIR, repair_seconds=20)
        return [copied] * (self.plan.copying and bool(followers)) + [mended] * self.plan.mending

    def group(self, number: int, *, fewer: int = 0) -> Group:
        """An execution group over all accounts but the last `fewer`."""
        weight = Decimal(3) if self.plan.policies[number] is Policy.FIXED else Decimal(1)
        members = tuple(Member(name, weight) for name in self.accounts[: max(1, len(self.accounts) - fewer)])
        return Group(GROUPS[number], f"Group {number}", self.plan.policies[number], members, self.plan.on_failure)

    def strategy(self, *, enabled: bool = True) -> Strategy:
        """The sender of signals."""
        return Strategy(TREND, "Trend", group=GROUPS[0], valid_seconds=3, enabled=enabled)

    # --- the market -------------------------------------------------------------------------------

    def quote(self) -> None:
        """New prices: to the venue always, to the desk while its feed works."""
        quotes = []
        for one in self.instruments:
            moved = self.prices.get(one.id, _PRICE) + Decimal(self._market.randint(-30, 30)) / 100
            self.prices[one.id] = max(moved, Decimal(50))
            size = self._market.choice((2, 5, 20, 100))
            quotes.append(nouns.quote(one.id, self.prices[one.id], size, self.listing.now(), self.clock.now()))
        self.exchange.publish(self.venue.on_quotes(quotes))
        if self.down or asyncio.get_running_loop().time() < self.stalled_until:
            return
        for quote in quotes:
            self.judge.quoted.setdefault(quote.instrument, []).append(quote.received_at)
        self.desk.on_quotes(quotes)

    async def trade(self) -> None:
        """Make prices until canceled."""
        while True:
            await asyncio.sleep(self._market.uniform(0.2, 0.6))
            self.quote()


def _brief(event: ev.Event) -> str:
    text = repr(event)
    return text if len(text) < 260 else text[:260] + "…"
