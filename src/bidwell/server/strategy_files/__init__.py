"""Strategies as files of Python: versions, a check that never runs them, templates, download."""
