"""An account at Tradovate put together: orders with their terms and executions, positions, cash, and contracts' names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bidwell.brokers.tradovate import parse, wire
from bidwell.brokers.tradovate.broker.entities import Entities, UnknownOrder
from bidwell.brokers.tradovate.client.rest import TradovateClient
from bidwell.brokers.tradovate.symbols import SymbolBook, guess
from bidwell.brokers.transport import finite
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model.errors import ProtocolError, Refused, Unavailable
from bidwell.model.fill import Fill
from bidwell.model.futures import PRODUCTS
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED


class Reading:
    """The reads of one account; `name` is the account's at Tradovate, `gap` why the last report is incomplete."""

    def __init__(self, client: TradovateClient, book: SymbolBook, account: AccountId, name: str, clock: Clock) -> None:
        self._client = client
        self._book = book
        self._account = account
        self._name = name
        self._clock = clock
        self._row: wire.Account | None = None
        self.gap = ""

    # --- who ----------------------------------------------------------------------------------------

    async def account(self, *, anew: bool = False) -> wire.Account:
        """The account of that name; raises Refused where the login has none, with those that it has."""
        if self._row is not None and not anew:
            return self._row
        rows = await self._client.accounts()
        found = next((row for row in rows if row.name.lower() == self._name.lower()), None)
        if found is None:
            names = ", ".join(row.name for row in rows) or "none"
            raise Refused(f"this login has no account {self._name!r}: it has {names}")
        if found.archived or not found.active:
            raise Refused(f"account {found.name} may not trade: it is {'archived' if found.archived else 'not active'}")
        self._row = found
        return found

    # --- contracts ----------------------------------------------------------------------------------

    async def contract(self, instrument: InstrumentId) -> wire.Contract | None:
        """Tradovate's contract of an instrument, looked up once; None where it has no such thing at that venue."""
        known = self._book.contract_of(instrument)
        if known is not None:
            return known
        await self._learn_symbol(guess(instrument))
        return self._book.contract_of(instrument)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind symbols: a contract (ESZ6), or a product (ES) for its front month."""
        found: list[Instrument] = []
        for symbol in symbols:
            made = await self._learn_symbol(symbol.strip().upper()) or await self._front(symbol.strip().upper())
            if made is not None:
                found.append(made)
        return found

    async def learn(self, contracts: Iterable[int]) -> None:
        """Look up the contracts that are not known yet."""
        for number in sorted({each for each in contracts if not self._book.knows(each)}):
            contract = await self._client.contract(number)
            if contract is not None:
                await self._learn(contract)

    async def _learn_symbol(self, symbol: str) -> Instrument | None:
        contract = await self._client.find_contract(symbol)
        return None if contract is None else await self._learn(contract)

    async def _learn(self, contract: wire.Contract, maturity: wire.Maturity | None = None) -> Instrument | None:
        month = maturity or await self._client.maturity(contract.contract_maturity_id)
        if month is None:
            raise ProtocolError(f"Tradovate has no month for {contract.name}")
        product = self._book.products.get(month.product_id) or await self._client.product(month.product_id)
        if product is not None:
            await self._learn_product(product)
        made = self._book.learn(contract, month)
        return made if self._book.is_open(contract, month) else None

    async def _learn_product(self, product: wire.Product) -> None:
        if product.exchange_id not in self._book.exchanges:
            exchange = await self._client.exchange(product.exchange_id)
            self._book.remember(exchanges=[exchange] if exchange else [])
        await self._learn_currencies([product.currency_id])
        self._book.remember(products=[product])

    async def _learn_currencies(self, currencies: Iterable[int]) -> None:
        for number in currencies:
            if number not in self._book.currencies:
                currency = await self._client.currency(number)
                self._book.remember(currencies=[currency] if currency else [])

    async def _front(self, root: str) -> Instrument | None:
        product = await self._client.find_product(root)
        found = [] if product is None else await self.fronts([product])
        return found[0] if found else None

    async def fronts(self, products: Sequence[wire.Product]) -> list[Instrument]:
        """The front month of each product."""
        for product in products:
            await self._learn_product(product)
        months = {
            each.id: each for each in await self._client.maturities(each.id for each in products) if each.is_front
        }
        made = [await self._learn(each, months[each.contract_maturity_id])
                for each in await self._client.contracts(months) if each.contract_maturity_id in months]  # fmt: skip
        return [each for each in made if each is not None]

    async def everything(self) -> list[Instrument]:
        """The front month of every product that the desk knows by its specification."""
        return await self.fronts([each for each in await self._client.products() if each.name in PRODUCTS])

    async def rolls(self, contracts: Iterable[int]) -> list[str]:
        """Why contracts that are held should be rolled, read anew: a sentence for each that ends soon."""
        found = []
        for number in contracts:
            contract = await self._client.contract(number)
            if contract is not None:
                await self._learn(contract)
            month = self._book.months.get(number)
            found.append(month.warning(self._clock.now().date()) if month is not None else "")
        return [each for each in found if each]

    # --- orders -------------------------------------------------------------------------------------

    async def order_id(self, name: ClientOrderId) -> int | None:
        """Tradovate's number of an order of ours; of several under one name the first."""
        commands = [each for each in await self._client.commands()
                    if each.cl_ord_id == name and each.command_type == parse.NEW]  # fmt: skip
        return min((each.order_id for each in commands), default=None)

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our id, with its executions."""
        number = await self.order_id(name)
        if number is None:
            return None
        row = await self._client.order(number)
        if row is None:
            raise Unavailable(f"Tradovate has taken {name} and does not show its order yet")
        account = await self.account()
        if row.account_id != account.id:
            return None
        world = Entities(account.id)
        await self._complete(world, [row])
        await self.learn([] if row.contract_id is None else [row.contract_id])
        found, complete = self._orders(world, None)
        if not complete:
            raise ProtocolError(f"order {number} could not be read")
        return next((each for each in found if each.client_order_id == name), None)

    async def read(self) -> Entities:
        """The whole account by REST."""
        account = await self.account()
        world = Entities(account.id)
        world.put_all(
            positions=await self._client.positions(account.id), balances=await self._client.balances(account.id)
        )
        await self._complete(world, await self._client.orders(account.id))
        return world

    async def _complete(self, world: Entities, rows: Sequence[wire.Order]) -> None:
        numbers = [row.id for row in rows]
        world.put_all(orders=rows, versions=await self._client.versions(numbers),
                      commands=await self._client.commands_of(numbers), fills=await self._client.fills(numbers))  # fmt: skip
        for fee in await self._client.fees(number for order in world.fills.values() for number in order):
            world.put_fee(fee)

    # --- everything -----------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """The account read anew and put together."""
        return await self.assemble(await self.read(), since)

    async def assemble(self, world: Entities, since: datetime | None) -> Snapshot:
        """A report out of what is known: open orders, those closed since, positions and cash."""
        taken_at = self._clock.now()
        # Only what is shown: an old account has held many contracts that are no more.
        named = [row.contract_id for row in world.orders.values() if _is_shown(row, world, since)]
        named += [row.contract_id for row in world.positions.values() if row.net_pos]
        await self.learn(each for each in named if each is not None)
        await self._learn_currencies(world.balances)
        self.gap = ""
        orders, complete = self._orders(world, since)
        positions, prices, cash = {}, {}, {}
        try:
            for row in world.positions.values():
                held = finite(row.net_pos, "netPos")
                if held:
                    instrument = self._book.id_of(row.contract_id)
                    positions[instrument] = held
                    if row.net_price is not None:
                        prices[instrument] = finite(row.net_price, "netPrice")
            for balance in world.balances.values():
                cash[self._currency(balance.currency_id)] = finite(balance.amount, "amount")
        except ProtocolError as problem:
            complete, self.gap = False, str(problem)
        return Snapshot(self._account, taken_at, tuple(orders), positions, cash, complete, prices)

    def _orders(self, world: Entities, since: datetime | None) -> tuple[list[BrokerOrder], bool]:
        context, found, complete = parse.Context(self._account, self._book, self._clock.now()), [], True
        for row in world.orders.values():
            try:
                if _is_shown(row, world, since):
                    found.append(self._order(row, world, context))
            except (ProtocolError, UnknownOrder) as problem:
                complete, self.gap = False, str(problem)
        return found, complete

    def _order(self, row: wire.Order, world: Entities, context: parse.Context) -> BrokerOrder:
        version = world.version_of(row.id)
        if version is None:
            raise ProtocolError(f"the terms of order {row.id} are not told")
        name = world.name_of(row.id)
        told = parse.event_name(row.id, name)
        rows = sorted(world.fills.get(row.id, {}).items())
        fills: list[Fill] = [parse.fill(each, told, context, world.fees.get(number, ZERO)) for number, each in rows]
        return parse.order(row, version, name, fills, world.reasons.get(row.id, ""), context)

    def _currency(self, number: int) -> str:
        found = self._book.currencies.get(number)
        if found is None:
            raise ProtocolError(f"Tradovate has no currency {number}")
        return found


def _is_shown(row: wire.Order, world: Entities, since: datetime | None) -> bool:
    """Whether an order is in a report: open, or closed since; one that does not say when it ended is."""
    if row.account_id != world.account:
        return False
    if since is None or parse.STATUSES.get(row.ord_status) not in CLOSED:
        return True
    last = world.last_at(row.id)
    return last is None or last >= since
