"""Funded accounts and their rulebooks."""
