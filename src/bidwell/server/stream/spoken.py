"""What the stream says of readiness and of the guardian: at once where a verdict changed, its words now and then."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from bidwell.engine.desk import Desk
from bidwell.model.ids import WorkspaceId
from bidwell.server.context import ServerContext
from bidwell.server.guardian_view import GuardianView
from bidwell.server.readiness import reads
from bidwell.server.readiness.schemas import Board
from bidwell.server.stream.topics import Name

_FEW_ACCOUNTS = 25
_BEATS, _BEATS_OF_MANY = 10, 50
_WORDS_EVERY = 5


class Spoken:
    """One workspace's board and guardian as last said."""

    def __init__(self, context: ServerContext, workspace: WorkspaceId, desk: Desk) -> None:
        self._context = context
        self._workspace = workspace
        self._desk = desk
        self._board: object = None
        self._guardian: object = None
        self._looks = 0

    @property
    def beats(self) -> int:
        """The hub's beats between two looks; a desk with many accounts is not kept from its orders."""
        return _BEATS if len(self._desk.state.accounts) <= _FEW_ACCOUNTS else _BEATS_OF_MANY

    def guardian(self) -> GuardianView | None:
        """The guardian's word now."""
        return None if self._context.guardian is None else self._context.guardian()

    def board(self) -> Board:
        """The board now."""
        return reads.board_with(self._context, self._workspace, self._desk, self.guardian())

    def news(self) -> Iterator[tuple[Name, BaseModel]]:
        """What differs from what was last said."""
        self._looks += 1
        guardian = self.guardian()
        if guardian is not None and (known := guardian.model_copy(update={"looked_at": None})) != self._guardian:
            self._guardian = known
            yield Name.GUARDIAN, guardian
        board = reads.board_with(self._context, self._workspace, self._desk, guardian)
        verdicts = [(row.account, row.armed, row.opens_at, row.scheduled, [(one.id, one.verdict) for one in row.checks])
                    for row in board.items]  # fmt: skip
        if verdicts != self._board or self._looks % _WORDS_EVERY == 0:
            self._board = verdicts
            yield Name.READINESS, board
