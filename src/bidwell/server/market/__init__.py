"""The replay's speed."""
