from __future__ import annotations

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.model.errors import ConfigError
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.facts import Fact
from bidwell.simulation.orders import Link, Ticket
from bidwell.simulation.state import VenueState
from bidwell.simulation.store import Store
from tests.unit.simulation.worlds import Operation, World, open_all, operations, play, world


def digest(state: VenueState) -> bytes:
    return msgspec.msgpack.encode(state.image())


def recovered(folder: Path) -> bytes:
    store = Store(folder)
    try:
        return digest(store.recover())
    finally:
        store.close()


def played(store: Store, here: World, day: list[Operation]) -> list[tuple[int, bytes]]:
    """Play a day with a commit after each operation; the log's length and the state after each batch."""
    log = store.folder / "log-00000000.bin"
    marks = [(0, digest(VenueState()))]
    for outcomes in ([each] for each in open_all(here)):
        store.append(outcomes)
    store.commit()
    marks.append((log.stat().st_size, digest(here.venue.state)))
    for operation in day:
        store.append(play(here, operation))
        store.commit()
        marks.append((log.stat().st_size, digest(here.venue.state)))
    return marks


@settings(max_examples=12, deadline=None)
@given(operations, st.data())
def test_a_crash_at_any_byte_of_the_log_keeps_everything_acknowledged_before_it(
    day: list[Operation], data: st.DataObject
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "venue"
        store = Store(folder)
        marks = played(store, world(store.recover()), day)
        store.close()
        content = (folder / "log-00000000.bin").read_bytes()
        first = marks[1][0]
        for cut in data.draw(st.lists(st.integers(first, len(content)), min_size=3, max_size=6)):
            torn = content[:cut] + data.draw(st.binary(max_size=8))
            (folder / "log-00000000.bin").write_bytes(torn)
            kept = [state for length, state in marks if length <= cut]
            assert recovered(folder) == kept[-1]


def a_day(here: World, count: int = 30) -> list[list[object]]:
    """Market orders that fill, and one that keeps working."""
    batches: list[list[object]] = [[each] for each in open_all(here)]
    here.market.move_to(here.market.now() + timedelta(seconds=1))
    here.venue.on_quotes([here.market.quote("ACME.TEST", "99.90", "100.00")])
    for number in range(count):
        ticket = Ticket("ACME.TEST", Side.BUY, Decimal(1), OrderType.MARKET, TimeInForce.DAY, f"C{number}")
        batches.append(list(here.venue.submit("dollars", [ticket])))
    rest = Ticket("ACME.TEST", Side.BUY, Decimal(1), OrderType.LIMIT, TimeInForce.GTC, "rest", Decimal(90))
    batches.append(list(here.venue.submit("dollars", [rest])))
    return batches


def test_closed_orders_are_found_after_a_rotation_and_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    here = world(store.recover())
    for batch in a_day(here):
        store.append(batch)
    store.rotate(here.venue.state)
    assert len(here.venue.state.orders) == 1
    before = here.venue.state.find("dollars", "C7")
    store.close()

    again = Store(tmp_path)
    state = again.recover()
    assert before is not None
    assert state.find("dollars", "C7") == before
    assert before.status is OrderStatus.FILLED
    assert len(state.closed_since("dollars", None)) == 30
    assert [order.client_order_id for order in state.open_orders("dollars")] == ["rest"]
    assert state.closed_since("dollars", here.market.now() + timedelta(seconds=1)) == []
    assert state.find("rupees", "C7") is None
    again.close()


def test_an_archived_id_stays_taken(tmp_path: Path) -> None:
    store = Store(tmp_path)
    here = world(store.recover())
    for batch in a_day(here):
        store.append(batch)
    store.rotate(here.venue.state)
    ticket = Ticket("ACME.TEST", Side.BUY, Decimal(1), OrderType.MARKET, TimeInForce.DAY, "C7")
    outcomes = here.venue.submit("dollars", [ticket])
    assert [type(each).__name__ for each in outcomes] == ["Seen", "Duplicate"]
    assert here.venue.state.submissions("dollars", "C7") == 2
    store.close()


def test_a_crash_after_the_archive_grew_and_before_the_image_loses_and_doubles_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "venue")
    here = world(store.recover())
    for batch in a_day(here):
        store.append(batch)
    store.commit()
    shutil.copytree(tmp_path / "venue", tmp_path / "crashed")
    whole = digest(here.venue.state)
    store.rotate(here.venue.state)
    store.close()
    shutil.copy(tmp_path / "venue" / "archive.bin", tmp_path / "crashed" / "archive.bin")
    assert recovered(tmp_path / "crashed") == whole
    assert (tmp_path / "crashed" / "archive.bin").stat().st_size == 0


def test_a_crash_before_the_old_log_is_gone_uses_the_new_image(tmp_path: Path) -> None:
    store = Store(tmp_path / "venue")
    here = world(store.recover())
    for batch in a_day(here):
        store.append(batch)
    store.commit()
    old = (tmp_path / "venue" / "log-00000000.bin").read_bytes()
    store.rotate(here.venue.state)
    after = digest(here.venue.state)
    store.close()
    (tmp_path / "venue" / "log-00000000.bin").write_bytes(old)
    (tmp_path / "venue" / "image-00000002.draft").write_bytes(b"half")
    assert recovered(tmp_path / "venue") == after
    assert sorted(path.name for path in (tmp_path / "venue").glob("*-*")) == ["image-00000001.bin", "log-00000001.bin"]


def test_an_exit_whose_sibling_filled_before_a_rotation_still_knows_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    here = world(store.recover())
    open_all(here)
    market, venue = here.market, here.venue
    venue.on_quotes([market.quote("ACME.TEST", "99.90", "100.00", quantity="4")])
    entry = Ticket("ACME.TEST", Side.BUY, Decimal(10), OrderType.LIMIT, TimeInForce.GTC, "entry", Decimal(100))
    target = Ticket("ACME.TEST", Side.SELL, Decimal(4), OrderType.LIMIT, TimeInForce.GTC, "target", Decimal(110))
    stop = Ticket("ACME.TEST", Side.SELL, Decimal(10), OrderType.STOP, TimeInForce.GTC, "stop", None, Decimal(95))
    venue.submit("dollars", [entry, target, stop], link=Link.BRACKET)
    venue.on_quotes([market.quote("ACME.TEST", "110.00", "110.10")])
    assert venue.state.named[("dollars", "target")].status is OrderStatus.FILLED
    store.rotate(venue.state)
    venue.on_quotes([market.quote("ACME.TEST", "90.00", "90.10")])
    assert venue.state.named[("dollars", "entry")].filled == 10
    assert venue.state.named[("dollars", "stop")].filled == 6
    store.close()


def test_a_folder_has_one_venue(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ConfigError, match="another paper venue"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_a_damaged_image_is_refused_rather_than_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    here = world(store.recover())
    for batch in a_day(here):
        store.append(batch)
    store.rotate(here.venue.state)
    store.close()
    image = tmp_path / "image-00000001.bin"
    image.write_bytes(image.read_bytes()[:-3])
    with pytest.raises(ConfigError, match="restore"):
        Store(tmp_path).recover()


def test_replies_are_not_facts_and_are_not_logged(tmp_path: Path) -> None:
    store = Store(tmp_path)
    here = world(store.recover())
    store.append(here.venue.cancel("dollars", "nothing"))
    assert not store.dirty
    assert not any(isinstance(each, Fact) for each in here.venue.cancel("dollars", "nothing"))
    store.close()
