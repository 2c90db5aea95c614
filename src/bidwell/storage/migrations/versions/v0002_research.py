"""Strategy files with their versions, backtest runs, and who may run code."""

from __future__ import annotations

from alembic import op

from bidwell.storage.migrations.scoped import scoped

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE strategy_files (
        workspace_id text NOT NULL,
        id text NOT NULL,
        name text NOT NULL,
        latest integer NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        PRIMARY KEY (workspace_id, id)
    );
    CREATE UNIQUE INDEX strategy_files_by_name ON strategy_files (workspace_id, lower(name));
    CREATE TABLE strategy_versions (
        workspace_id text NOT NULL,
        strategy_id text NOT NULL,
        version integer NOT NULL,
        source text NOT NULL,
        hash text NOT NULL,
        note text NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        PRIMARY KEY (workspace_id, strategy_id, version),
        FOREIGN KEY (workspace_id, strategy_id) REFERENCES strategy_files ON DELETE CASCADE
    );
    -- A run outlives its strategy's file: what it was made of is in its request and its folder.
    CREATE TABLE backtest_runs (
        workspace_id text NOT NULL,
        id text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('backtest', 'sweep')),
        strategy_id text NOT NULL,
        status text NOT NULL
            CHECK (status IN ('queued', 'running', 'done', 'failed', 'canceled', 'interrupted')),
        request text NOT NULL,
        code text NOT NULL DEFAULT '',
        reason text NOT NULL DEFAULT '',
        line integer,
        summary text NOT NULL DEFAULT '{}',
        output text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        PRIMARY KEY (workspace_id, id)
    );
    CREATE INDEX backtest_runs_by_strategy ON backtest_runs (workspace_id, strategy_id, id);
    CREATE TABLE research_settings (
        workspace_id text PRIMARY KEY,
        run_role text NOT NULL CHECK (run_role IN ('owner', 'admin', 'trader'))
    );
"""


def upgrade() -> None:
    """Make the tables of the research pages."""
    op.execute(TABLES)
    for table in ("strategy_files", "strategy_versions", "backtest_runs"):
        op.execute(scoped(table))
    op.execute(scoped("research_settings", rights="SELECT, INSERT, UPDATE"))
