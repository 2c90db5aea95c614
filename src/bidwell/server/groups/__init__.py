"""Execution groups and their preview."""
