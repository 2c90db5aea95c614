"""/strategy-files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from bidwell.model.errors import Missing
from bidwell.model.ids import time_ordered_id
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.problems import ProblemError, not_found
from bidwell.server.research import Research, research_of
from bidwell.server.strategy_files import reads, schemas

router = APIRouter(prefix="/api/v1/w/{workspace}/strategy-files", tags=["strategy files"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.STRATEGY_FILE_WRITE))]
_Research = Annotated[Research, Depends(research_of)]
_Version = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("")
async def list_strategy_files(access: _Read, research: _Research) -> schemas.StrategyFileList:
    """The workspace's strategy files, the one changed last first."""
    found = await research.files.all(access.workspace)
    return schemas.StrategyFileList(items=[reads.file_view(one) for one in found])


@router.post("", status_code=201)
async def create_strategy_file(access: _Write, research: _Research,
                               body: schemas.NewStrategyFile) -> schemas.VersionDetail:  # fmt: skip
    """Keep a new strategy file as its version 1."""
    now = access.context.clock.now()
    name = time_ordered_id("sf", int(now.timestamp() * 1000), access.context.entropy.bits(35)).lower()
    await research.files.create(access.workspace, name, body.name, body.source, body.note, now, access.actor.label)
    await access.note("strategy_file.created", name, {"name": body.name})
    return await _detail(access, research, name, 1)


@router.get("/templates")
async def list_strategy_templates(access: _Read) -> schemas.StrategyTemplateList:  # noqa: ARG001 - the guard
    """Strategies to start from."""
    return schemas.StrategyTemplateList(items=reads.templates())


@router.post("/check")
async def check_strategy_source(access: _Read, research: _Research,  # noqa: ARG001 - the guard
                                body: schemas.SourceBody) -> schemas.ValidationView:  # fmt: skip
    """What a source holds and what is wrong with it; it is read and never run."""
    return reads.validation_view(await research.reader.validate(body.source))


@router.get("/{id}")
async def read_strategy_file(access: _Read, research: _Research, strategy: ObjectId) -> schemas.VersionDetail:
    """A file with its newest version."""
    file = await reads.find_file(research.files, access.workspace, strategy)
    return await _detail(access, research, file.id, file.latest)


@router.patch("/{id}")
async def rename_strategy_file(access: _Write, research: _Research, strategy: ObjectId,
                               body: schemas.StrategyFileChange) -> schemas.StrategyFileView:  # fmt: skip
    """Give a file another name."""
    await reads.find_file(research.files, access.workspace, strategy)
    await research.files.rename(access.workspace, strategy, body.name)
    await access.note("strategy_file.renamed", strategy, {"name": body.name})
    return reads.file_view(await reads.find_file(research.files, access.workspace, strategy))


@router.delete("/{id}", status_code=204)
async def remove_strategy_file(access: _Write, research: _Research, strategy: ObjectId) -> None:
    """Delete a file with all its versions; its runs stay, each with the source that it ran."""
    file = await reads.find_file(research.files, access.workspace, strategy)
    await research.files.remove(access.workspace, strategy)
    await access.note("strategy_file.removed", strategy, {"name": file.name})


@router.get("/{id}/versions")
async def list_strategy_versions(access: _Read, research: _Research, strategy: ObjectId) -> schemas.VersionList:
    """A file's versions, newest first."""
    await reads.find_file(research.files, access.workspace, strategy)
    found = await research.files.versions(access.workspace, strategy)
    return schemas.VersionList(items=[reads.version_view(one) for one in found])


@router.post("/{id}/versions", status_code=201)
async def add_strategy_version(access: _Write, research: _Research, strategy: ObjectId,
                               body: schemas.NewVersion) -> schemas.VersionDetail:  # fmt: skip
    """Keep a new version; 409 where somebody saved another one meanwhile."""
    await reads.find_file(research.files, access.workspace, strategy)
    now = access.context.clock.now()
    try:
        added = await research.files.add(access.workspace, strategy, body.after, body.source, body.note, now,
                                         access.actor.label)  # fmt: skip
    except Missing:
        raise not_found("strategy_file", strategy) from None
    if added is None:
        raise ProblemError(409, "strategy_file.changed", f"another version was saved after version {body.after}",
                           field="after", hint="load the newest version and put your changes into it")  # fmt: skip
    await access.note("strategy_file.version", strategy, {"version": str(added)})
    return await _detail(access, research, strategy, added)


@router.get("/{id}/versions/{version}")
async def read_strategy_version(access: _Read, research: _Research, strategy: ObjectId,
                                version: _Version) -> schemas.VersionDetail:  # fmt: skip
    """One version with its source and what a reading of it found."""
    await reads.find_file(research.files, access.workspace, strategy)
    return await _detail(access, research, strategy, version)


@router.get("/{id}/file.py", response_class=Response)
async def download_strategy_file(
    access: _Read, research: _Research, strategy: ObjectId,
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="the newest unless given")] = None,
) -> Response:  # fmt: skip
    """The source as a file of Python."""
    file = await reads.find_file(research.files, access.workspace, strategy)
    found = await reads.find_version(research.files, access.workspace, strategy, version or file.latest)
    plain = "".join(each if each.isascii() and each.isalnum() else "_" for each in file.name).strip("_").lower()
    headers = {"content-disposition": f'attachment; filename="{plain or "strategy"}_v{found.version}.py"'}
    return Response(found.source.encode(), media_type="text/x-python; charset=utf-8", headers=headers)


async def _detail(access: Access, research: Research, strategy: str, version: int) -> schemas.VersionDetail:
    file = await reads.find_file(research.files, access.workspace, strategy)
    found = await reads.find_version(research.files, access.workspace, strategy, version)
    return reads.version_detail(file, found, await research.reader.validate(found.source))
