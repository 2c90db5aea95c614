"""Accounts at brokers over the network: credentials in the vault, sessions made from them, their instruments and prices.

A credential is named by its account. What goes with it (environment, proxy, the address of a twin) is sealed along.
"""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from bidwell.app import brokerage, demo
from bidwell.app.brokerage import BROKERS, Access, Brokerage, Chaining, Means
from bidwell.app.desk_orders import DeskOrders
from bidwell.app.instrument_lists import InstrumentLists
from bidwell.app.option_chains import ChainSource, OptionChains
from bidwell.app.sessions import Renewable
from bidwell.engine.ports import MarginSource, SessionLife, SessionReport, SessionState, Trouble
from bidwell.model import events as ev
from bidwell.model.account import Account, Mode
from bidwell.model.errors import BrokerError, InvalidInput
from bidwell.model.ids import AccountId, time_ordered_id
from bidwell.model.limits import Scope, ScopeType, TradingState
from bidwell.model.order import CLOSED
from bidwell.server.ports import (
    AskedEnvironment,
    AskedField,
    BrokerOffer,
    Credentials,
    DailyLogin,
    InstrumentSearch,
    Linked,
    ListState,
    OptionChain,
    OptionExpiries,
    ProbedAccount,
)
from bidwell.storage.errors import VaultError
from bidwell.storage.vault import Secret, Vault
from bidwell.storage.vault_key import load_vault_key, system_keyring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from bidwell.brokers.transport import Field
    from bidwell.engine.desk import Desk
    from bidwell.engine.ports import Broker, BrokerSession, Clock, Entropy, FeedListener
    from bidwell.model.ids import ClientOrderId, InstrumentId
    from bidwell.model.instrument import Instrument
    from bidwell.storage.pool import Pool

TWIN = "twin"
REPLAY = "replay"
_WITH = ("environment", "twin", "proxy", "number")
_PREFIX = "_"
_FRACTION = Decimal("0.000001")
_LISTED_AT_ONCE = 200
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
NOT_ARMED = "a live account trades once it is armed"
log = structlog.get_logger("bidwell")


class Sealed:
    """The vault, opened when it is first needed: a desk without broker accounts needs no vault key."""

    def __init__(self, pool: Pool, key_file: Path, data: Path) -> None:
        self._pool = pool
        self._key_file = key_file
        self._data = data
        self._vault: Vault | None = None

    async def vault(self) -> Vault:
        """The vault; raises ConfigError for a key that cannot be used."""
        if self._vault is None:
            key = await asyncio.to_thread(load_vault_key, self._key_file, self._data, keyring=system_keyring())
            self._vault = Vault(self._pool, key)
        return self._vault

    async def accounts(self) -> dict[AccountId, str]:
        """Which credential belongs to which account, without opening any."""
        async with self._pool.transaction(workspace=demo.WORKSPACE) as connection:
            rows = await connection.execute(
                "SELECT id, name FROM credentials WHERE workspace_id = %s", [demo.WORKSPACE]
            )
            return {AccountId(row["name"]): row["id"] async for row in rows}


