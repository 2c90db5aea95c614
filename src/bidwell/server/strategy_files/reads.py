"""Strategy files as the API shows them, and the templates that come with Bidwell."""

from __future__ import annotations

import ast
from functools import lru_cache
from importlib import resources
from typing import Any

from bidwell.server.problems import not_found
from bidwell.server.strategy_files import schemas
from bidwell.storage.research.strategy_files import StrategyFile, StrategyFiles, StrategyVersion
from bidwell.strategy.validation.finding import Parameter, Validation


async def find_file(files: StrategyFiles, workspace: str, strategy: str) -> StrategyFile:
    """The file of this workspace, or a 404 problem."""
    found = await files.find(workspace, strategy) if strategy.isprintable() else None
    if found is None:
        raise not_found("strategy_file", strategy)
    return found


async def find_version(files: StrategyFiles, workspace: str, strategy: str, version: int) -> StrategyVersion:
    """One version with its source, or a 404 problem."""
    found = await files.version(workspace, strategy, version)
    if found is None:
        raise not_found("strategy_version", str(version))
    return found


def file_view(one: StrategyFile) -> schemas.StrategyFileView:
    """A file."""
    return schemas.StrategyFileView(id=one.id, name=one.name, latest=one.latest, hash=one.hash,
                                    created_at=one.created_at, changed_at=one.changed_at, changed_by=one.changed_by)  # fmt: skip


def version_view(one: StrategyVersion) -> schemas.VersionView:
    """A version in a list."""
    return schemas.VersionView(**_version(one))


def version_detail(file: StrategyFile, one: StrategyVersion, found: Validation) -> schemas.VersionDetail:
    """A version with its source."""
    return schemas.VersionDetail(**_version(one), id=file.id, name=file.name, latest=file.latest, source=one.source,
                                 validation=validation_view(found))  # fmt: skip


def _version(one: StrategyVersion) -> dict[str, Any]:
    return {"version": one.version, "hash": one.hash, "note": one.note, "created_at": one.created_at,
            "created_by": one.created_by}  # fmt: skip


def validation_view(found: Validation) -> schemas.ValidationView:
    """What a reading found."""
    return schemas.ValidationView(
        runs=found.runs,
        strategies=[
            schemas.OutlineView(name=each.name, line=each.line, about=each.about,
                                parameters=[_parameter(one) for one in each.parameters])
            for each in found.strategies
        ],
        findings=[
            schemas.FindingView(line=one.line, column=one.column, end_column=one.end_column, severity=one.severity, code=one.code,
                                message=one.message, hint=one.hint or None)
            for one in found.findings
        ],
    )  # fmt: skip


def _parameter(one: Parameter) -> schemas.ParameterView:
    return schemas.ParameterView(
        name=one.name, kind=one.kind, default=_scalar(one.default), low=_scalar(one.low), high=_scalar(one.high),
        step=_scalar(one.step), choices=[each for each in map(_scalar, one.choices) if each is not None],
        about=one.about,
    )  # fmt: skip


def _scalar(value: object) -> bool | int | float | str | None:
    """A file may write anything in a parameter's place; what is no plain value is not shown."""
    return value if isinstance(value, bool | int | float | str) else None


def _title(ident: str) -> str:
    """Averages cross, RSI reversion, DCA: a word of three letters is an abbreviation."""
    words = " ".join(word.upper() if len(word) <= 3 else word for word in ident.split("_"))
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=1)
def templates() -> list[schemas.TemplateView]:
    """The templates by name; the first paragraph of a file's docstring says what it does."""
    found = []
    for file in sorted(resources.files("bidwell.strategy.templates").iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".py") or file.name.startswith("_"):
            continue
        source = file.read_text(encoding="utf-8")
        about = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0].replace("\n", " ")
        ident = file.name.removesuffix(".py")
        found.append(schemas.TemplateView(id=ident, name=_title(ident), about=about, source=source))
    return found
