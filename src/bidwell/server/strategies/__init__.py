"""Senders of signals: definitions, tokens, templates and alert history."""
