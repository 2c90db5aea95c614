"""Wishes: preview, the thin route that takes them, their list and their waterfall."""
