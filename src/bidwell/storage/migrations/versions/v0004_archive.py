"""Finished intents that left the desk's memory, with the names under which they are asked for again."""

from __future__ import annotations

from alembic import op

from bidwell.storage.migrations.scoped import scoped

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE archived_intents (
        workspace_id text NOT NULL,
        intent_id text COLLATE "C" NOT NULL,
        number bigint NOT NULL,
        -- The journal's sequence when it last changed: a desk that was succeeded while it slept writes nothing older.
        touched bigint NOT NULL,
        key text NOT NULL,
        received_at timestamptz NOT NULL,
        source text NOT NULL,
        instrument text NOT NULL,
        group_id text,
        -- JSON; as text, because jsonb refuses a character that a note may hold.
        body text NOT NULL,
        PRIMARY KEY (workspace_id, intent_id)
    );
    CREATE INDEX archived_intents_key ON archived_intents (workspace_id, key);
    CREATE INDEX archived_intents_received ON archived_intents (workspace_id, received_at, intent_id);
    CREATE INDEX archived_intents_group ON archived_intents (workspace_id, group_id, received_at, intent_id)
        WHERE group_id IS NOT NULL;
    CREATE TABLE archived_orders (
        workspace_id text NOT NULL,
        client_order_id text COLLATE "C" NOT NULL,
        account text NOT NULL,
        instrument text NOT NULL,
        created_at timestamptz NOT NULL,
        intent_id text NOT NULL,
        PRIMARY KEY (workspace_id, client_order_id)
    );
    CREATE INDEX archived_orders_created ON archived_orders (workspace_id, created_at, client_order_id);
    -- Our own ids and all that its broker knows an order by.
    CREATE TABLE archived_order_names (
        workspace_id text NOT NULL,
        name text NOT NULL,
        account text NOT NULL,
        intent_id text NOT NULL,
        PRIMARY KEY (workspace_id, name, account, intent_id)
    );
    CREATE TABLE archived_fills (
        workspace_id text NOT NULL,
        account text NOT NULL,
        client_order_id text NOT NULL,
        execution_id text NOT NULL,
        received_at timestamptz NOT NULL,
        name text COLLATE "C" NOT NULL,
        intent_id text NOT NULL,
        PRIMARY KEY (workspace_id, account, client_order_id, execution_id)
    );
    CREATE INDEX archived_fills_received ON archived_fills (workspace_id, received_at, name);
"""


def upgrade() -> None:
    """Make the tables of what left the memory."""
    op.execute(TABLES)
    for table in ("archived_intents", "archived_orders", "archived_order_names", "archived_fills"):
        op.execute(scoped(table, rights="SELECT, INSERT, UPDATE"))
