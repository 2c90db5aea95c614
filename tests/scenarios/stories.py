"""Market stories as text tables: `time | what happens | what comes of it`, played against the venue.

A file holds stories under `## title`; settings come first (`account`, `fees`, `slippage`, `participation`,
`session`, `trigger`, `rate`), then the table. The last column is everything that came of the row, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bidwell.model.ids import InstrumentId
from bidwell.model.market import Bar, Quote
from bidwell.model.money import Rates
from bidwell.model.session import Session, SessionTable
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.facts import Amended, Closed, Declined, Traded
from bidwell.simulation.fees import FeeModel, NoFee, PercentFee, PerOrderFee, PerShareFee
from bidwell.simulation.floor import Duplicate, NotCanceled, NotReplaced, Outcome, VenueSettings
from bidwell.simulation.liquidity import Participation
from bidwell.simulation.matching import TriggerBy
from bidwell.simulation.orders import AccountSpec, Link, Models, Ticket
from bidwell.simulation.scripted import ScriptedMarket, coin, share
from bidwell.simulation.slippage import NoSlippage, PercentSlippage, SlippageModel, TickSlippage
from bidwell.simulation.state import VenueState
from bidwell.simulation.venue import Venue

DAY_ONE = date(2013, 3, 4)
ACCOUNT = "desk"
TYPES = {"MARKET", "LIMIT", "STOP", "STOP_LIMIT", "TRAILING"}


@dataclass
class Row:
    line: int
    at: str
    what: str
    expected: list[str]


@dataclass
class Story:
    title: str
    file: str
    settings: list[list[str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def read(folder: Path) -> Iterator[Story]:
    """Every story of a folder's text files."""
    for path in sorted(folder.glob("*.txt")):
        story: Story | None = None
        for number, raw in enumerate(path.read_text().splitlines(), 1):
            line = raw.strip()
            if line.startswith("## "):
                if story is not None:
                    yield story
                story = Story(line[3:], path.stem)
            elif story is None or not line or line.startswith("#"):
                continue
            elif "|" in line:
                at, what, expected = (part.strip() for part in line.split("|"))
                story.rows.append(Row(number, at, what, [each.strip() for each in expected.split(";") if each.strip()]))
            else:
                story.settings.append(line.split())
        if story is not None:
            yield story


class WallClock:
    """A wall clock that stands with the market's."""

    def __init__(self, market: ScriptedMarket) -> None:
        self._market = market

    def now(self) -> datetime:
        return self._market.now()


class Player:
    """One story against one venue; `play` gives what came of a row as text."""

    def __init__(self, story: Story) -> None:
        words = {line[0]: line[1:] for line in story.settings}
        table = _sessions(words["session"]) if "session" in words else None
        calendar = table.calendar if table else "24/7"
        listed = [
            share("ACME", calendar=calendar), share("INFY", currency="INR", tick="0.05", calendar=calendar),
            coin("BTC"),
        ]  # fmt: skip
        rates = Rates()
        if "rate" in words:
            first, second, rate = words["rate"]
            rates.set(first, second, Decimal(rate))
        tables = {calendar: table} if table else {}
        self.market = ScriptedMarket(_moment("0 09:00"), listed, rates=rates, tables=tables)
        settings = VenueSettings(
            trigger_by=TriggerBy(words.get("trigger", ["touch"])[0]),
            renew_ids="renew_ids" in words,
            fill_on_arrival="bars_only" not in words,
        )
        self.venue = Venue(VenueState(), self.market, WallClock(self.market), settings)
        self.venue.open_account(_account(words))
        self.names: dict[str, str] = {}

    def play(self, row: Row) -> list[str]:
        """Do what a row says."""
        self.market.move_to(_moment(row.at))
        said = self._said(self.venue.on_clock())
        return said + self._do(row.what)

    def _do(self, what: str) -> list[str]:
        verb, *words = what.split()
        if verb == "clock":
            return []
        if verb == "quote":
            return self._said(self.venue.on_quotes([self._quote(words)]))
        if verb == "bar":
            return self._said(self.venue.on_bar(self._bar(words)))
        if verb == "cancel":
            return self._said(self.venue.cancel(ACCOUNT, words[0]))
        if verb == "replace":
            name, quantity, *terms = words
            changes = _ticket(name, "BUY", quantity, "ACME.TEST", terms)
            return self._said(self.venue.replace(ACCOUNT, changes))
        if verb == "check":
            return self._check()
        return self._said(self._submit(what))

    def _submit(self, what: str) -> list[Outcome]:
        link = Link.BRACKET if " + " in what else Link.OCO if " & " in what else Link.NONE
        first, *others = what.replace(" & ", " + ").split(" + ")
        name, side, quantity, symbol, *terms = first.replace(": ", " ").split()
        tickets = [_ticket(name, side, quantity, f"{symbol}.TEST", terms)]
        exit_side = tickets[0].side.opposite if link is Link.BRACKET else tickets[0].side
        for other in others:
            other_name, *other_terms = other.replace(": ", " ").split()
            tickets.append(_ticket(other_name, exit_side, quantity, f"{symbol}.TEST", [*other_terms, "GTC"]))
        return self.venue.submit(ACCOUNT, tickets, link)

    def _quote(self, words: list[str]) -> Quote:
        symbol, bid, ask, *rest = words
        options = dict(each.split("=") for each in rest)
        return self.market.quote(
            f"{symbol}.TEST", bid, ask, quantity=options.get("quantity", "100000"), last=options.get("last", "")
        )

    def _bar(self, words: list[str]) -> Bar:
        symbol, *figures = words
        opened, high, low, close, volume = (Decimal(each) for each in figures)
        return Bar(InstrumentId(f"{symbol}.TEST"), self.market.now(), 60, opened, high, low, close, volume)

    def _check(self) -> list[str]:
        account = self.venue.state.accounts[ACCOUNT]
        cash = [f"{currency} {amount.normalize():f}" for currency, amount in sorted(account.cash.items())]
        held = [
            f"{name.removesuffix('.TEST')} {each.quantity.normalize():f}"
            for name, each in sorted(account.holdings.items())
        ]
        return cash + held

    def _said(self, outcomes: list[Outcome]) -> list[str]:
        said = []
        for outcome in outcomes:
            match outcome:
                case Traded(execution=execution):
                    fee = f" fee {execution.fee:f}" if execution.fee else ""
                    name = self._name(outcome.broker_order_id)
                    said.append(f"{name} {execution.quantity.normalize():f}@{execution.price.normalize():f}{fee}")
                case Closed(status=status):
                    said.append(f"{self._name(outcome.broker_order_id)} {status.lower()}")
                case Amended(quantity=quantity):
                    name = self._name(outcome.new_id or outcome.broker_order_id)
                    said.append(f"{name} ={quantity.normalize():f}")
                case Declined(order=order):
                    said.append(f"{order.client_order_id} rejected {order.code}")
                case NotCanceled() | NotReplaced():
                    said.append(f"{outcome.client_order_id} refused {outcome.refusal.code}")
                case Duplicate(order=order):
                    said.append(f"{order.client_order_id} seen {order.status.lower()}")
                case _:
                    pass
        return said

    def _name(self, broker_order_id: str) -> str:
        return self.venue.state.orders[broker_order_id].client_order_id


