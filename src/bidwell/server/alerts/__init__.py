"""Alerts: pure parsing, the thin routes that take them, signatures, tokens, the alert-only listener."""
