"""From the bytes of a message to its words: JSON or plain text, one strict schema, nothing looked up.

The two forms say the same; `bwt_… buy AAPL 10 limit 98.5 stop 95 id abc` is the text form.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from bidwell.model.errors import InvalidInput
from bidwell.model.money import LARGEST, MOST_DIGITS

LARGEST_BODY = 8192
TOKEN = re.compile(r"bwt_[A-Za-z0-9_-]{20,80}")
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})")
_PLACEHOLDER = re.compile(r"\{\{[^{}]{0,80}\}\}")
_EPOCH = re.compile(r"\d{10}(\d{3})?")


class Verb(StrEnum):
    """What a message asks for."""

    BUY = "buy"
    SELL = "sell"
    SCALE_IN = "scale_in"
    SCALE_OUT = "scale_out"
    EXIT = "exit"
    REVERSE = "reverse"
    TARGET = "target"
    CLOSE_ALL = "close_all"


_VERBS = {
    **{str(verb): verb for verb in Verb},
    "long": Verb.BUY, "enter_long": Verb.BUY, "short": Verb.SELL, "enter_short": Verb.SELL,
    "close": Verb.EXIT, "flat": Verb.EXIT, "closeall": Verb.CLOSE_ALL,
}  # fmt: skip
_NUMBERS = ("quantity", "notional", "percent", "risk", "limit_price", "stop_price", "stop", "take_profit", "trail",
            "position")  # fmt: skip
_SIGNED = {"position"}
_TIMES = ("bar_time", "sent_at")
_LONGEST = {"symbol": 60, "id": 200, "note": 500, "order_type": 20, "time_in_force": 10, "side": 10, "action": 40}

# Kept as the sender wrote it, so that a number never passes through a float.
_Figure = msgspec.Raw
_ABSENT = msgspec.Raw()


class _Raw(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The schema of the JSON form; a figure may be a number or its text, and an empty text is an absent one."""

    action: str
    token: str = ""
    symbol: str | None = None
    side: str | None = None
    quantity: _Figure = _ABSENT
    notional: _Figure = _ABSENT
    percent: _Figure = _ABSENT
    risk: _Figure = _ABSENT
    order_type: str | None = None
    limit_price: _Figure = _ABSENT
    stop_price: _Figure = _ABSENT
    stop: _Figure = _ABSENT
    take_profit: _Figure = _ABSENT
    trail: _Figure = _ABSENT
    time_in_force: str | None = None
    id: str | None = None
    bar_time: str | int | None = None
    position: _Figure = _ABSENT
    sent_at: str | int | None = None
    note: str | None = None


class Message(msgspec.Struct, frozen=True):
    """What the sender said, checked field by field; `token` is a secret and never shown."""

    verb: Verb
    token: str = ""
    symbol: str = ""
    side: str = ""
    quantity: Decimal | None = None
    notional: Decimal | None = None
    percent: Decimal | None = None
    risk: Decimal | None = None
    order_type: str = ""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    stop: Decimal | None = None
    take_profit: Decimal | None = None
    trail: Decimal | None = None
    time_in_force: str = ""
    id: str = ""
    bar_time: datetime | None = None
    position: Decimal | None = None
    sent_at: datetime | None = None
    note: str = ""

    def __repr__(self) -> str:
        """Without the token."""
        return f"Message({self.verb}, {self.symbol!r}, id={self.id!r})"


_decoder = msgspec.json.Decoder(_Raw)

# The text form's words, each followed by its value.
_WORDS = {
    "limit": "limit_price", "trigger": "stop_price", "stop": "stop", "target": "take_profit",
    "take_profit": "take_profit", "tp": "take_profit", "sl": "stop", "trail": "trail", "quantity": "quantity",
    "notional": "notional", "percent": "percent", "risk": "risk", "id": "id", "bar": "bar_time",
    "bar_time": "bar_time", "position": "position", "sent": "sent_at", "sent_at": "sent_at", "side": "side",
    "type": "order_type", "tif": "time_in_force",
}  # fmt: skip


def token_of(body: bytes) -> str | None:
    """The token that a body carries, whatever else is wrong with it; None when there is none."""
    found = TOKEN.search(body.decode("utf-8", "replace"))
    return found.group() if found else None


def redact(body: bytes) -> str:
    """The body as it may be shown and kept: without its token, cut to what a line of history needs."""
    return TOKEN.sub("bwt_…", body.decode("utf-8", "replace"))[:2000].replace("\x00", "�")


