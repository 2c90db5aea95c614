"""What must survive: the journal, identities, leases, credentials and their PostgreSQL.

Entry points: `database.open_database` (embedded cluster or DATABASE_URL, migrated), `journal.PostgresJournal`,
`lease.Lease`, `identity.IdentityStore`, `vault.Vault`, `projection.Projection`, `backup.backup`, `backup.restore`.

Invariants: PostgreSQL is the only dialect and psycopg the only way to it; the desk connects as the app role, which
owns nothing and sees one workspace at a time through row-level security; journal and audit rows are only ever
added, each hashed with the one before it; acknowledged means flushed to disk; ids and time come from the caller,
except a lease's expiry, which is reckoned by the database's own clock because its holders' clocks may differ.
"""
