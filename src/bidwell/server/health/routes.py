"""/health and /metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from bidwell.server.access.guards import Open, Visit
from bidwell.server.access.permissions import Action
from bidwell.server.health import reads, schemas

router = APIRouter(tags=["health"])
_Health = Annotated[Visit, Depends(Open(Action.HEALTH_READ))]
_Metrics = Annotated[Visit, Depends(Open(Action.METRICS_READ))]


@router.get("/health/live")
async def live(visit: _Health) -> schemas.Live:
    """The process answers."""
    del visit
    return schemas.Live()


@router.get("/health/ready", responses={503: {"model": schemas.Ready}})
async def ready(visit: _Health, response: Response) -> schemas.Ready:
    """Whether orders can be taken, and what each part says; 503 when one of them cannot work."""
    found = await reads.ready(visit.context)
    if not found.ok:
        response.status_code = 503
    return found


@router.get("/metrics", response_class=Response)
async def metrics(visit: _Metrics) -> Response:
    """Figures for Prometheus."""
    body, media_type = visit.context.metrics.render(visit.context.desks, visit.context.clock.now())
    return Response(body, media_type=media_type)
