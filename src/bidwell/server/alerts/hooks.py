"""POST /hooks/alert and /hooks/signal: the thin routes by which senders' messages come in."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from bidwell.engine.intake import Receipt
from bidwell.model.errors import BidwellError, InvalidInput
from bidwell.server.access.guards import context_of
from bidwell.server.access.permissions import Action
from bidwell.server.addresses import Caller, networks, parse, within
from bidwell.server.alerts import meaning, tokens
from bidwell.server.alerts import parse as reader
from bidwell.server.alerts.schemas import CallerView
from bidwell.server.context import TRADINGVIEW, ServerContext
from bidwell.server.ports import AlertRecord
from bidwell.server.problems import ProblemError, answer, of_error
from bidwell.server.thin import ThinRoute, read_body

_LOOPBACK = networks(("127.0.0.0/8", "::1/128"))
_TRADINGVIEW = networks(TRADINGVIEW)
# What these verbs mean depends on what is held, so that a repeat is known by its key alone.
_BY_HOLDINGS = frozenset({reader.Verb.SCALE_IN, reader.Verb.SCALE_OUT, reader.Verb.REVERSE, reader.Verb.CLOSE_ALL})
_log = structlog.get_logger("bidwell.alerts")


async def take_alert(request: Request) -> Response:
    """A message with a token in its body; 202 once everything it means is durable."""
    context = context_of(request)
    _check_address(context, request.scope["state"]["caller"])
    body = await read_body(request, reader.LARGEST_BODY)
    sender = tokens.find(reader.token_of(body), context.desks)
    return await _handle(request, context, sender, body, reader.token_of(body))


async def take_signal(request: Request) -> Response:
    """A message whose sender signs it; the same body without a token."""
    context = context_of(request)
    body = await read_body(request, reader.LARGEST_BODY)
    sender = tokens.find_signed(
        request.path_params["strategy"], request.headers.get("x-signature", ""), body, context.desks,
        context.settings.signing_key, context.clock.now(), context.settings.signature_window,
    )  # fmt: skip
    return await _handle(request, context, sender, body, None)


async def check(request: Request) -> Response:
    """What the caller looks like from here, to try a tunnel or a proxy with."""
    context = context_of(request)
    caller: Caller = request.scope["state"]["caller"]
    address = parse(caller.address)
    view = CallerView(
        address=caller.address, allowed=_allowed(context, caller),
        sender="TradingView" if within(address, _TRADINGVIEW) else
        "this machine" if within(address, _LOOPBACK) and not caller.claimed else "unknown",
        forwarded_by=caller.via, secure=request.url.scheme == "https"
        or (caller.via is not None and request.headers.get("x-forwarded-proto") == "https"),
        host=request.headers.get("host", "")[:200],
    )  # fmt: skip
    return Response(view.model_dump_json(), media_type="application/json")


def _allowed(context: ServerContext, caller: Caller) -> bool:
    """On the address list, or this machine itself (not a tunnel on it, which forwards for somebody)."""
    listed = networks(context.settings.alert_networks)
    address = parse(caller.address)
    return not listed or within(address, listed) or (within(address, _LOOPBACK) and not caller.claimed)


def _check_address(context: ServerContext, caller: Caller) -> None:
    if not _allowed(context, caller):
        raise ProblemError(403, "alert_address", f"alerts are not taken from {caller.address}",
                           hint="if a proxy or tunnel stands between, declare it as trusted; see docs/alerts.md")  # fmt: skip


async def _handle(request: Request, context: ServerContext, sender: tokens.Sender, body: bytes,
                  token: str | None) -> Response:  # fmt: skip
    """Understand the message and hand it to the desk; whatever becomes of it goes into the strategy's history."""
    started = time.perf_counter()
    try:
        receipts = await _take(context, sender, body, token)
    except BidwellError as error:
        return _refuse(request, context, sender, body, of_error(error))
    except ProblemError as problem:
        return _refuse(request, context, sender, body, problem)
    duplicate = all(receipt.duplicate for receipt in receipts)
    if not duplicate:
        context.metrics.durable(sender.workspace, time.perf_counter() - started)
    names = [str(receipt.intent) for receipt in receipts]
    outcome = "duplicate" if duplicate else "accepted"
    record = AlertRecord(context.clock.now(), outcome, outcome, "", names[0], reader.redact(body))
    answer_body = {"intent": names[0], "intents": names, "duplicate": duplicate}
    context.metrics.alert(outcome)
    # The sender's answer goes out first.
    asyncio.get_running_loop().call_soon(_remember, request, sender, record)
    return Response(msgspec.json.encode(answer_body), 202, media_type="application/json")