class BrokerConnections:
    """`server.ports.Connections`; `desk` and `prices` are set once they exist."""

    desk: Desk
    prices: FeedListener

    def __init__(self, sealed: Sealed, clock: Clock, entropy: Entropy, feed: str, *, twins: bool,
                 polled: bool = False) -> None:  # fmt: skip
        self._sealed = sealed
        self._means = Means(clock, entropy, self._traded, polled=polled,
                            orders=lambda account: DeskOrders(lambda: self.desk.state, account))  # fmt: skip
        self._feed = feed
        self._twins = twins
        self._access: dict[AccountId, tuple[str, Access]] = {}
        self._problems: dict[AccountId, str] = {}
        self._sessions: dict[AccountId, Renewable] = {}
        self._quoting: dict[tuple[str, str, str], brokerage.Prices] = {}
        self._lists = InstrumentLists(clock)
        self._chains = OptionChains(clock)

    async def load(self) -> None:
        """Open every credential; one that does not open leaves its account without a session, with the reason."""
        known = await self._sealed.accounts()
        if not known:
            return
        vault = await self._sealed.vault()
        for account, credential in known.items():
            try:
                secret = await vault.open(demo.WORKSPACE, credential)
            except (VaultError, LookupError) as problem:
                self._problems[account] = str(problem)
                log.warning("credential_not_opened", account=account, reason=str(problem))
                continue
            self._access[account] = _unpacked(secret)

    def session(self, account: Account) -> Broker | None:
        """The session of an account for the desk; None where there is no credential that opens."""
        if account.id not in self._access:
            return None
        made = Renewable(account.id, lambda: self._made(account))
        self._sessions[account.id] = made
        return made

    def _made(self, account: Account) -> BrokerSession:
        broker, access = self._access[account.id]
        return brokerage.brokerage(broker).session(access, account, self._means)

    def _traded(self, account: AccountId) -> dict[ClientOrderId, InstrumentId]:
        """The desk's own orders of an account that may still be at the broker: some look an order up by its pair."""
        return {name: order.instrument for name, order in self.desk.state.orders.items()
                if order.account == account and order.status not in CLOSED}  # fmt: skip

    async def close(self) -> None:
        """End the price streams; sessions are the desk's to close."""
        await self._lists.close()
        await self._chains.close()
        for prices in self._quoting.values():
            await prices.close()

    # --- server.ports.Connections -----------------------------------------------------------------

    def offers(self) -> Sequence[BrokerOffer]:
        """The brokers that there are; twins are offered where the desk was started with them."""
        return [_offer(brokerage.brokerage(name), twins=self._twins) for name in BROKERS]

    async def probe(self, given: Credentials) -> ProbedAccount:
        """Look at the account behind a credential and keep nothing."""
        return await brokerage.brokerage(given.broker).probe(await self._opened(given), self._means)

    async def connect(
        self, given: Credentials, name: str, *, fractional: bool, leverage: Decimal | None, actor: str
    ) -> Account:
        """Test, seal and keep the credential, define the account and open its session; a live one begins halted."""
        found = await self.probe(given)
        self._not_twice(given, found)
        broker, access = brokerage.brokerage(given.broker), await self._opened(given)
        live = given.environment != TWIN and broker.guide.environment(given.environment).live
        now = self._means.clock.now()
        ident = AccountId(time_ordered_id("acc", int(now.timestamp() * 1000), self._means.entropy.bits(35)).lower())
        account = Account(id=ident, name=name, broker=given.broker, broker_account=found.number, currency=found.currency,
                          mode=Mode.LIVE if live else Mode.PAPER, quantity_step=_FRACTION if fractional else None,
                          leverage=leverage or broker.guide.leverage, enabled=False)  # fmt: skip
        instruments = await broker.listing(
            access, (await broker.held(access, self._means))[:_LISTED_AT_ONCE], self._means
        )
        await self._define(instruments)
        await (await self._sealed.vault()).add(demo.WORKSPACE, given.broker, ident,
                                                 _packed(given, access, found.number), now)  # fmt: skip
        self._access[ident] = (given.broker, access)
        await self.desk.define(ev.AccountDefined(now, account, actor))
        if live:
            await self.desk.set_trading_state(Scope(ScopeType.ACCOUNT, ident), TradingState.HALTED, NOT_ARMED, actor)
        account = replace(account, enabled=True)
        await self.desk.define(ev.AccountDefined(now, account, actor))
        await self._follow(ident, [each.id for each in instruments])
        return account

    async def renew(self, account: AccountId, given: Credentials | None) -> None:
        """Open the session anew, with another credential where one is given."""
        if given is not None:
            await self._exchange(account, given)
        session = self._sessions.get(account)
        if session is not None:
            await session.renew()
        elif account in self._access:
            self.desk.reopen(account)

    def logins(self) -> Sequence[DailyLogin]:
        """The accounts whose brokers want a login of a person each day, those that log in by themselves left out."""
        found = []
        for account, (broker, access) in self._access.items():
            fields = tuple(_asked(each) for each in brokerage.brokerage(broker).guide.fields
                           if each.daily and (not each.optional or access.fields.get(each.name)))  # fmt: skip
            session = self._sessions.get(account)
            if fields and session is not None:
                found.append(DailyLogin(account, session.report().state, fields))
        return found

    async def log_in(self, account: AccountId, fields: Mapping[str, str]) -> None:
        """Go on with what a login of a person gave."""
        asked = {each.name for login in self.logins() if login.account == account for each in login.fields}
        other = sorted(set(fields) - asked)
        if other:
            raise InvalidInput("login.unknown", f"a login of this account does not bring {other[0]!r}", field=other[0])
        broker, access = self._access[account]
        await self.renew(account, Credentials(broker, access.environment, fields, access.twin, access.proxy))

    async def _exchange(self, account: AccountId, entered: Credentials) -> None:
        given = self._completed(account, entered)
        found = await self.probe(given)
        known = self.desk.state.accounts[account].broker_account
        if found.number != known:
            raise InvalidInput("connection.other_account", f"this key opens account {found.number}, not {known}",
                               field="fields", hint="connect it as an account of its own")  # fmt: skip
        vault, now = await self._sealed.vault(), self._means.clock.now()
        credential = (await self._sealed.accounts()).get(account)
        access = await self._opened(given)
        secret = _packed(given, access, found.number)
        if credential is None:
            await vault.add(demo.WORKSPACE, given.broker, account, secret, now)
        else:
            await vault.replace(demo.WORKSPACE, credential, secret, now)
        self._problems.pop(account, None)
        self._access[account] = (given.broker, access)
        await self._quote_anew(account)

    def hinted(self, account: AccountId, body: bytes) -> bool:
        """Compare the account with its broker at once where a message proves to be the broker's, and say whether it did."""
        known = self._access.get(account)
        if known is None:
            return False
        broker = brokerage.brokerage(known[0])
        proved = isinstance(broker, brokerage.Hinting) and broker.hint(known[1], body)
        if proved:
            self.desk.reconcile_now(account)
        return proved

    async def forget(self, account: AccountId, actor: str) -> None:
        """End the session, switch the account off and remove its credential; orders stay as they are at the broker."""
        session = self._sessions.pop(account, None)
        if session is not None:
            await session.switch_off()
        self._access.pop(account, None)
        self._problems.pop(account, None)
        known = replace(self.desk.state.accounts[account], enabled=False)
        await self.desk.define(ev.AccountDefined(self._means.clock.now(), known, actor))
        credential = (await self._sealed.accounts()).get(account)
        if credential is not None:
            await (await self._sealed.vault()).remove(demo.WORKSPACE, credential)

    def linked(self, account: AccountId) -> Linked | None:
        """How an account is connected; None for one that is not so."""
        known = self._access.get(account)
        session = self._sessions.get(account)
        if known is None or session is None:
            problem = self._problems.get(account)
            return None if problem is None else _broken(problem, self._means.clock)
        broker, access = known
        shown = [each.name for each in brokerage.brokerage(broker).guide.fields if not each.secret]
        hint = ", ".join(access.fields[name] for name in shown if name in access.fields)
        return Linked(access.environment, self.desk.state.accounts[account].broker_account, hint, session.report(),
                      proxied=access.proxy is not None)  # fmt: skip

    async def turn_kill_switch(self, account: AccountId, *, on: bool) -> str:
        """Let no order of an account pass at its broker, or let them pass again; what the broker says to it."""
        session = self._sessions.get(account)
        inner: object = None if session is None else session.inner
        if not isinstance(inner, brokerage.Switched):
            raise InvalidInput("connection.no_kill_switch", "this account's broker has no kill switch", field="account")
        return await inner.turn_kill_switch(on=on)

    def margin_source(self, account: AccountId) -> MarginSource | None:
        """Who says what orders of an account would take at its broker; None where nobody does."""
        session = self._sessions.get(account)
        inner: object = None if session is None else session.inner
        return inner if isinstance(inner, MarginSource) else None

    async def add_instruments(self, account: AccountId, symbols: Sequence[str]) -> Sequence[InstrumentId]:
        """List the broker's symbols in the workspace."""
        broker, access = self._known(account)
        found = await brokerage.brokerage(broker).listing(access, symbols, self._means)
        if len(found) < len(set(symbols)):
            names = {each.symbol for each in found}
            absent = ", ".join(sorted(symbol for symbol in symbols if symbol not in names))
            title = brokerage.brokerage(broker).guide.title
            raise InvalidInput("instrument.unlisted", f"{title} does not trade {absent}", field="symbols")
        await self._define(found)
        await self._follow(account, [each.id for each in found])
        return [each.id for each in found]

    async def search_instruments(self, account: AccountId, text: str, limit: int) -> InstrumentSearch:
        """What the list of the account's broker has of a text; accounts of one environment share it."""
        broker, access = self._known(account)
        made = brokerage.brokerage(broker)
        if not isinstance(made, brokerage.Enumerating):
            reason = f"{made.guide.title} tells no list: give its exact symbols"
            return InstrumentSearch(ListState.EXACT_ONLY, reason=reason)
        key = (broker, access.environment, access.twin)
        return await self._lists.search(key, lambda: made.directory(access, self._means), text, limit)

    async def option_expiries(self, account: AccountId, underlying: str) -> OptionExpiries:
        """The expiries of the options that the account's broker lists on an underlying."""
        return await self._chains.expiries(self._chain_source(account), underlying)

    async def option_chain(self, account: AccountId, underlying: str, expiry: date | None, strikes: int) -> OptionChain:
        """The strikes of one expiry nearest to the money, with what prices the account's broker tells."""
        return await self._chains.chain(self._chain_source(account), underlying, expiry, strikes)

    # --- inside -----------------------------------------------------------------------------------

    def _chain_source(self, account: AccountId) -> ChainSource:
        """Where an account's chains are read; raises InvalidInput where they cannot be."""
        broker, access = self._known(account)
        made, session = brokerage.brokerage(broker), self._sessions.get(account)
        if not isinstance(made, Chaining):
            raise InvalidInput("options.no_chains", f"{made.guide.title} tells the desk no option chains", field="account",
                               hint="an option is listed by its exact symbol where the broker trades them")  # fmt: skip
        state = None if session is None else session.report().state
        if state is not None and state.life is SessionLife.NEEDS_LOGIN:
            raise InvalidInput("connection.needs_login", f"{made.guide.title} wants a login first: {state.reason}",
                               field="account", hint="log in with Daily login… or `bidwell accounts login`, or give a "
                               "new credential")  # fmt: skip
        return ChainSource(account, made, access, self._means, self.desk.state.instruments)

    def _known(self, account: AccountId) -> tuple[str, Access]:
        """As whom an account's broker is called; raises InvalidInput."""
        known = self._access.get(account)
        if known is None:
            raise InvalidInput("connection.none", "this account is not connected to a broker", field="account")
        return known

    def _checked(self, given: Credentials) -> Access:
        """What may be called at all; raises InvalidInput."""
        broker = brokerage.brokerage(given.broker)
        if given.environment == TWIN:
            if not self._twins:
                raise InvalidInput("connection.twins_off", "this desk does not call twins", field="environment",
                                   hint="start it with `bidwell up --twins`")  # fmt: skip
            if not _on_loopback(given.twin):
                raise InvalidInput("connection.twin", "a twin's address is like http://127.0.0.1:9101", field="twin")
        else:
            broker.guide.environment(given.environment)
            if self._feed == REPLAY:
                raise InvalidInput(
                    "connection.replayed_market",
                    "this desk runs on a replayed market: a real account's orders would be judged by old prices",
                    field="environment", hint="start a desk with `bidwell up --feed brokers --data <another folder>`",
                )  # fmt: skip
        twin = given.twin.rstrip("/") if given.environment == TWIN else ""
        access = Access(dict(given.fields), given.environment, twin, given.proxy or None)
        broker.check(access)
        return access

    async def _opened(self, given: Credentials) -> Access:
        """How the broker is called from now on: a code that is good once is exchanged for what it opens."""
        return await brokerage.redeemed(brokerage.brokerage(given.broker), self._checked(given), self._means)

    def _completed(self, account: AccountId, entered: Credentials) -> Credentials:
        """What was entered, and what is kept of what was not: a day's login brings its code alone."""
        broker, access = self._access.get(account, ("", Access({}, "")))
        if (broker, access.environment, access.twin) != (entered.broker, entered.environment, entered.twin.rstrip("/")):
            return entered
        asked = {each.name for each in brokerage.brokerage(broker).guide.fields if not each.daily}
        kept = {name: value for name, value in access.fields.items() if name in asked}
        return replace(entered, fields=kept | dict(entered.fields), proxy=entered.proxy or access.proxy)

    def _not_twice(self, given: Credentials, found: ProbedAccount) -> None:
        for account in self.desk.state.accounts.values():
            known = self._access.get(account.id)
            same = account.broker == given.broker and account.broker_account == found.number
            if same and known is not None and (known[1].environment, known[1].twin) == (
                given.environment, given.twin.rstrip("/")):  # fmt: skip
                raise InvalidInput("connection.twice", f"account {found.number} is connected already as {account.name}",
                                   field="fields")  # fmt: skip

    async def _define(self, instruments: Sequence[Instrument]) -> None:
        for each in instruments:
            if each.id not in self.desk.state.instruments:
                await self.desk.define(ev.InstrumentListed(self._means.clock.now(), each))

    async def follow_all(self) -> None:
        """Quote what the workspace lists and the brokers trade, as soon as they can be asked; a replay quotes by itself."""
        pause, waiting = _FIRST_PAUSE, list(self._access)
        while True:
            waiting = [account for account in waiting if account in self._access
                       and not await self._follow(account, list(self.desk.state.instruments))]  # fmt: skip
            if not waiting:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _follow(self, account: AccountId, instruments: Sequence[InstrumentId]) -> bool:
        """Whether these are quoted from now on, as far as the broker trades them."""
        if self._feed == REPLAY:
            return True
        broker, access = self._access[account]
        key = (broker, access.environment, access.twin)
        prices = self._quoting.get(key)
        try:
            if prices is None:
                prices = brokerage.brokerage(broker).prices(access, self._means)
                if prices is None:
                    return True
                try:
                    await prices.connect(self.prices)
                except BrokerError:
                    # Another account's login may open them.
                    await prices.close()
                    raise
                self._quoting[key] = prices
            await prices.follow(instruments)
        except BrokerError as problem:
            # The account trades all the same; without prices the gate denies what needs one, and says so.
            self.prices.on_feed_state(broker, connected=False, detail=str(problem))
            log.warning("prices_not_followed", broker=broker, reason=str(problem))
            return False
        return True

    async def _quote_anew(self, account: AccountId) -> None:
        """Let the price stream go on with a credential that took another's place."""
        broker, access = self._access[account]
        prices = self._quoting.pop((broker, access.environment, access.twin), None)
        if prices is not None:
            await prices.close()
        await self._follow(account, list(self.desk.state.instruments))


