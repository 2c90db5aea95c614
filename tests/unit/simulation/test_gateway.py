from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from bidwell.model.errors import ConfigError
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation import wire
from bidwell.simulation.faults import Fault, Faults, FaultScript, FaultType, On, read_script
from bidwell.simulation.floor import Outcome
from bidwell.simulation.gateway import Gateway
from bidwell.simulation.latency import FixedLatency, LatencyModel, NoLatency, UniformLatency
from bidwell.simulation.orders import AccountSpec, Models, Ticket
from tests.unit.simulation.worlds import World, world


@dataclass
class Mouth:
    """An outlet that remembers what it was told."""

    said: list[wire.Report] = field(default_factory=list)
    recorded: list[Outcome] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    def record(self, outcomes: Sequence[Outcome]) -> None:
        self.recorded.extend(outcomes)

    def tell(self, account: str, said: wire.Report) -> None:
        assert account
        self.said.append(said)

    def garble(self, account: str) -> None:
        self.acts.append(f"garble {account}")

    def cut(self, account: str) -> None:
        self.acts.append(f"cut {account}")

    def mute(self, account: str, seconds: float) -> None:
        self.acts.append(f"mute {account} {seconds}")

    @property
    def kinds(self) -> list[str]:
        return [type(each).__name__ for each in self.said]

    @property
    def names(self) -> list[str]:
        return [each.client_order_id or "" for each in self.said if isinstance(each, wire.Accepted)]


@dataclass
class Line:
    """One account behind a gateway."""

    here: World
    mouth: Mouth
    gateway: Gateway

    def submit(self, name: str, at: float = 0.0, *, price: str = "") -> None:
        self.gateway.request("desk", wire.Submit([ticket(name, price)]), at)

    def submissions(self, name: str) -> int:
        return self.here.venue.state.submissions("desk", name)


def ticket(name: str, price: str = "") -> Ticket:
    if price:
        return Ticket("ACME.TEST", Side.BUY, Decimal(10), OrderType.LIMIT, TimeInForce.GTC, name, Decimal(price))
    return Ticket("ACME.TEST", Side.BUY, Decimal(10), OrderType.MARKET, TimeInForce.DAY, name)


def line(*faults: Fault, latency: LatencyModel | None = None, seed: int = 1) -> Line:
    here, mouth = world(), Mouth()
    models = Models(latency=latency or NoLatency())
    here.venue.open_account(AccountSpec("desk", "USD", Decimal(100_000), models=models))
    here.venue.on_quotes([here.market.quote("ACME.TEST", "99.90", "100.00")])
    return Line(here, mouth, Gateway(here.venue, mouth, FaultScript(seed, faults)))


def test_without_latency_and_faults_the_answer_is_there_at_once() -> None:
    desk = line()
    desk.submit("a")
    assert desk.mouth.kinds == ["Accepted", "Filled"]
    assert desk.gateway.next_due is None


def test_a_fixed_latency_delays_and_keeps_the_order() -> None:
    desk = line(latency=FixedLatency(0.5))
    desk.submit("a", 0.0)
    desk.submit("b", 0.1)
    desk.gateway.advance(0.49)
    assert desk.mouth.said == []
    desk.gateway.advance(0.5)
    assert desk.mouth.names == ["a"]
    desk.gateway.advance(0.7)
    assert desk.mouth.names == ["a", "b"]


def test_a_uniform_latency_never_lets_a_later_request_overtake() -> None:
    desk = line(latency=UniformLatency(0.0, 1.0))
    for number in range(20):
        desk.submit(f"n{number}", number / 100, price="90")
    desk.gateway.advance(5.0)
    assert desk.mouth.names == [f"n{number}" for number in range(20)]


def test_a_lost_acknowledgement_leaves_the_order_standing() -> None:
    desk = line(Fault(FaultType.ACK_LOST))
    desk.submit("a")
    assert desk.mouth.said == []
    found = desk.here.venue.state.find("desk", "a")
    assert found is not None
    assert found.filled == 10


def test_a_late_order_is_unknown_until_it_arrives_and_merges_with_its_repeat() -> None:
    desk = line(Fault(FaultType.LATE_ACCEPT, seconds=40.0))
    desk.submit("a", 0.0)
    desk.submit("a", 1.0)
    assert desk.here.venue.state.find("desk", "a") is None
    assert desk.submissions("a") == 2
    desk.gateway.advance(39.9)
    assert desk.mouth.said == []
    desk.gateway.advance(40.0)
    assert desk.mouth.kinds == ["Accepted", "Filled"]
    assert desk.submissions("a") == 2


def test_a_rejection_uses_the_scripts_code() -> None:
    desk = line(Fault(FaultType.REJECT, code="margin.call", reason="no"))
    desk.submit("a")
    assert desk.mouth.said == [wire.Rejected("a", "margin.call", "no")]


def test_cancels_and_replaces_can_be_refused_too() -> None:
    desk = line(Fault(FaultType.REJECT, on=On.CANCEL), Fault(FaultType.REJECT, on=On.REPLACE))
    desk.submit("a", price="90")
    desk.gateway.request("desk", wire.Cancel("a"), 0.0)
    change = wire.Replace(Decimal(5), OrderType.LIMIT, TimeInForce.GTC, "a", limit_price=Decimal(91))
    desk.gateway.request("desk", change, 0.0)
    assert desk.mouth.kinds == ["Accepted", "CancelRejected", "ReplaceRejected"]