async def _take(context: ServerContext, sender: tokens.Sender, body: bytes, token: str | None) -> list[Receipt]:
    message = reader.parse(body)
    if token is not None and message.token != token:
        raise tokens.refused()
    strategy, desk = sender.strategy, sender.desk
    key = meaning.key_of(message, strategy)
    before = await meaning.known(desk, key)
    if before and message.verb in _BY_HOLDINGS:
        return [Receipt(name, received_at, duplicate=True) for name, received_at in before]
    if not before:
        if not strategy.enabled:
            raise InvalidInput("strategy.disabled", f"strategy {strategy.name} is switched off", field="strategy")
        meaning.check_fresh(message, strategy, context.clock.now())
    requests = meaning.requests(message, strategy, desk.state, key)
    if len(requests) == 1:
        return [await desk.receive(requests[0])]
    done = await asyncio.gather(*(desk.receive(request) for request in requests), return_exceptions=True)
    failed = [one for one in done if isinstance(one, BaseException)]
    if failed:
        raise failed[0]
    return [one for one in done if isinstance(one, Receipt)]


def _refuse(request: Request, context: ServerContext, sender: tokens.Sender, body: bytes,
            problem: ProblemError) -> Response:  # fmt: skip
    record = AlertRecord(context.clock.now(), "refused", problem.code, problem.detail, None, reader.redact(body))
    context.metrics.alert(record.outcome)
    _remember(request, sender, record)
    return answer(request, problem)


def _remember(request: Request, sender: tokens.Sender, record: AlertRecord) -> None:
    """Into the strategy's history and the log."""
    request.app.state.history.note(sender.workspace, sender.strategy.id, record)
    _log.info("alert", strategy=sender.strategy.id, outcome=record.outcome, code=record.code, intent=record.intent)


_RESPONSES: dict[str, Any] = {"202": {"description": "Durable", "content": {"application/json": {
    "schema": {"$ref": "#/components/schemas/AlertReceipt"}}}}}  # fmt: skip
_EXAMPLE = {"token": "bwt_…", "action": "buy", "symbol": "AAPL", "quantity": "10", "id": "1-2026-11-21T14:30:00Z"}


def _body(example: dict[str, str]) -> dict[str, Any]:
    return {"required": True, "content": {
        "application/json": {"schema": {"type": "object"}, "example": example},
        "text/plain": {"schema": {"type": "string", "maxLength": reader.LARGEST_BODY},
                       "example": "bwt_… buy AAPL 10 limit 98.5 stop 95 id abc"},
    }}  # fmt: skip


def alert_route(path: str) -> ThinRoute:
    """The route for messages with a token."""
    return ThinRoute(path, take_alert, method="POST", action=Action.ALERT_POST, operation={
        "tags": ["alerts"], "summary": "Take Alert", "operationId": "take_alert",
        "description": "A sender's message, proved by the token in its body; 202 once it is durable.",
        "requestBody": _body(_EXAMPLE), "responses": _RESPONSES,
    })  # fmt: skip


def signal_route(path: str) -> ThinRoute:
    """The route for messages that are signed."""
    return ThinRoute(path, take_signal, method="POST", action=Action.ALERT_POST, operation={
        "tags": ["alerts"], "summary": "Take Signal", "operationId": "take_signal",
        "description": "A sender's message, proved by X-Signature: t=<unix>,v1=<hex HMAC-SHA256(secret, t.body)>.",
        "parameters": [
            {"name": "strategy", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "X-Signature", "in": "header", "required": True, "schema": {"type": "string"}},
        ],
        "requestBody": _body({name: value for name, value in _EXAMPLE.items() if name != "token"}),
        "responses": _RESPONSES,
    })  # fmt: skip


def check_route(path: str) -> ThinRoute:
    """The route of the reachability check."""
    return ThinRoute(path, check, method="GET", action=Action.ALERT_CHECK, operation={
        "tags": ["alerts"], "summary": "Check Reach", "operationId": "check_reach",
        "description": "What the caller looks like from here.",
        "responses": {"200": {"description": "The caller", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/CallerView"}}}}},
    })  # fmt: skip