def _unpacked(secret: Secret) -> tuple[str, Access]:
    fields = dict(secret.fields)
    kept = {name: fields.pop(f"{_PREFIX}{name}", "") for name in (*_WITH, "broker")}
    return kept["broker"], Access(fields, kept["environment"], kept["twin"], kept["proxy"] or None)


def _packed(given: Credentials, access: Access, number: str) -> Secret:
    beside = {"environment": given.environment, "twin": given.twin.rstrip("/"), "proxy": given.proxy or "",
              "number": number, "broker": given.broker}  # fmt: skip
    return Secret({**access.fields, **{f"{_PREFIX}{name}": value for name, value in beside.items()}})


def _broken(problem: str, clock: Clock) -> Linked:
    state = SessionState(SessionLife.NEEDS_LOGIN, problem)
    return Linked("", "", "", SessionReport(state, troubles=(Trouble(clock.now(), "vault", "vault", problem),)))


def _offer(broker: Brokerage, *, twins: bool) -> BrokerOffer:
    guide = broker.guide
    environments = [AskedEnvironment(each.name, each.title, each.live) for each in guide.environments]
    if twins:
        environments.append(AskedEnvironment(TWIN, "Twin on this machine", live=False))
    return BrokerOffer(
        guide.broker, guide.title, tuple(_asked(each) for each in guide.fields),
        tuple(environments), guide.steps, guide.page, guide.leverage, isinstance(broker, Chaining),
    )  # fmt: skip


def _asked(field: Field) -> AskedField:
    return AskedField(field.name, field.label, field.where, field.secret, field.optional, field.choices)


def _on_loopback(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
        local = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
    return parts.scheme == "http" and local and port is not None and not parts.username and parts.path in {"", "/"}