def test_duplicates_say_everything_twice() -> None:
    desk = line(Fault(FaultType.DUPLICATE))
    desk.submit("a")
    assert desk.mouth.kinds == ["Accepted", "Accepted", "Filled", "Filled"]


def test_held_reports_come_backwards_and_after_the_next_ones() -> None:
    desk = line(Fault(FaultType.REORDER, seconds=5.0))
    desk.submit("a")
    assert desk.mouth.said == []
    desk.submit("b", price="90")
    assert desk.mouth.kinds == ["Accepted", "Filled", "Accepted"]
    assert desk.mouth.names == ["b", "a"]


def test_held_reports_are_not_held_for_ever() -> None:
    desk = line(Fault(FaultType.REORDER, seconds=5.0))
    desk.submit("a")
    desk.gateway.advance(5.0)
    assert desk.mouth.kinds == ["Filled", "Accepted"]


def test_a_part_fills_at_once_and_the_rest_after_its_time() -> None:
    desk = line(Fault(FaultType.PARTIAL, fraction=Decimal("0.25"), seconds=2.0))
    desk.submit("a")
    desk.here.venue.on_quotes([desk.here.market.quote("ACME.TEST", "99.90", "100.00")])
    fills = [each.fill.quantity for each in desk.mouth.said if isinstance(each, wire.Filled)]
    assert fills == [Decimal(2)]
    desk.gateway.advance(2.0)
    fills = [each.fill.quantity for each in desk.mouth.said if isinstance(each, wire.Filled)]
    assert fills == [Decimal(2), Decimal(8)]


def test_silence_garbage_and_broken_connections_are_asked_of_the_outlet() -> None:
    desk = line(
        Fault(FaultType.MUTE, seconds=3.0), Fault(FaultType.MALFORMED), Fault(FaultType.DISCONNECT),
        Fault(FaultType.DISCONNECT, processed=False),
    )  # fmt: skip
    for name in "abcd":
        desk.submit(name)
    assert desk.mouth.acts == ["mute desk 3.0", "garble desk", "cut desk", "cut desk"]
    assert desk.here.venue.state.find("desk", "c") is not None
    assert desk.here.venue.state.find("desk", "d") is None
    assert desk.submissions("d") == 1


def test_fills_that_the_market_makes_can_be_struck() -> None:
    desk = line(Fault(FaultType.ACK_LOST, on=On.FILL, side=Side.BUY))
    desk.submit("a", price="95")
    desk.submit("b", price="94")
    for ask in ("95.00", "94.00"):
        quote = desk.here.market.quote("ACME.TEST", "93.00", ask)
        desk.gateway.publish(desk.here.venue.on_quotes([quote]), 0.0)
    assert desk.mouth.kinds == ["Accepted", "Accepted", "Filled"]


def test_another_script_replaces_the_first() -> None:
    desk = line(Fault(FaultType.REJECT, count=None))
    desk.submit("a")
    desk.gateway.set_faults(FaultScript())
    desk.submit("b")
    assert desk.mouth.kinds == ["Rejected", "Accepted", "Filled"]


def test_rules_skip_count_and_match_before_they_strike() -> None:
    faults = Faults(
        FaultScript(
            0,
            (
                Fault(FaultType.REJECT, account="other"),
                Fault(FaultType.ACK_LOST, instrument="ZEUS.TEST"),
                Fault(FaultType.DUPLICATE, client_order_ids=("x",)),
                Fault(FaultType.MUTE, skip=1, count=2),
            ),
        )
    )
    asked = [faults.strike(On.SUBMIT, "desk", name, "ACME.TEST", Side.BUY) for name in ("a", "x", "b", "c", "d")]
    assert [each.fault if each else None for each in asked] == [
        None, FaultType.DUPLICATE, FaultType.MUTE, FaultType.MUTE, None,
    ]  # fmt: skip


def test_the_same_seed_strikes_the_same_orders() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(FaultScript(seed, (Fault(FaultType.REJECT, count=None, probability=0.5),)))
        return [faults.strike(On.SUBMIT, "desk", "a", "ACME.TEST", None) is not None for _ in range(64)]

    assert struck(3) == struck(3)
    assert struck(3) != struck(4)
    assert 10 < sum(struck(3)) < 54


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text('{"seed": 5, "faults": [{"fault": "late_accept", "seconds": 31, "account": "desk"}]}')
    assert read_script(path) == FaultScript(5, (Fault(FaultType.LATE_ACCEPT, account="desk", seconds=31),))


@pytest.mark.parametrize("text", ["", "{", '{"faults": [{"fault": "nonsense"}]}', '{"faults": [{"falt": "reject"}]}'])
def test_a_script_that_cannot_be_read_is_a_configuration_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"faults\.json"):
        read_script(path)


def test_models_survive_being_written_down() -> None:
    models = Models(latency=UniformLatency(0.1, 0.2))
    assert msgspec.json.decode(msgspec.json.encode(models), type=Models) == models