def _moment(text: str) -> datetime:
    """`10:00`, `10:00:30`, or with a day number before it."""
    day, _, clock = text.rpartition(" ")
    hour, minute, *second = (int(each) for each in clock.split(":"))
    start = datetime.combine(DAY_ONE, datetime.min.time(), UTC)
    return start + timedelta(days=int(day or 0), hours=hour, minutes=minute, seconds=second[0] if second else 0)


def _sessions(words: list[str]) -> SessionTable:
    opens, closes = words
    return SessionTable(
        "XTST",
        tuple(
            Session(DAY_ONE + timedelta(days=day), _moment(f"{day} {opens}"), _moment(f"{day} {closes}"))
            for day in range(5)
        ),
    )


def _account(words: dict[str, list[str]]) -> AccountSpec:
    currency, cash, *rest = words.get("account", ["USD", "100000"])
    options = dict(each.split("=") for each in rest)
    step = options.get("step")
    return AccountSpec(
        ACCOUNT, currency, Decimal(cash), Decimal(options.get("leverage", "1")), Decimal(step) if step else None,
        Models(_fees(words.get("fees")), _slippage(words.get("slippage")), participation=_participation(words)),
    )  # fmt: skip


def _fees(words: list[str] | None) -> FeeModel:
    if not words:
        return NoFee()
    name, *figures = words
    numbers = [Decimal(each) for each in figures]
    models: dict[str, Callable[..., FeeModel]] = {
        "percent": PercentFee,
        "per_share": PerShareFee,
        "per_order": PerOrderFee,
    }
    return models[name](*numbers)


def _slippage(words: list[str] | None) -> SlippageModel:
    if not words:
        return NoSlippage()
    return TickSlippage(int(words[1])) if words[0] == "ticks" else PercentSlippage(Decimal(words[1]))


def _participation(words: dict[str, list[str]]) -> Participation:
    figures = words.get("participation")
    if not figures:
        return Participation()
    return Participation(unlimited=True) if figures[0] == "unlimited" else Participation(Decimal(figures[0]))


def _ticket(name: str, side: str, quantity: str, instrument: str, terms: list[str]) -> Ticket:
    figures: dict[str, Decimal] = {}
    order_type, *rest = terms
    names = {
        "MARKET": [], "LIMIT": ["limit_price"], "STOP": ["stop_price"], "STOP_LIMIT": ["stop_price", "limit_price"],
        "TRAILING": ["trail_amount"],
    }[order_type]  # fmt: skip
    for place in names:
        figure = rest.pop(0)
        if figure.endswith("%"):
            place, figure = "trail_percent", figure[:-1]  # noqa: PLW2901
        figures[place] = Decimal(figure)
    force, _, expires = (rest[0] if rest else "DAY").partition("=")
    return Ticket(
        instrument, Side(side), Decimal(quantity),
        OrderType.TRAILING_STOP if order_type == "TRAILING" else OrderType(order_type), TimeInForce(force), name,
        expires_at=_moment(expires) if expires else None, **figures,
    )  # fmt: skip
