"""Where the key-encryption key comes from: environment, a 0600 file, or the operating system's keyring.

It is never in the database or the data folder, so neither a backup nor a stolen disk image of the data opens a
credential.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib
import importlib.util
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from bidwell.model.errors import ConfigError
from bidwell.storage.identity.secret import RandomBytes, random_bytes

VARIABLE = "BIDWELL_VAULT_KEY"
KEY_BYTES = 32
SERVICE = "bidwell"
ACCOUNT = "vault-key"


@dataclass(frozen=True, slots=True)
class VaultKey:
    """A 256-bit key and the name by which a credential remembers which key sealed it."""

    secret: bytes

    @property
    def id(self) -> str:
        """The first 16 hex digits of the key's SHA-256."""
        return hashlib.sha256(b"bidwell vault key" + self.secret).hexdigest()[:16]

    def __repr__(self) -> str:
        """The secret stays out of logs."""
        return f"VaultKey(id={self.id!r})"


class Keyring(Protocol):
    """The two calls of the operating system's keyring."""

    def get_password(self, service: str, account: str) -> str | None: ...

    def set_password(self, service: str, account: str, password: str) -> None: ...


def load_vault_key(
    file: Path,
    data_dir: Path,
    environment: Mapping[str, str] = os.environ,
    *,
    keyring: Keyring | None = None,
    random: RandomBytes = random_bytes,
) -> VaultKey:
    """The key from `BIDWELL_VAULT_KEY`, else from `file`, else from the keyring; a new one is made where none is.

    Raises ConfigError for a malformed key, a file that others may read or one inside the data folder.
    """
    given = environment.get(VARIABLE)
    if given:
        return _parse(given, VARIABLE)
    if file.absolute().is_relative_to(data_dir.absolute()):
        raise ConfigError(f"the vault key {file} must lie outside the data folder {data_dir}, or backups would hold it")
    if file.exists():
        return _read(file)
    if keyring is not None:
        kept = keyring.get_password(SERVICE, ACCOUNT)
        if kept:
            return _parse(kept, "the key in the keyring")
    key = VaultKey(random(KEY_BYTES))
    if keyring is not None:
        keyring.set_password(SERVICE, ACCOUNT, _text(key))
    else:
        _write(file, key)
    return key


def system_keyring() -> Keyring | None:
    """The operating system's keyring where the optional package `keyring` finds a real one."""
    if importlib.util.find_spec("keyring") is None:
        return None
    backend = importlib.import_module("keyring").get_keyring()
    return cast(Keyring, backend) if getattr(backend, "priority", 0) >= 1 else None


def _text(key: VaultKey) -> str:
    return base64.urlsafe_b64encode(key.secret).decode()


def _parse(text: str, source: str) -> VaultKey:
    try:
        secret = base64.b64decode(text.strip(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise ConfigError(
            f"{source} is not a vault key: it must be {KEY_BYTES} random bytes in base64, as made by "
            "python3 -c 'import base64,os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        )
    return VaultKey(secret)


def _read(file: Path) -> VaultKey:
    try:
        mode = file.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigError(f"the vault key {file} may be read by others: chmod 600 {file}")
        return _parse(file.read_text(), str(file))
    except OSError as error:
        raise ConfigError(f"the vault key {file} cannot be read: {error.strerror}") from error


def _write(file: Path, key: VaultKey) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(_text(key) + "\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise ConfigError(f"the vault key {file} cannot be written: {error.strerror}") from error