def parse(body: bytes) -> Message:
    """Read a message of either form; raises InvalidInput with an `alert_…` code."""
    if len(body) > LARGEST_BODY:
        raise InvalidInput("alert_too_large", f"an alert has at most {LARGEST_BODY} bytes")
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InvalidInput("alert_malformed", "the body is not UTF-8 text") from error
    if not text:
        raise InvalidInput("alert_malformed", "the body is empty", hint="paste a template from the Alerts page")
    left = _PLACEHOLDER.search(text)
    if left is not None:
        raise InvalidInput("alert_placeholder", f"the placeholder {left.group()} was not filled in by the sender",
                           hint="this template fits another kind of alert; see docs/alerts.md")  # fmt: skip
    return _message(_json(text) if text.startswith("{") else _text(text))


def _json(text: str) -> _Raw:
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise InvalidInput("alert_field", str(error), hint="see the list of fields in docs/alerts.md") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput("alert_malformed", "the body starts like JSON but is not valid JSON",
                           hint="check quotes and commas; numbers may stand in quotes") from error  # fmt: skip


def _text(text: str) -> _Raw:
    """`token action [symbol] [size] [word value]…`; `note` takes the rest of the line."""
    line, _, note = text.partition(" note ")
    words = line.split()
    fields: dict[str, str | None] = {"note": note or None}
    if words and TOKEN.fullmatch(words[0]):
        fields["token"] = words.pop(0)
    if not words:
        raise InvalidInput("alert_malformed", "the text names no action", hint=_TEXT_HINT)
    fields["action"] = words.pop(0)
    if words and words[0].lower() not in _WORDS:
        fields["symbol"] = words.pop(0)
    if words and words[0].lower() not in _WORDS:
        size = words.pop(0)
        fields["percent" if size.endswith("%") else "quantity"] = size.removesuffix("%")
    if len(words) % 2:
        raise InvalidInput("alert_malformed", f"{words[-1][:40]!r} stands without its partner", hint=_TEXT_HINT)
    for word, value in zip(words[::2], words[1::2], strict=True):
        name = _WORDS.get(word.lower())
        if name is None:
            raise InvalidInput("alert_field", f"the word {word[:40]!r} is not known", hint=_TEXT_HINT)
        if fields.get(name) is not None:
            raise InvalidInput("alert_field", f"{name} is given twice", field=name)
        fields[name] = value
    return _decoder.decode(msgspec.json.encode(fields))


_TEXT_HINT = "write: TOKEN buy AAPL 10 limit 98.5 stop 95 id abc"


def _message(raw: _Raw) -> Message:
    verb = _VERBS.get(raw.action.strip().lower().replace(" ", "_").replace("-", "_"))
    if verb is None:
        raise InvalidInput("alert_action", f"the action {raw.action[:40]!r} is not known", field="action",
                           hint=f"one of {', '.join(Verb)}")  # fmt: skip
    texts = {name: _word(name, getattr(raw, name)) for name in _LONGEST if name != "action"}
    figures = {name: _figure(name, getattr(raw, name)) for name in _NUMBERS}
    times = {name: _time(name, getattr(raw, name)) for name in _TIMES}
    return Message(verb=verb, token=raw.token.strip(), **texts, **figures, **times)  # type: ignore[arg-type]


def _word(name: str, value: str | None) -> str:
    text = (value or "").strip()
    if len(text) > _LONGEST[name]:
        raise InvalidInput("alert_field", f"{name} has more than {_LONGEST[name]} characters", field=name)
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise InvalidInput("alert_field", f"{name} has control characters", field=name)
    return text


def _figure(name: str, value: _Figure) -> Decimal | None:
    """An exact positive figure (the position may be signed or zero); raises InvalidInput for anything else."""
    text = _written(bytes(value))
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise InvalidInput("alert_number", f"{name} is not a plain decimal number", field=name,
                           hint="write 98.5, without exponent, sign or unit")  # fmt: skip
    number = Decimal(text)
    if abs(number) > LARGEST or len(number.as_tuple().digits) > MOST_DIGITS:
        raise InvalidInput("alert_number", f"{name} has more than {MOST_DIGITS} digits or is above {LARGEST:f}",
                           field=name)  # fmt: skip
    if number <= 0 and name not in _SIGNED:
        raise InvalidInput("alert_number", f"{name} must be above zero", field=name)
    return number


def _written(raw: bytes) -> str:
    """The figure's own characters, whether it was a JSON number or a text; empty for null."""
    if raw in {b"", b"null"}:
        return ""
    return str(msgspec.json.decode(raw)).strip() if raw.startswith(b'"') else raw.decode()


def _time(name: str, value: str | int | None) -> datetime | None:
    """ISO 8601 (UTC where no zone is given, as TradingView writes it) or seconds or milliseconds since 1970."""
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    try:
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidInput("alert_time", f"{name} is not a time such as 2026-11-21T14:30:00Z", field=name) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
