"""The server's two applications: the whole desk, and the listener that takes alerts and nothing else."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from bidwell.model.errors import BidwellError
from bidwell.server import documentation
from bidwell.server.access.gatekeeper import Gatekeeper
from bidwell.server.accounts.routes import router as accounts
from bidwell.server.addresses import Callers
from bidwell.server.alerts import hooks
from bidwell.server.alerts.history import History
from bidwell.server.alerts.routes import router as alerts
from bidwell.server.assets import Assets
from bidwell.server.backtests.routes import router as backtests
from bidwell.server.brokers.postback import postback_route
from bidwell.server.brokers.routes import router as brokers
from bidwell.server.chains.routes import router as chains
from bidwell.server.context import ServerContext
from bidwell.server.door import Door, Rules
from bidwell.server.fills.routes import router as fills
from bidwell.server.funded.routes import router as funded
from bidwell.server.groups.routes import router as groups
from bidwell.server.guardian.routes import router as guardian
from bidwell.server.halt.routes import router as halt
from bidwell.server.health.routes import router as health
from bidwell.server.identity.keys import router as keys
from bidwell.server.identity.members import router as members
from bidwell.server.identity.sessions import router as sessions
from bidwell.server.instruments.routes import router as instruments
from bidwell.server.intents import intake
from bidwell.server.intents.routes import router as intents
from bidwell.server.invalid import parts_of, problem_of
from bidwell.server.journal.routes import router as journal
from bidwell.server.limiting import Buckets
from bidwell.server.limits.routes import router as limits
from bidwell.server.logins.routes import router as logins
from bidwell.server.market.routes import router as market
from bidwell.server.orders.routes import router as orders
from bidwell.server.overview.routes import router as overview
from bidwell.server.positions.routes import router as positions
from bidwell.server.problems import ProblemError, answer, of_error, unexpected
from bidwell.server.readiness.routes import router as readiness
from bidwell.server.reconciliation.routes import router as reconciliation
from bidwell.server.risk.routes import router as risk
from bidwell.server.strategies.routes import router as strategies
from bidwell.server.strategy_files.routes import router as strategy_files
from bidwell.server.strategy_runs.routes import router as strategy_runs
from bidwell.server.stream.endpoint import Endpoint
from bidwell.server.stream.hub import Hub
from bidwell.server.stream.routes import router as stream
from bidwell.server.stream.tickets import Tickets
from bidwell.server.thin import ThinRoute

ROUTERS: tuple[APIRouter, ...] = (
    sessions, keys, members, overview, accounts, brokers, logins, limits, risk, guardian, readiness, funded, halt, groups, strategies, alerts, instruments, intents,
    orders, fills, positions, chains, reconciliation, journal, market, strategy_files, strategy_runs, backtests, stream, health,
)  # fmt: skip
STREAM_PATH = "/api/v1/stream"
_WORTH_PACKING = 2048

_HTTP_CODES = {400: "request.malformed", 404: "path.unknown", 405: "method.not_allowed", 415: "body.media_type"}


def thin_routes() -> list[ThinRoute]:
    """The routes beside FastAPI, which are tried first."""
    return [
        intake.route,
        hooks.alert_route("/api/v1/hooks/alert"),
        hooks.signal_route("/api/v1/hooks/signal/{strategy}"),
        hooks.check_route("/api/v1/hooks/check"),
        postback_route("/api/v1/hooks/postback/{account}"),
    ]


def api(version: str) -> FastAPI:
    """Every documented route, without anything behind it."""
    app = FastAPI(title="Bidwell", version=version, openapi_url=None, docs_url=None, redoc_url=None,
                  separate_input_output_schemas=False)  # fmt: skip
    app.router.routes[:0] = thin_routes()
    for router in ROUTERS:
        app.include_router(router)
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


def create_app(context: ServerContext) -> ASGIApp:
    """The desk's server; lives as long as `context.desks` and needs no lifespan events."""
    app = api(context.settings.version)
    metrics = context.metrics
    gatekeeper = Gatekeeper(context)
    tickets = Tickets(context.clock, context.entropy)
    hubs = {workspace: Hub(context, workspace, desk) for workspace, desk in context.desks.items()}
    for workspace, desk in context.desks.items():
        metrics.watch(workspace, desk)
    for hub in hubs.values():
        gatekeeper.on_revoked(hub.revoke)
        gatekeeper.on_changed(hub.reopen)
    app.state.context, app.state.gatekeeper, app.state.tickets = context, gatekeeper, tickets
    app.state.history = History(context.alerts)
    endpoint = Endpoint(context, hubs, tickets, metrics)
    app.router.routes.append(WebSocketRoute(STREAM_PATH, endpoint.serve))
    app.router.routes.append(documentation.route(app))
    if context.static is not None:
        app.router.routes.append(Route("/{path:path}", Assets(context.static).serve, methods=["GET", "HEAD"]))
    settings = context.settings
    rules = Rules(Callers(settings.trusted_proxies), Buckets(settings.requests_per_s, settings.burst),
                  Buckets(settings.alerts_per_s, settings.alert_burst),
                  settings.hosts, settings.origins, settings.secure)  # fmt: skip
    return Door(Front(app), rules, context.entropy, metrics)


