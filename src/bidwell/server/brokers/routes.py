"""/brokers, and what belongs to an account's connection."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from bidwell.engine.desk import Desk
from bidwell.engine.ports import Clock
from bidwell.model.account import Account, Mode
from bidwell.model.errors import InvalidInput
from bidwell.model.limits import Scope, ScopeType, TradingState
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts import reads
from bidwell.server.accounts.schemas import AccountDetail
from bidwell.server.brokers import schemas
from bidwell.server.fields import ObjectId
from bidwell.server.ports import BrokerOffer, Connections, Credentials, Linked
from bidwell.server.problems import ProblemError, not_found
from bidwell.server.readiness.reads import must_be_ready

router = APIRouter(prefix="/api/v1/w/{workspace}", tags=["brokers"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.ACCOUNT_WRITE))]
_Connect = Annotated[Access, Depends(InWorkspace(Action.ACCOUNT_CONNECT))]
_Words = Annotated[str, Query(max_length=80)]
_Limit = Annotated[int, Query(ge=1, le=100)]
_BrokerName = Annotated[str, Path(max_length=20, pattern=r"^[a-z_]+$")]

_TENTH = Decimal("0.1")


@router.get("/brokers")
async def list_brokers(access: _Read) -> schemas.BrokerList:
    """The brokers that an account can be connected at, with what each asks for."""
    return schemas.BrokerList(items=[_view(each) for each in connections_of(access).offers()])


@router.post("/brokers/{broker}/probe")
async def probe_broker(access: _Connect, broker: _BrokerName, body: schemas.CredentialBody) -> schemas.ProbeView:
    """Look at the account behind a credential, read-only; nothing is kept."""
    connections = connections_of(access)
    found = await connections.probe(_given(broker, body))
    live = any(each.live for offer in connections.offers() if offer.broker == broker
               for each in offer.environments if each.name == body.environment)  # fmt: skip
    return schemas.ProbeView(number=found.number, currency=found.currency, cash=found.cash, equity=found.equity,
                             buying_power=found.buying_power, status=found.status, live=live)  # fmt: skip


@router.post("/brokers/{broker}/accounts", status_code=201)
async def connect_account(access: _Connect, broker: _BrokerName, body: schemas.ConnectBody) -> AccountDetail:
    """Connect an account; a live one is halted until it is armed."""
    account = await connections_of(access).connect(
        _given(broker, body), body.name, fractional=body.fractional, leverage=body.leverage, actor=access.actor.label
    )
    await access.note("account.connected", account.id, {"broker": broker, "environment": body.environment,
                                                        "number": account.broker_account})  # fmt: skip
    return reads.detail(access.desk, account)


@router.get("/accounts/{id}/connection")
async def read_connection(access: _Read, account: ObjectId) -> schemas.ConnectionView:
    """How an account is connected: session, data age, limits used, last errors."""
    found = reads.find(access.desk, account)
    return _connection(access.desk, found, _linked(access, found), access.context.clock)


@router.post("/accounts/{id}/connection/reconnect")
async def reconnect(access: _Write, account: ObjectId) -> schemas.ConnectionView:
    """Close the session and open it anew."""
    found = reads.find(access.desk, account)
    _linked(access, found)
    await connections_of(access).renew(found.id, None)
    await access.note("account.reconnected", found.id)
    return _connection(access.desk, found, _linked(access, found), access.context.clock)


@router.put("/accounts/{id}/connection")
async def change_credential(
    access: _Connect, account: ObjectId, body: schemas.CredentialBody
) -> schemas.ConnectionView:
    """Go on with another credential of the same account at the broker."""
    found = reads.find(access.desk, account)
    _linked(access, found)
    await connections_of(access).renew(found.id, _given(found.broker, body))
    await access.note("account.credential_changed", found.id, {"environment": body.environment})
    return _connection(access.desk, found, _linked(access, found), access.context.clock)


@router.delete("/accounts/{id}/connection", status_code=204)
async def forget_credential(access: _Connect, account: ObjectId) -> None:
    """Remove the credential: the session ends and the account is switched off; its orders stay at the broker."""
    found = reads.find(access.desk, account)
    _linked(access, found)
    await connections_of(access).forget(found.id, access.actor.label)
    await access.note("account.credential_removed", found.id)


@router.post("/accounts/{id}/connection/kill-switch")
async def turn_kill_switch(access: _Write, account: ObjectId, body: schemas.KillSwitchBody) -> schemas.KillSwitchView:
    """Let no order of the account pass at its broker, or let them pass again."""
    found = reads.find(access.desk, account)
    _linked(access, found)
    said = await connections_of(access).turn_kill_switch(found.id, on=body.on)
    await access.note("account.kill_switch", found.id, {"on": str(body.on).lower()})
    return schemas.KillSwitchView(on=body.on, said=said)


@router.post("/accounts/{id}/arm")
async def arm_account(access: _Connect, account: ObjectId, body: schemas.ArmBody) -> AccountDetail:
    """Let a live account that is a GO trade: a deliberate act of a person who gave the password just now."""
    found = reads.find(access.desk, account)
    if found.mode is not Mode.LIVE:
        raise InvalidInput("account.not_live", "only a live account is armed", field="account")
    if body.number != found.broker_account:
        raise InvalidInput("account.number", "this is not the number of the account at its broker", field="number",
                           hint="type it as the broker shows it")  # fmt: skip
    await must_be_ready(access.context, access.workspace, access.desk, found.id)
    scope = Scope(ScopeType.ACCOUNT, found.id)
    await access.desk.set_trading_state(scope, TradingState.ACTIVE, "armed", access.actor.label)
    await access.note("account.armed", found.id, {"number": found.broker_account})
    return reads.detail(access.desk, found)


@router.post("/accounts/{id}/instruments")
async def list_instruments(access: _Write, account: ObjectId, body: schemas.SymbolsBody) -> schemas.ListedView:
    """Bring instruments of the account's broker into the workspace's list."""
    found = reads.find(access.desk, account)
    _linked(access, found)
    listed = await connections_of(access).add_instruments(found.id, body.symbols)
    await access.note("instruments.listed", found.id, {"symbols": ", ".join(body.symbols)})
    return schemas.ListedView(instruments=[str(each) for each in listed])


@router.get("/accounts/{id}/instruments/search")
async def search_instruments(
    access: _Read, account: ObjectId, q: _Words = "", limit: _Limit = 20
) -> schemas.SearchView:
    """Search the whole list of the account's broker: by symbol, name, underlying, expiry, strike and right.

    The first search begins to read the list (state `loading`): ask again after a second. Without words it finds nothing
    and says how the list is.
    """
    found = reads.find(access.desk, account)
    search = await connections_of(access).search_instruments(found.id, q, limit)
    known = access.desk.state.instruments
    items = [schemas.FoundView(id=each.id, symbol=each.symbol, name=each.name, kind=each.kind, expiry=each.expiry,
                               underlying=each.underlying, strike=each.strike, pick=each.pick, listed=each.id in known)
             for each in search.items]  # fmt: skip
    return schemas.SearchView(state=search.state, items=items, rows=search.rows, loaded_at=search.loaded_at,
                              reason=search.reason, note=search.note, left_out=search.left_out,
                              colliding=list(search.colliding))  # fmt: skip


# --- inside -----------------------------------------------------------------------------------------


def connections_of(access: Access) -> Connections:
    """The accounts at brokers of a workspace; raises ProblemError where the desk runs without."""
    found = access.context.connections.get(access.workspace)
    if found is None:
        raise ProblemError(409, "connection.none_here", "this desk runs without brokers over the network")
    return found


def _linked(access: Access, account: Account) -> Linked:
    found = connections_of(access).linked(account.id)
    if found is None:
        raise not_found("connection", account.id)
    return found


def _given(broker: str, body: schemas.CredentialBody) -> Credentials:
    fields = {name: value.get_secret_value() for name, value in body.fields.items()}
    proxy = body.proxy.get_secret_value() if body.proxy is not None else None
    return Credentials(broker, body.environment, fields, body.twin, proxy)


def _view(offer: BrokerOffer) -> schemas.BrokerView:
    return schemas.BrokerView(
        broker=offer.broker, title=offer.title, steps=list(offer.steps), page=offer.page,
        leverage=offer.leverage, chains=offer.chains,
        fields=[schemas.BrokerField.of(each) for each in offer.fields],
        environments=[schemas.BrokerEnvironment(name=each.name, title=each.title, live=each.live)
                      for each in offer.environments],
    )  # fmt: skip


def _connection(desk: Desk, account: Account, linked: Linked, clock: Clock) -> schemas.ConnectionView:
    report, now = linked.report, clock.now()
    age = None if report.heard_at is None else Decimal(str((now - report.heard_at).total_seconds())).quantize(_TENTH)
    skew = None if report.skew is None else Decimal(str(report.skew.total_seconds())).quantize(_TENTH)
    return schemas.ConnectionView(
        broker=account.broker, environment=linked.environment, number=linked.number, hint=linked.hint,
        life=report.state.life, reason=report.state.reason, login_url=report.state.login_url, until=report.state.until,
        armed=reads.state_of(desk, account.id).state is not TradingState.HALTED, data_age=age,
        requests_limit=report.requests_limit, requests_left=report.requests_left, clock_skew=skew,
        troubles=[schemas.TroubleView(at=each.at, what=each.what, code=each.code, sentence=each.sentence)
                  for each in reversed(report.troubles)],
    )  # fmt: skip
