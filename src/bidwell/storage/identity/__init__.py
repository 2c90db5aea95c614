"""Who may come in and as what: users, sessions, API keys, set-up links, roles, the login throttle, and the audit.

Entry point: `store.IdentityStore`, whose parts are `users`, `setup_links`, `sessions`, `api_keys`, `audit`.

Invariants: secrets are 256 random bits and only their SHA-256 is stored; passwords are argon2id; a set-up link works
once; no guess is evaluated that the throttle has not counted first; the last owner of a workspace stays; audit rows
are append-only and chained. Time is the caller's `now`, aware UTC.
"""
