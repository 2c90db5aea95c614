"""States written down whole, so that a start need not fold a journal of years."""

from __future__ import annotations

from alembic import op

from bidwell.storage.migrations.scoped import scoped

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE state_checkpoints (
        workspace_id text PRIMARY KEY,
        -- The last entry that is folded in, and the journal's digest up to it: another journal's state fits nowhere else.
        seq bigint NOT NULL,
        hash bytea NOT NULL,
        -- Of the code that folded.
        version text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        body bytea NOT NULL
    );
"""


def upgrade() -> None:
    """Make the table of states."""
    op.execute(TABLES)
    op.execute(scoped("state_checkpoints", rights="SELECT, INSERT, UPDATE"))
