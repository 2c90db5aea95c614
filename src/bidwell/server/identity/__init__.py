"""Set-up, sessions, API keys, users and the audit trail."""
