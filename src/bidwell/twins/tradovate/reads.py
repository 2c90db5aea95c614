"""Every entity by list, item, items, find, deps and ldeps, as the caller may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiohttp import web

from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Person
from bidwell.twins.tradovate import words
from bidwell.twins.tradovate.records import Records
from bidwell.twins.tradovate.words import Row

MASTERS = {
    "account": "userId", "order": "accountId", "orderVersion": "orderId", "command": "orderId", "commandReport": "commandId",
    "executionReport": "commandId", "fill": "orderId", "fillFee": "id", "position": "accountId", "cashBalance": "accountId",
    "contract": "contractMaturityId", "contractMaturity": "productId", "product": "exchangeId", "exchange": "id",
    "currency": "id",
}  # fmt: skip
PLURALS = {
    "account": "accounts", "order": "orders", "orderVersion": "orderVersions", "command": "commands",
    "commandReport": "commandReports", "executionReport": "executionReports", "fill": "fills", "fillFee": "fillFees", "position": "positions",
    "cashBalance": "cashBalances", "contract": "contracts", "contractMaturity": "contractMaturities",
    "product": "products", "exchange": "exchanges", "currency": "currencies",
}  # fmt: skip
ACTIONS = ("list", "item", "items", "find", "deps", "ldeps")
People = Sequence[Person]


class Reads:
    """The entities of a caller, and how they are asked for."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage
        self._rows: dict[str, Callable[[People], list[Row]]] = {
            "account": lambda people: [self.account(each) for each in people],
            "order": lambda people: [records.order(each) for each in records.mine(people)],
            "orderVersion": lambda people: [row for each in records.mine(people)
                                            for row in records.versions[each.broker_order_id]],
            "command": self._commands, "commandReport": self._reports, "executionReport": self._executions,
            "fill": self._fills,
            "fillFee": lambda people: [words.fee(done) for held in records.mine(people) for done in held.fills], "position": self._positions,
            "cashBalance": lambda people: [self.balance(each.account) for each in people],
            "contract": lambda _people: [words.contract(row, index)
                                         for index, row in enumerate(self._stage.market.rows.values())],
            "contractMaturity": lambda _people: self._maturities(),
            "product": lambda _people: self._products(),
            "exchange": lambda _people: [{"id": number, "name": name} for name, number in records.exchanges.items()],
            "currency": lambda _people: [{"id": 1, "name": "USD", "symbol": "$"}],
        }  # fmt: skip

    def rows(self, entity: str, people: People) -> list[Row]:
        """Everything of a kind."""
        return self._rows[entity](people)

    async def answer(
        self, request: web.Request, entity: str, action: str, people: People, query: dict[str, str]
    ) -> web.Response:
        """GET /v1/{entity}/{action}."""
        account = people[0].account
        return await self._stage.play(
            request, On.READ, account, lambda _refusal, _first: (self._asked(entity, action, people, query), ())
        )

    def _asked(self, entity: str, action: str, people: People, query: dict[str, str]) -> web.Response:
        rows = self.rows(entity, people)
        if action == "list":
            return words.reply(rows)
        if action == "find":
            found = [row for row in rows if str(row.get("name")) == query.get("name")]
            return words.reply(found[0]) if found else words.nothing()
        field = "id" if action in {"item", "items"} else MASTERS[entity]
        wanted = query.get({"item": "id", "items": "ids", "deps": "masterid", "ldeps": "masterids"}[action], "")
        found = [row for row in rows if str(row[field]) in wanted.split(",")]
        if action == "item":
            return words.reply(found[0]) if found else words.nothing()
        return words.reply(found)

    # --- rows ---------------------------------------------------------------------------------------

    def account(self, person: Person) -> Row:
        """An account."""
        return {
            "id": self._records.accounts[person.account], "name": person.account, "userId": 1, "accountType": "Customer",
            "active": True, "clearingHouseId": 2, "riskCategoryId": 1, "autoLiqProfileId": 1,
            "marginAccountType": "Speculator", "legalStatus": "Individual", "archived": False,
            "timestamp": "2026-01-05T14:30:00.000Z",
        }  # fmt: skip

    def balance(self, account: str) -> Row:
        """Cash of an account."""
        number, at = self._records.accounts[account], self._stage.market.now()
        held = self._stage.state.accounts[account]
        return {"id": number + 100, "accountId": number, "timestamp": words.stamp(at), "tradeDate": words.trade_date(at),
                "currencyId": 1, "amount": held.cash[held.spec.currency], "realizedPnL": 0, "weekRealizedPnL": 0}  # fmt: skip

    def position(self, account: str, instrument: str) -> Row:
        """What an account holds of a contract, nothing included."""
        number, symbol = self._records.accounts[account], self._stage.market.symbols[instrument]
        contract = self._records.contracts[symbol]
        return words.position(number * 10_000 + contract, number, contract,
                              self._stage.state.accounts[account].holdings.get(instrument), self._stage.market.now())  # fmt: skip

    def money(self, account: str) -> Row:
        """POST /v1/cashBalance/getcashbalancesnapshot."""
        held, margin = self._stage.state.accounts[account], self._stage.venue.margin
        cash, equity = held.cash[held.spec.currency], margin.equity(held)
        return {"totalCashValue": cash, "totalPnL": equity - cash, "initialMargin": equity - margin.free(held),
                "maintenanceMargin": equity - margin.free(held), "netLiq": equity, "openPnL": equity - cash,
                "realizedPnL": 0, "weekRealizedPnL": 0}  # fmt: skip

    def _positions(self, people: People) -> list[Row]:
        return [self.position(each.account, name) for each in people
                for name in self._stage.state.accounts[each.account].holdings]  # fmt: skip

    def _fills(self, people: People) -> list[Row]:
        records = self._records
        return [words.fill(held, done, records.contracts[records.listed(held).symbol])
                for held in records.mine(people) for done in held.fills]  # fmt: skip

    def _commands(self, people: People) -> list[Row]:
        numbers = {words.order_id(each.broker_order_id) for each in self._records.mine(people)}
        return [row for row in self._records.commands.values() if row["orderId"] in numbers]

    def _reports(self, people: People) -> list[Row]:
        numbers = {row["id"] for row in self._commands(people)}
        return [row for row in self._records.reports if row["commandId"] in numbers]

    def _executions(self, people: People) -> list[Row]:
        numbers = {self._records.accounts[each.account] for each in people}
        return [row for row in self._records.executions if row["accountId"] in numbers]

    def _maturities(self) -> list[Row]:
        rows = list(self._stage.market.rows.values())
        first = {
            root: min(str(row.expiry) for row in rows if row.underlying == root) for root in self._records.products
        }
        return [words.maturity(row, index, self._records.products[row.underlying],
                               front=str(row.expiry) == first[row.underlying]) for index, row in enumerate(rows)]  # fmt: skip

    def _products(self) -> list[Row]:
        found: dict[str, Row] = {}
        for row in self._stage.market.rows.values():
            if row.underlying not in found:
                found[row.underlying] = words.product(row, self._records.products[row.underlying],
                                                      self._records.exchanges[row.exchange])  # fmt: skip
        return list(found.values())
