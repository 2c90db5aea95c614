"""The desk's first tables: identity, vault, leases, journal, audit, and projections for reading with SQL."""

from __future__ import annotations

from alembic import op

from bidwell.storage.migrations.scoped import APP_ROLE, append_only, scoped

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FUNCTIONS = """
    CREATE FUNCTION current_workspace() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
        $$ SELECT nullif(current_setting('app.workspace', true), '') $$;
    CREATE FUNCTION current_person() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
        $$ SELECT nullif(current_setting('app.user', true), '') $$;
    CREATE FUNCTION current_key() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
        $$ SELECT nullif(current_setting('app.key', true), '') $$;
    -- The owner sees every workspace only when it asks for `*`, as a backup does.
    CREATE FUNCTION maintains() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        BEGIN
            RETURN current_setting('app.workspace', true) = '*' AND pg_has_role(
                current_user, (SELECT relowner FROM pg_class WHERE oid = 'public.workspaces'::regclass), 'USAGE');
        END $$;
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$;
"""

IDENTITY = """
    CREATE TABLE workspaces (
        id text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$'),
        name text NOT NULL,
        currency text NOT NULL,
        created_at timestamptz NOT NULL
    );
    CREATE TABLE users (
        id text PRIMARY KEY,
        login text NOT NULL UNIQUE CHECK (login = lower(login)),
        name text NOT NULL,
        password_hash text NOT NULL,
        created_at timestamptz NOT NULL,
        password_changed_at timestamptz NOT NULL,
        disabled_at timestamptz
    );
    CREATE TABLE memberships (
        workspace_id text NOT NULL REFERENCES workspaces,
        user_id text NOT NULL REFERENCES users,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'trader', 'viewer')),
        created_at timestamptz NOT NULL,
        PRIMARY KEY (workspace_id, user_id)
    );
    CREATE INDEX memberships_by_user ON memberships (user_id);
    CREATE TABLE sessions (
        id text PRIMARY KEY,
        secret_hash bytea NOT NULL UNIQUE,
        user_id text NOT NULL REFERENCES users,
        created_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        authenticated_at timestamptz NOT NULL,
        revoked_at timestamptz,
        address text NOT NULL,
        user_agent text NOT NULL
    );
    CREATE INDEX sessions_by_user ON sessions (user_id);
    CREATE TABLE api_keys (
        id text PRIMARY KEY,
        workspace_id text NOT NULL REFERENCES workspaces,
        user_id text NOT NULL REFERENCES users,
        name text NOT NULL,
        prefix text NOT NULL UNIQUE,
        secret_hash bytea NOT NULL,
        scopes text[] NOT NULL,
        addresses text[] NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
    );
    CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id);
    CREATE TABLE setup_links (
        secret_hash bytea PRIMARY KEY,
        workspace_id text NOT NULL,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'trader', 'viewer')),
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        user_id text REFERENCES users
    );
    CREATE TABLE login_attempts (
        subject text PRIMARY KEY,
        failures integer NOT NULL,
        last_at timestamptz NOT NULL,
        blocked_until timestamptz
    );
"""

IDENTITY_RIGHTS = """
    GRANT SELECT, INSERT, UPDATE ON workspaces, users, sessions, setup_links TO bidwell_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON login_attempts TO bidwell_app;
    GRANT DELETE ON sessions, setup_links TO bidwell_app;
    ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
    ALTER TABLE workspaces FORCE ROW LEVEL SECURITY;
    CREATE POLICY workspace ON workspaces
        USING (id = current_workspace() OR EXISTS (
            SELECT 1 FROM memberships m WHERE m.workspace_id = workspaces.id AND m.user_id = current_person()))
        WITH CHECK (id = current_workspace());
    CREATE POLICY maintenance ON workspaces USING (maintains()) WITH CHECK (maintains());
"""

