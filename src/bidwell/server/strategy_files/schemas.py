"""Strategy files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from bidwell.server.fields import Body, Instant, Name, Note, View, Whole

Source = Annotated[str, StringConstraints(min_length=1, max_length=200_000, pattern=r"^[^\x00]*$")]
Scalar = bool | int | float | str


class NewStrategyFile(Body):
    """A new file; its source becomes version 1, whether it runs or not."""

    name: Name
    source: Source
    note: Note = ""


class NewVersion(Body):
    """A new version; `after` is the version that was edited, so that nobody's work is written over."""

    source: Source
    note: Note = ""
    after: Annotated[Whole, Field(ge=1)]


class StrategyFileChange(Body):
    """What to change of a file beside its source."""

    name: Name


class SourceBody(Body):
    """A source to be checked."""

    source: Source


class FindingView(View):
    """One thing that is wrong, lines and columns count from 1."""

    line: Whole
    column: Whole
    end_column: Whole
    severity: str = Field(examples=["error"], description="an error keeps the file from running, a warning does not")
    code: str = Field(examples=["strategy.syntax"])
    message: str
    hint: str | None


class ParameterView(View):
    """A parameter as the file writes it."""

    name: str
    kind: str | None = Field(examples=["int"], description="int, float, bool or str; null where only a run tells")
    default: Scalar | None
    low: Scalar | None
    high: Scalar | None
    step: Scalar | None
    choices: list[Scalar]
    about: str


class OutlineView(View):
    """A strategy that a file defines."""

    name: str
    line: Whole
    about: str
    parameters: list[ParameterView]


class ValidationView(View):
    """What a file holds and what is wrong with it; found by reading, nothing was run."""

    runs: bool
    strategies: list[OutlineView]
    findings: list[FindingView]


class StrategyFileView(View):
    """A strategy file."""

    id: str
    name: str
    latest: Whole
    hash: str = Field(description="SHA-256 of the newest version")
    created_at: Instant
    changed_at: Instant
    changed_by: str


class StrategyFileList(View):
    """The workspace's files, the one changed last first."""

    items: list[StrategyFileView]


class VersionView(View):
    """A version without its source."""

    version: Whole
    hash: str
    note: str
    created_at: Instant
    created_by: str


class VersionList(View):
    """A file's versions, newest first."""

    items: list[VersionView]


class VersionDetail(VersionView):
    """A version with its source and what a reading of it found."""

    id: str = Field(description="the file's id")
    name: str
    latest: Whole
    source: str
    validation: ValidationView


class TemplateView(View):
    """A strategy to start from."""

    id: str
    name: str
    about: str
    source: str


class StrategyTemplateList(View):
    """Strategies to start from."""

    items: list[TemplateView]
