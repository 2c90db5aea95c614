"""Accounts: summaries, details, changes and new paper accounts."""
