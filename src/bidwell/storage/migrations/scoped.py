"""Row-level security as every step declares it."""

from __future__ import annotations

APP_ROLE = "bidwell_app"
SCOPE = "workspace_id = current_workspace()"


def scoped(table: str, *, rights: str = "SELECT, INSERT, UPDATE, DELETE", also_seen: str = "") -> str:
    """SQL that shows the app role only the rows of its workspace, and the owner all when it asks for `*`.

    `also_seen` is a further condition (OR) for reading.
    """
    seen = f"{SCOPE} OR {also_seen}" if also_seen else SCOPE
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY workspace ON {table} USING ({seen}) WITH CHECK ({SCOPE});
        CREATE POLICY maintenance ON {table} USING (maintains()) WITH CHECK (maintains());
        GRANT {rights} ON {table} TO {APP_ROLE};
    """


def append_only(table: str) -> str:
    """SQL that forbids changing and removing rows, for the owner too."""
    return f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """
