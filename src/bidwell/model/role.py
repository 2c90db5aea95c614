"""What a person is in a workspace."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member may do in a workspace, the strongest first."""

    OWNER = "owner"
    ADMIN = "admin"
    TRADER = "trader"
    VIEWER = "viewer"
