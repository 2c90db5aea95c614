"""Errors of storage that are nobody else's: the journal's own are in `model/errors.py`.

BidwellError
├── StorageUnavailable  the database cannot be reached now: nothing was done, try again   (transient)
├── LeaseHeld           another desk works this workspace: wait until it ends or is gone  (transient)
└── VaultError          a credential cannot be read: wrong key, or its row was altered    (permanent)
"""

from __future__ import annotations

from bidwell.model.errors import BidwellError


class StorageUnavailable(BidwellError):
    """The database cannot be reached: the transaction did not happen, or its connection was lost in it."""

    code = "storage_unavailable"


class VaultError(BidwellError):
    """A credential does not open: another key made it, or its row is not what was written."""

    code = "vault"


class LeaseHeld(BidwellError):
    """Another desk, `holder`, has the workspace's lease."""

    code = "lease_held"

    def __init__(self, workspace: str, holder: str, until: str) -> None:
        super().__init__(f"workspace {workspace} is led by {holder} until {until}: stop that desk, or start this one "
                         "with --standby to take over when it is gone")  # fmt: skip
        self.holder = holder
