"""What the twin keeps beside the venue: numbers, commands and versions of orders, sessions and penalty tickets."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bidwell.simulation.facts import Placed
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.stage import Stage
from bidwell.twins.tradovate import words
from bidwell.twins.tradovate.words import Row

MOST_SESSIONS = 2
AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Session:
    """A login that is open until `ends_at`, in loop seconds."""

    user: str
    token: str
    market_token: str
    ends_at: float


class Records:
    """The twin's memory; accounts, contracts and products are numbered in the scenario's order."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.accounts = {name: words.ACCOUNT + index for index, name in enumerate(stage.people)}
        rows = list(stage.market.rows.values())
        self.contracts = {row.symbol: words.CONTRACT + index for index, row in enumerate(rows)}
        self.products = {
            root: words.PRODUCT + index for index, root in enumerate(dict.fromkeys(r.underlying for r in rows))
        }
        self.exchanges = {
            name: words.EXCHANGE + index for index, name in enumerate(dict.fromkeys(r.exchange for r in rows))
        }
        self.commands: dict[int, Row] = {}
        self.versions: defaultdict[str, list[Row]] = defaultdict(list)
        self.reports: list[Row] = []
        self.executions: list[Row] = []
        self.changing: dict[str, int] = {}
        self.sessions: dict[str, Session] = {}
        self.tickets: dict[str, float] = {}
        self._numbers = itertools.count(8_000_000)

    def number(self) -> int:
        """A number that nothing else has."""
        return next(self._numbers)

    # --- who ----------------------------------------------------------------------------------------

    def caller(self, request: web.Request) -> list[Person]:
        """The accounts behind a bearer token; answers 401 for none."""
        return self.people_of(request.headers.get("Authorization", "").removeprefix("Bearer "))

    def people_of(self, token: str) -> list[Person]:
        """The accounts that a token opens; answers 401 for one that ended."""
        session = self.sessions.get(token)
        found: list[Person] = []
        if session is not None and asyncio.get_running_loop().time() < session.ends_at:
            found = [each for each in self.stage.people.values()
                     if each.fields.get("name") == session.user and self.stage.who(**each.fields)]  # fmt: skip
        if not found:
            raise web.HTTPUnauthorized(text="Access is denied")
        return found

    def open_session(self, user: str, lifetime: float) -> Session:
        """Another session of a login; the oldest ends where there would be three."""
        mine = list(dict.fromkeys(each for each in self.sessions.values() if each.user == user))
        for old in mine[: max(len(mine) - MOST_SESSIONS + 1, 0)]:
            self.end_session(old)
        return self._keep(user, f"token-{self.number()}", f"market-{self.number()}", lifetime)

    def renew_session(self, token: str, lifetime: float) -> Session:
        """The same session with another token."""
        old = self.sessions[token]
        self.end_session(old)
        return self._keep(old.user, f"token-{self.number()}", old.market_token, lifetime)

    def end_session(self, session: Session) -> None:
        """Tokens that open nothing any more."""
        self.sessions.pop(session.token, None)
        self.sessions.pop(session.market_token, None)

    def _keep(self, user: str, token: str, market_token: str, lifetime: float) -> Session:
        made = Session(user, token, market_token, asyncio.get_running_loop().time() + lifetime)
        self.sessions[token] = self.sessions[market_token] = made
        return made

    # --- penalties ----------------------------------------------------------------------------------

    def penalty(self, seconds: float) -> Row:
        """A ticket that is good after a while."""
        ticket = f"ticket-{self.number()}"
        self.tickets[ticket] = asyncio.get_running_loop().time() + seconds
        return {"p-ticket": ticket, "p-time": seconds, "p-captcha": seconds >= AN_HOUR}

    def penalized(self, body: Row) -> web.Response | None:
        """Another penalty where a ticket is used too early, or is none of ours."""
        if "p-ticket" not in body:
            return None
        good_at = self.tickets.pop(str(body["p-ticket"]), None)
        left = 60.0 if good_at is None else good_at - asyncio.get_running_loop().time()
        return words.reply(self.penalty(left)) if left > 0.001 else None

    # --- orders -------------------------------------------------------------------------------------

    def listed(self, order: VenueOrder) -> Listed:
        """The scenario's row of an order's contract."""
        return self.stage.market.rows[self.stage.market.symbols[order.instrument]]

    def order(self, held: VenueOrder, status: str = "") -> Row:
        """An order's state."""
        return words.order(held, self.accounts[held.account], self.contracts[self.listed(held).symbol], status)

    def command(self, venue_id: str, kind: str, number: int, name: str = "") -> Row:
        """Something that was asked of an order."""
        row: Row = {
            "id": number, "orderId": words.order_id(venue_id), "timestamp": words.stamp(self.stage.market.now()),
            **({"clOrdId": name} if name else {}), "commandType": kind, "commandStatus": "Pending", "isAutomated": bool(name),
        }  # fmt: skip
        self.commands[number] = row
        return row

    def placed(self, held: VenueOrder, name: str) -> None:
        """A new order: its command and its first version have its number."""
        number = words.order_id(held.broker_order_id)
        self.command(held.broker_order_id, "New", number, name)
        self.versions[held.broker_order_id] = [words.version(held, number)]

    def report(self, command: int, status: str, text: str = "") -> Row:
        """What became of a command."""
        self.commands[command]["commandStatus"] = status
        row: Row = {"id": self.number(), "commandId": command, "timestamp": words.stamp(self.stage.market.now()),
                    "commandStatus": status, **({"rejectReason": "OtherExecutionRelated", "text": text} if text else {})}  # fmt: skip
        self.reports.append(row)
        return row

    def execution(self, held: VenueOrder, command: int, kind: str, status: str, **more: object) -> Row:
        """What happened to an order."""
        number, at = self.number(), self.stage.market.now()
        row: Row = {
            "id": number, "commandId": command, "name": f"{command}:{number}", "accountId": self.accounts[held.account],
            "contractId": self.contracts[self.listed(held).symbol], "timestamp": words.stamp(at),
            "tradeDate": words.trade_date(at), "orderId": words.order_id(held.broker_order_id), "execType": kind,
            "ordStatus": status, "action": words.SIDE_WORDS[held.side], **more,
        }  # fmt: skip
        self.executions.append(row)
        return row

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Number orders that were placed by hand."""
        for outcome in outcomes:
            if isinstance(outcome, Placed) and outcome.order.broker_order_id not in self.versions:
                self.placed(outcome.order, "")

    def mine(self, people: Sequence[Person]) -> list[VenueOrder]:
        """The orders of accounts; what was refused on arrival never became one."""
        names = {each.account for each in people}
        return [each for each in self.stage.state.orders.values()
                if each.account in names and each.broker_order_id in self.versions]  # fmt: skip