RECORDS = """
    CREATE TABLE audit (
        workspace_id text NOT NULL,
        seq bigint NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        object text NOT NULL,
        outcome text NOT NULL,
        address text NOT NULL,
        detail text NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (workspace_id, seq)
    );
    CREATE TABLE alerts (
        workspace_id text NOT NULL,
        id bigint GENERATED ALWAYS AS IDENTITY,
        strategy text NOT NULL,
        at timestamptz NOT NULL,
        outcome text NOT NULL,
        code text NOT NULL,
        detail text NOT NULL,
        intent_id text,
        body text NOT NULL,
        PRIMARY KEY (workspace_id, strategy, id)
    );
    CREATE TABLE credentials (
        workspace_id text NOT NULL,
        id text NOT NULL,
        broker text NOT NULL,
        name text NOT NULL,
        version integer NOT NULL,
        key_id text NOT NULL,
        wrapped_key bytea NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (workspace_id, id)
    );
    CREATE TABLE leases (
        workspace_id text PRIMARY KEY,
        holder text NOT NULL,
        token bigint NOT NULL,
        writer bigint NOT NULL DEFAULT 0,
        acquired_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    ) WITH (fillfactor = 50);
    CREATE TABLE journal (
        workspace_id text NOT NULL,
        seq bigint NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        occurred_at timestamptz NOT NULL,
        kind text NOT NULL,
        intent_id text,
        body text NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (workspace_id, seq)
    );
"""

PROJECTIONS = """
    CREATE TABLE orders (
        workspace_id text NOT NULL,
        client_order_id text NOT NULL,
        account text NOT NULL,
        instrument text NOT NULL,
        intent_id text,
        strategy text,
        leg integer NOT NULL,
        entry text,
        side text NOT NULL,
        order_type text NOT NULL,
        time_in_force text NOT NULL,
        quantity numeric NOT NULL,
        limit_price numeric,
        stop_price numeric,
        trail_amount numeric,
        trail_percent numeric,
        order_expires_at timestamptz,
        status text NOT NULL,
        pending text NOT NULL,
        filled_quantity numeric NOT NULL,
        average_price numeric,
        broker_order_id text,
        external boolean NOT NULL,
        reduces boolean NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (workspace_id, client_order_id)
    );
    CREATE INDEX orders_by_account ON orders (workspace_id, account, instrument);
    CREATE INDEX orders_by_intent ON orders (workspace_id, intent_id);
    CREATE TABLE fills (
        workspace_id text NOT NULL,
        account text NOT NULL,
        client_order_id text NOT NULL,
        execution_id text NOT NULL,
        instrument text NOT NULL,
        side text NOT NULL,
        quantity numeric NOT NULL,
        price numeric NOT NULL,
        fee numeric NOT NULL,
        fee_currency text NOT NULL,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (workspace_id, account, client_order_id, execution_id)
    );
    CREATE INDEX fills_by_instrument ON fills (workspace_id, account, instrument, occurred_at);
    CREATE TABLE ledger_entries (
        workspace_id text NOT NULL,
        seq bigint NOT NULL,
        line integer NOT NULL,
        account text NOT NULL,
        posting text NOT NULL,
        currency text NOT NULL,
        amount numeric NOT NULL,
        reason text NOT NULL,
        occurred_at timestamptz NOT NULL,
        PRIMARY KEY (workspace_id, seq, line)
    );
    CREATE INDEX ledger_entries_by_account ON ledger_entries (workspace_id, account, occurred_at);
    CREATE TABLE projection_checkpoints (
        workspace_id text NOT NULL,
        projection text NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (workspace_id, projection)
    );
"""


def upgrade() -> None:
    """Make everything in one transaction."""
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")
    for part in (FUNCTIONS, IDENTITY, RECORDS, PROJECTIONS):
        op.execute(part)
    op.execute(scoped("memberships", also_seen="user_id = current_person()"))
    op.execute(scoped("api_keys", rights="SELECT, INSERT, UPDATE", also_seen="prefix = current_key()"))
    op.execute(IDENTITY_RIGHTS)
    op.execute(scoped("credentials"))
    op.execute(scoped("alerts", rights="SELECT, INSERT, DELETE"))
    op.execute(scoped("leases", rights="SELECT, INSERT, UPDATE"))
    for table in ("journal", "audit"):
        op.execute(scoped(table, rights="SELECT, INSERT"))
        op.execute(append_only(table))
    for table in ("orders", "fills", "ledger_entries", "projection_checkpoints"):
        op.execute(scoped(table))