class Front:
    """Leads the thin routes' requests past FastAPI's layers, which they need none of, to plain Starlette."""

    def __init__(self, full: FastAPI) -> None:
        self.full = full
        # Reads of a workspace only: nothing that carries a secret is compressed beside what a caller can choose.
        self._packed = GZipMiddleware(full, minimum_size=_WORTH_PACKING, compresslevel=1)
        self._thin = Starlette(routes=list(thin_routes()), exception_handlers=_HANDLERS)
        self._thin.state = full.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request or socket on."""
        app: ASGIApp = self.full
        if scope["type"] == "http" and scope["method"] == "POST" and _is_hot(scope["path"]):
            app = self._thin
        elif scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith("/api/v1/w/"):
            app = self._packed
        await app(scope, receive, send)


def _is_hot(path: str) -> bool:
    return path.startswith("/api/v1/hooks/") or (path.endswith("/intents") and path.startswith("/api/v1/w/"))


def create_alert_app(context: ServerContext) -> ASGIApp:
    """The alert-only listener: POST /alert, /signal/{strategy} and /postback/{account}, GET /alert/check, and no more."""
    routes: list[BaseRoute] = [
        hooks.alert_route("/alert"), hooks.signal_route("/signal/{strategy}"), hooks.check_route("/alert/check"),
        hooks.alert_route("/api/v1/hooks/alert"), hooks.signal_route("/api/v1/hooks/signal/{strategy}"),
        postback_route("/postback/{account}"), postback_route("/api/v1/hooks/postback/{account}"),
    ]  # fmt: skip
    app = Starlette(routes=routes, exception_handlers=_HANDLERS)
    app.state.context, app.state.history = context, History(context.alerts)
    settings = context.settings
    senders = Buckets(settings.alerts_per_s, settings.alert_burst)
    rules = Rules(Callers(settings.trusted_proxies), senders, senders, secure=settings.secure, hooks=None)
    return Door(app, rules, context.entropy, context.metrics)


# --- errors ------------------------------------------------------------------------------------------


def _on_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    return answer(request, error)


def _on_desk_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, BidwellError):
        raise error
    return answer(request, of_error(error))


def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    parts = parts_of(error.errors())
    return answer(request, problem_of(parts), parts if len(parts) > 1 else ())


def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error.__cause__, ProblemError):
        return answer(request, error.__cause__)
    code = _HTTP_CODES.get(error.status_code, "request.refused")
    return answer(request, ProblemError(error.status_code, code, str(error.detail), headers=error.headers))


def _on_unexpected(request: Request, error: Exception) -> Response:
    return unexpected(request, error)


_HANDLERS: dict[Any, Any] = {
    Exception: _on_unexpected,
    ProblemError: _on_problem,
    BidwellError: _on_desk_error,
    RequestValidationError: _on_invalid,
    HTTPException: _on_http,
}
