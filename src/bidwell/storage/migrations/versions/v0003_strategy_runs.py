"""Strategies at work on the desk, how far each is, and their logs."""

from __future__ import annotations

from alembic import op

from bidwell.storage.migrations.scoped import scoped

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE strategy_runs (
        workspace_id text NOT NULL,
        id text NOT NULL,
        name text NOT NULL,
        class_name text NOT NULL,
        source text NOT NULL,
        hash text NOT NULL,
        parameters text NOT NULL,
        symbols text NOT NULL,
        seconds integer NOT NULL,
        history integer NOT NULL,
        group_id text,
        account_id text,
        status text NOT NULL CHECK (status IN ('running', 'stopped', 'failed')),
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        cursor text NOT NULL DEFAULT '{}',
        -- The token of the desk that wrote last: one that has been fenced since writes no more.
        lease bigint NOT NULL DEFAULT 0,
        code text NOT NULL DEFAULT '',
        reason text NOT NULL DEFAULT '',
        line integer,
        ended_at timestamptz,
        PRIMARY KEY (workspace_id, id)
    );
    CREATE TABLE strategy_run_lines (
        workspace_id text NOT NULL,
        run_id text NOT NULL,
        number bigint NOT NULL,
        at timestamptz NOT NULL,
        level text NOT NULL,
        text text NOT NULL,
        PRIMARY KEY (workspace_id, run_id, number),
        FOREIGN KEY (workspace_id, run_id) REFERENCES strategy_runs ON DELETE CASCADE
    );
"""


def upgrade() -> None:
    """Make the tables of strategies at work."""
    op.execute(TABLES)
    for table in ("strategy_runs", "strategy_run_lines"):
        op.execute(scoped(table))
