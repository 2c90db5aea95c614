"""What may be set up in a workspace, and what is refused with a reason before it reaches the journal."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.engine.definitions import check_definition
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.account import Account, Group, Member, Policy, Strategy
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId, GroupId, InstrumentId, StrategyId, WorkspaceId
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.simulation.proof import nouns
from tests.unit.engine.workbench import opened, virtually

NOW = nouns.START
AAA = nouns.share("AAA")
ONE = Account(AccountId("acc_1"), "One", "proof", "one", "USD")
ALL = Group(GroupId("grp"), "All", Policy.EQUAL, (Member(ONE.id),))
TREND = Strategy(StrategyId("str"), "Trend", group=ALL.id)
SOME = InstrumentId("NONE.SIM")


def state() -> State:
    made = State()
    for event in (ev.InstrumentListed(NOW, AAA), ev.AccountDefined(NOW, ONE), ev.GroupDefined(NOW, ALL),
                  ev.StrategyDefined(NOW, TREND)):  # fmt: skip
        made.apply(event)
    return made


@pytest.mark.parametrize(
    "event",
    [
        ev.WorkspaceNamed(NOW, WorkspaceId("w"), "W", "USD"),
        ev.AccountDefined(NOW, replace(ONE, quantity_step=Decimal("0.001"), leverage=Decimal(4))),
        ev.GroupDefined(NOW, replace(ALL, members=(Member(ONE.id, cap=Decimal(5), instruments={AAA.id: AAA.id}),))),
        ev.StrategyDefined(NOW, replace(TREND, group=None, account=ONE.id, instruments=(AAA.id,))),
        ev.StrategyRemoved(NOW, TREND.id),
        ev.LimitsSet(NOW, Scope(ScopeType.WORKSPACE), Limits(max_position=Decimal(0), allowed_instruments=(AAA.id,))),
        ev.LimitsSet(NOW, Scope(ScopeType.ACCOUNT, ONE.id), Limits()),
    ],
    ids=lambda event: type(event).__name__,
)
def test_sound_definitions_pass(event: ev.Event) -> None:
    check_definition(state(), event)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (ev.AccountDefined(NOW, replace(ONE, name=" ")), "account.name"),
        (ev.AccountDefined(NOW, replace(ONE, name="a\nb")), "account.name"),
        (ev.AccountDefined(NOW, replace(ONE, currency="usd")), "account.currency"),
        (ev.AccountDefined(NOW, replace(ONE, leverage=Decimal(101))), "account.leverage"),
        (ev.GroupDefined(NOW, replace(ALL, name="x" * 81)), "group.name"),
        (ev.GroupDefined(NOW, replace(ALL, members=())), "group.empty"),
        (ev.GroupDefined(NOW, replace(ALL, members=(Member(AccountId("no")),))), "account.unknown"),
        (ev.GroupDefined(NOW, replace(ALL, members=(Member(ONE.id), Member(ONE.id)))), "group.repeated"),
        (ev.GroupDefined(NOW, replace(ALL, members=(Member(ONE.id, Decimal(-1)),))), "group.weight"),
        (ev.GroupDefined(NOW, replace(ALL, members=(Member(ONE.id, Decimal("NaN")),))), "group.weight"),
        (
            ev.GroupDefined(NOW, replace(ALL, policy=Policy.RATIO, members=(Member(ONE.id, Decimal(0)),))),
            "group.weight",
        ),
        (ev.GroupDefined(NOW, replace(ALL, members=(Member(ONE.id, cap=Decimal(0)),))), "group.cap"),
        (
            ev.GroupDefined(NOW, replace(ALL, members=(Member(ONE.id, instruments={AAA.id: SOME}),))),
            "instrument.unknown",
        ),
        (ev.GroupRemoved(NOW, GroupId("no")), "group.unknown"),
        (ev.GroupRemoved(NOW, ALL.id), "group.in_use"),
        (ev.StrategyDefined(NOW, replace(TREND, account=ONE.id)), "strategy.receiver"),
        (ev.StrategyDefined(NOW, replace(TREND, group=GroupId("no"))), "group.unknown"),
        (ev.StrategyDefined(NOW, replace(TREND, group=None, account=AccountId("no"))), "account.unknown"),
        (ev.StrategyDefined(NOW, replace(TREND, instruments=(SOME,))), "instrument.unknown"),
        (ev.StrategyDefined(NOW, replace(TREND, valid_seconds=0)), "strategy.valid_seconds"),
        (ev.StrategyRemoved(NOW, StrategyId("no")), "strategy.unknown"),
        (ev.LimitsSet(NOW, Scope(ScopeType.GROUP, "no"), Limits()), "group.unknown"),
        (ev.LimitsSet(NOW, Scope(ScopeType.WORKSPACE), Limits(max_position=Decimal(-1))), "limits.value"),
        (ev.LimitsSet(NOW, Scope(ScopeType.WORKSPACE), Limits(max_position=Decimal("1e16"))), "limits.value"),
        (ev.LimitsSet(NOW, Scope(ScopeType.WORKSPACE), Limits(denied_instruments=(SOME,))), "instrument.unknown"),
    ],
)
def test_what_cannot_work_is_refused_with_its_code(event: ev.Event, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_definition(state(), event)
    assert refused.value.code == code


@virtually
async def test_an_account_that_is_defined_later_opens_its_session_and_a_broker_that_is_not_set_up_opens_none() -> None:
    bench = await opened()
    account = bench.desk.state.accounts[AccountId("acc_0")]
    other = replace(account, id=AccountId("acc_9"), broker="unknown")
    await bench.desk.define(ev.AccountDefined(bench.clock.now(), other))
    assert AccountId("acc_9") not in bench.desk.sessions
    receipt = await bench.send("k1", account=AccountId("acc_9"))
    await bench.settle()
    assert bench.denial(bench.order(receipt)).rule == "buying_power"
