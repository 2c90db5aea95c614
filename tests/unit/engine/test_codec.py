"""Everything that the journal may hold comes back as it was, and folding it anew gives the same state."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidwell.engine import codec
from bidwell.model import events as ev
from bidwell.model.errors import BidwellError, ConfigError, InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.instrument import CONTRACTS, Contract, Instrument
from bidwell.model.intent import Intent, Sizing, SizingBy
from bidwell.model.terms import OrderType, Protection, Terms
from bidwell.simulation.proof import nouns

texts = st.text(string.ascii_letters + "äß株 '\"\\", max_size=8)
amounts = st.decimals(min_value=Decimal("0.001"), max_value=Decimal("1e9"), places=4)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001

st.register_type_strategy(str, texts)
st.register_type_strategy(Decimal, amounts)
st.register_type_strategy(datetime, moments)


def valid(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Values of a class that refuses some of its fields' combinations."""

    @st.composite
    def draw(drawing: st.DrawFn) -> Any:  # noqa: ANN401 - one of the model's classes
        for _ in range(60):
            fields = {name: drawing(st.from_type(hint)) for name, hint in _hints(kind).items()}
            try:
                return kind(**fields)
            except (InvalidInput, ConfigError, BidwellError):
                continue
        return drawing(st.nothing())

    return draw()


def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


st.register_type_strategy(Contract, st.one_of(*(st.from_type(one) for one in CONTRACTS.values())))
st.register_type_strategy(Terms, st.sampled_from([Terms(), Terms(OrderType.LIMIT, limit_price=Decimal("1.50"))]))
st.register_type_strategy(Protection, st.just(Protection(stop_price=Decimal("9.5"), take_profit_price=Decimal(11))))
st.register_type_strategy(Sizing, st.builds(Sizing, st.sampled_from(SizingBy), st.integers(1, 100).map(Decimal)))
st.register_type_strategy(Instrument, st.sampled_from([nouns.share("AAA"), nouns.share("BBB")]))
st.register_type_strategy(Fill, valid(Fill))
st.register_type_strategy(Intent, valid(Intent))


@pytest.mark.parametrize("kind", ev.KINDS.values(), ids=ev.KINDS)
@settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_every_kind_of_event_comes_back_as_it_was(kind: type[ev.Event], data: st.DataObject) -> None:
    event = data.draw(valid(kind))
    body = codec.encode(event)
    again = codec.decode(kind.__name__, body)
    assert again == event
    assert codec.encode(again) == body


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_every_contract_comes_back_inside_its_instrument(contract: type[Contract], data: st.DataObject) -> None:
    one = replace(nouns.share("AAA"), contract=data.draw(st.from_type(contract)))
    event = ev.InstrumentListed(nouns.START, one)
    assert codec.decode("InstrumentListed", codec.encode(event)) == event


def test_a_kind_from_a_newer_version_and_a_torn_body_are_said_to_be_so() -> None:
    with pytest.raises(ProtocolError, match="newer version"):
        codec.decode("OrderTeleported", b"{}")
    with pytest.raises(ProtocolError, match="cannot be read"):
        codec.decode("OrderSubmitted", b'{"at":')
    with pytest.raises(ProtocolError, match="cannot be read"):
        codec.decode("InstrumentListed", codec.encode(ev.InstrumentListed(nouns.START, nouns.share("AAA"))).replace(
            b"equity", b"barter"))  # fmt: skip


def test_equal_values_give_equal_canonical_bytes_and_plain_builtins() -> None:
    assert codec.canonical({"b": Decimal("1.50"), "a": 1}) == codec.canonical({"a": 1, "b": Decimal("1.50")})
    assert codec.to_builtins(Sizing(SizingBy.QUANTITY, Decimal("1.50"))) == {"by": "quantity", "value": "1.50"}
    assert msgspec.json.decode(codec.canonical([Decimal("0.10")])) == ["0.10"]
