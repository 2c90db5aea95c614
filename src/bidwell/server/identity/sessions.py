"""/setup and /session: how a person comes in and goes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from bidwell.model.errors import InvalidInput
from bidwell.server.access.actor import Actor
from bidwell.server.access.gatekeeper import Gatekeeper
from bidwell.server.access.guards import Open, Outside, Visit
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.identity import reads, schemas
from bidwell.server.ports import SessionRow, UserRow
from bidwell.server.problems import ProblemError, not_found

router = APIRouter(prefix="/api/v1", tags=["identity"])
SYSTEM = "-"

_SetupRead = Annotated[Visit, Depends(Open(Action.SETUP_READ))]
_Setup = Annotated[Visit, Depends(Open(Action.SETUP_FINISH))]
_Login = Annotated[Visit, Depends(Open(Action.SESSION_OPEN))]
_Read = Annotated[Visit, Depends(Outside(Action.SESSION_READ))]
_End = Annotated[Visit, Depends(Outside(Action.SESSION_END))]
_Password = Annotated[Visit, Depends(Outside(Action.PASSWORD_CHANGE))]
_StepUp = Annotated[Visit, Depends(Outside(Action.STEP_UP))]


def gatekeeper_of(request: Request) -> Gatekeeper:
    """The one that looks cookies and keys up."""
    gatekeeper: Gatekeeper = request.app.state.gatekeeper
    return gatekeeper


async def _open_session(visit: Visit, request: Request, response: Response, user: UserRow) -> schemas.Session:
    context = visit.context
    agent = request.headers.get("user-agent", "")
    before = gatekeeper_of(request).secret_of(request)
    if before is not None:
        old = await context.identity.sessions.find(before, context.clock.now())
        if old is not None:
            await context.identity.sessions.revoke(old.user.id, old.id, context.clock.now())
            gatekeeper_of(request).forget(old.id)
    secret, row = await context.identity.sessions.create(user, context.clock.now(), visit.address, agent)
    return await _answer(visit, request, response, secret, row)


async def _answer(visit: Visit, request: Request, response: Response, secret: str,
                  row: SessionRow) -> schemas.Session:  # fmt: skip
    gatekeeper = gatekeeper_of(request)
    gatekeeper.set_cookie(response, secret, row)
    return await reads.session(visit.context, gatekeeper.actor_of(row))


@router.get("/setup")
async def read_setup(visit: _SetupRead) -> schemas.SetupState:
    """Whether the desk still waits for its first owner."""
    return schemas.SetupState(needs_owner=not await visit.context.identity.users.any())


@router.post("/setup", status_code=201)
async def finish_setup(visit: _Setup, request: Request, response: Response, body: schemas.Setup) -> schemas.Session:
    """Make an account by a one-time link, and sign in."""
    context = visit.context
    user = await context.identity.setup_links.redeem(
        body.token, body.email, body.name, body.password.get_secret_value(), context.clock.now()
    )
    await _note(visit, f"user:{body.email}", "setup.finish", "done")
    return await _open_session(visit, request, response, user)


@router.post("/session")
async def sign_in(visit: _Login, request: Request, response: Response, body: schemas.Login) -> schemas.Session:
    """Sign in; guesses are slowed down by account and by address."""
    user = await _verified(visit, body.email, body.password.get_secret_value(), "session.open")
    await _note(visit, f"user:{body.email}", "session.open", "done")
    return await _open_session(visit, request, response, user)


@router.get("/session")
async def read_session(visit: _Read) -> schemas.Session:
    """Who is signed in, with the CSRF token for unsafe requests."""
    return await reads.session(visit.context, visit.person)


@router.delete("/session", status_code=204)
async def sign_out(visit: _End, request: Request, response: Response) -> None:
    """End this session."""
    actor = visit.person
    await _end(visit, request, actor, actor.session or "")
    gatekeeper_of(request).clear_cookie(response)


@router.get("/sessions")
async def list_sessions(visit: _End) -> schemas.SessionPage:
    """The person's signed-in browsers."""
    actor = visit.person
    rows = await visit.context.identity.sessions.of_user(actor.user, visit.context.clock.now())
    return schemas.SessionPage(items=[reads.session_entry(row, actor.session) for row in rows])


@router.delete("/sessions/{id}", status_code=204)
async def end_session(visit: _End, request: Request, session: ObjectId) -> None:
    """End one of the person's sessions; its stream closes within a second."""
    await _end(visit, request, visit.person, session)


async def _end(visit: Visit, request: Request, actor: Actor, session: str) -> None:
    if not await visit.context.identity.sessions.revoke(actor.user, session, visit.context.clock.now()):
        raise not_found("session", session)
    gatekeeper_of(request).forget(session)
    await _note(visit, actor.label, "session.end", "done")


@router.post("/session/password", status_code=204)
async def change_password(visit: _Password, request: Request, body: schemas.PasswordChange) -> None:
    """Replace the password; every other session of the person ends."""
    actor, context = visit.person, visit.context
    await _verified(visit, actor.email, body.current.get_secret_value(), "password.change")
    others = [row.id for row in await context.identity.sessions.of_user(actor.user, context.clock.now())]
    await context.identity.users.change_password(
        actor.user, body.new.get_secret_value(), context.clock.now(), actor.session
    )
    for other in others:
        if other != actor.session:
            gatekeeper_of(request).forget(other)
    await _note(visit, actor.label, "password.change", "done")


@router.post("/session/step-up", status_code=204)
async def step_up(visit: _StepUp, request: Request, response: Response, body: schemas.StepUp) -> None:
    """Give the password again: dangerous actions are allowed for five minutes, and the cookie is renewed."""
    actor, context = visit.person, visit.context
    await _verified(visit, actor.email, body.password.get_secret_value(), "session.step_up")
    gatekeeper = gatekeeper_of(request)
    secret = gatekeeper.secret_of(request) or ""
    renewed = await context.identity.sessions.rotate(secret, context.clock.now(), authenticated=True)
    if renewed is None:
        raise ProblemError(401, "session.missing", "the session has ended meanwhile")
    gatekeeper.refresh(actor.session or "")
    gatekeeper.set_cookie(response, *renewed)
    await _note(visit, actor.label, "session.step_up", "done")


async def _verified(visit: Visit, email: str, password: str, act: str) -> UserRow:
    """The person whose password it is; a wrong guess is audited and slowed down."""
    context = visit.context
    try:
        return await context.identity.users.authenticate(email, password, visit.address, context.clock.now())
    except InvalidInput as error:
        await _note(visit, f"user:{email}", act, error.code)
        if error.code == "login_failed" and visit.actor is not None:
            raise wrong_password() from error
        raise


def wrong_password() -> ProblemError:
    """403 for somebody who is signed in and stays so."""
    return ProblemError(403, "password.wrong", "this is not your password", field="password")


async def _note(visit: Visit, actor: str, act: str, outcome: str) -> None:
    await visit.context.identity.audit.record(
        SYSTEM, visit.context.clock.now(), actor=actor, action=act, outcome=outcome, address=visit.address
    )
