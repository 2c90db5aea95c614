from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.server.alerts.parse import Message, Verb, parse, redact, token_of
from bidwell.server.alerts.symbols import resolve
from bidwell.server.alerts.templates import templates
from bidwell.simulation.scripted import share

TOKEN = "bwt_0123456789abcdefghij"


def test_json_and_text_say_the_same() -> None:
    as_json = parse(
        f'{{"token":"{TOKEN}","action":"buy","symbol":"AAPL","quantity":"10","limit_price":98.5,"stop":"95","id":"abc"}}'.encode()
    )
    as_text = parse(f"{TOKEN} buy AAPL 10 limit 98.5 stop 95 id abc".encode())
    assert as_json == as_text
    assert as_text == Message(
        Verb.BUY, TOKEN, "AAPL", quantity=Decimal(10), limit_price=Decimal("98.5"), stop=Decimal(95), id="abc"
    )


def test_a_json_number_never_passes_through_a_float() -> None:
    assert parse(b'{"action":"buy","quantity":0.1000000000000000055511}').quantity == Decimal(
        "0.1000000000000000055511"
    )


@pytest.mark.parametrize(
    ("said", "verb"),
    [("BUY", Verb.BUY), ("Enter Long", Verb.BUY), ("sell", Verb.SELL), ("exit", Verb.EXIT), ("close", Verb.EXIT),
     ("scale-in", Verb.SCALE_IN), ("scale out", Verb.SCALE_OUT), ("close_all", Verb.CLOSE_ALL), ("reverse", Verb.REVERSE)],
)  # fmt: skip
def test_actions_have_everyday_names(said: str, verb: Verb) -> None:
    assert parse(f'{{"action":"{said}"}}'.encode()).verb is verb


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "alert_malformed"),
        (b"   ", "alert_malformed"),
        (b"\xff\xfe\x00", "alert_malformed"),
        (b"{", "alert_malformed"),
        (b'{"action":"buy"', "alert_malformed"),
        (b'{"action":"buy","quantity":NaN}', "alert_malformed"),
        pytest.param(b'{"a":' * 1500, "alert_field", id="deep"),
        (b"[]", "alert_action"),
        (b"null", "alert_action"),
        (b'{"symbol":"AAPL"}', "alert_field"),
        (b'{"action":5}', "alert_field"),
        (b'{"action":"buy","surprise":1}', "alert_field"),
        (b'{"action":"buy","id":7}', "alert_field"),
        (b'{"action":"dance"}', "alert_action"),
        (b'{"action":"buy","quantity":"NaN"}', "alert_number"),
        (b'{"action":"buy","quantity":"1e30"}', "alert_number"),
        (b'{"action":"buy","quantity":1e30}', "alert_number"),
        (b'{"action":"buy","quantity":"0"}', "alert_number"),
        (b'{"action":"buy","quantity":"-3"}', "alert_number"),
        (b'{"action":"buy","quantity":true}', "alert_number"),
        (b'{"action":"buy","quantity":[1]}', "alert_number"),
        pytest.param(b'{"action":"buy","quantity":"' + b"1" * 40 + b'"}', "alert_number", id="40 characters"),
        pytest.param(b'{"action":"buy","quantity":"' + b"1" * 4000 + b'"}', "alert_number", id="4000 characters"),
        (b'{"action":"buy","symbol":"{{ticker}}"}', "alert_placeholder"),
        (b'{"action":"buy","sent_at":"yesterday"}', "alert_time"),
        (b'{"action":"buy","sent_at":999999999999999999}', "alert_time"),
        (b'{"action":"buy","note":"\\u0000"}', "alert_field"),
        pytest.param(b'{"action":"buy","id":"' + b"a" * 300 + b'"}', "alert_field", id="300 characters"),
        (b"buy AAPL 10 limit", "alert_malformed"),
        (b"buy AAPL 10 sideways 5", "alert_field"),
        (b"buy AAPL 10 quantity 5", "alert_field"),
        pytest.param(b"x" * 8193, "alert_too_large", id="8193 bytes"),
    ],
)
def test_what_is_not_a_message_is_refused_with_a_code(body: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(body)
    assert caught.value.code == code


def test_times_are_iso_or_seconds_or_milliseconds() -> None:
    texts = ["2026-11-21T14:30:00Z", "2026-11-21T14:30:00", "1795271400", "1795271400000", "2026-11-21T20:00:00+05:30"]
    assert len({parse(f'{{"action":"buy","sent_at":"{text}"}}'.encode()).sent_at for text in texts}) == 1


def test_a_token_is_found_in_any_body_and_never_shown() -> None:
    for body in (f"{TOKEN} buy", f'{{"token":"{TOKEN}"', f"garbage {TOKEN}\xff"):
        assert token_of(body.encode("latin-1")) == TOKEN
        assert TOKEN not in redact(body.encode("latin-1"))
    assert TOKEN not in repr(parse(f"{TOKEN} buy AAPL 1 id 1".encode()))


def _market(*names: str) -> dict[InstrumentId, Instrument]:
    made = [share(name) for name in names]
    return {one.id: one for one in made}


def test_a_symbol_is_an_id_a_symbol_or_a_symbol_at_a_venue() -> None:
    market = _market("AAPL", "IBM")
    for text in ("AAPL", "aapl", "AAPL.TEST", "NASDAQ:AAPL", "TEST:AAPL"):
        assert resolve(text, market).id == "AAPL.TEST"


@pytest.mark.parametrize(
    ("text", "code"), [("", "alert_symbol_missing"), ("TSLA", "alert_symbol"), ("AA PL!", "alert_symbol")]
)
def test_an_unknown_symbol_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve(text, _market("AAPL"))
    assert caught.value.code == code


def test_a_symbol_that_could_mean_two_is_refused_unless_the_strategy_trades_one() -> None:
    market = _market("BTC-USD", "BTCUSD")
    with pytest.raises(InvalidInput) as caught:
        resolve("BTCUSD", market)
    assert caught.value.code == "alert_symbol_ambiguous"
    assert resolve("BTCUSD", market, [InstrumentId("BTCUSD.TEST")]).id == "BTCUSD.TEST"


def test_every_template_is_a_message_once_its_placeholders_are_filled() -> None:
    filled = {"{{ticker}}": "AAPL", "{{time}}": "2026-11-21T14:30:00Z", "{{timenow}}": "2026-11-21T14:31:00Z",
              "{{strategy.order.action}}": "buy", "{{strategy.order.contracts}}": "10", "{{strategy.order.id}}": "Long",
              "{{strategy.position_size}}": "10"}  # fmt: skip
    for template in templates(TOKEN):
        body = template.body
        for name, value in filled.items():
            body = body.replace(name, value)
        message = parse(body.encode())
        assert message.token == TOKEN
        assert message.id
