"""The limits of a workspace, group, account or strategy."""
