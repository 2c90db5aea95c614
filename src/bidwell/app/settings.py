"""What a person may set: the environment (`BIDWELL_…`, `DATABASE_URL`) with the command line on top."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bidwell.app.folders import data_folder
from bidwell.model.errors import ConfigError

DEFAULT_PORT = 8600
FEEDS = ("replay", "binance", "brokers")


class Settings(BaseSettings):
    """Settings of one desk. `host` other than loopback needs `behind_proxy`, which declares a TLS proxy in front.

    The guardian acts when the desk was silent or unable for `guardian_after` seconds, and, where `guardian_data_age` is
    set, when no price came for so many.
    """

    model_config = SettingsConfigDict(env_prefix="BIDWELL_", extra="ignore", populate_by_name=True)

    data: Path = Field(default_factory=data_folder)
    host: str = "127.0.0.1"
    port: int = Field(default=DEFAULT_PORT, ge=1, le=65535)
    alert_host: str = "127.0.0.1"
    alert_port: int | None = Field(default=None, ge=1, le=65535)
    alert_url: str | None = None
    alert_networks: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    public_url: str | None = None
    behind_proxy: bool = False
    feed: str = "replay"
    speed: int = Field(default=60, ge=1, le=600)
    log: str = "console"
    standby: bool = False
    guardian: bool = True
    guardian_after: float = Field(default=30.0, ge=2, le=3600)
    guardian_data_age: float | None = Field(default=None, ge=5, le=86_400)
    twins: bool = False
    vault_key_file: Path = Field(default_factory=lambda: user_config_path("bidwell") / "vault.key")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")

    @property
    def url(self) -> str:
        """Where people find the desk."""
        return self.public_url or f"http://localhost:{self.port}"

    @field_validator("data")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        return data_folder(folder)

    @field_validator("feed")
    @classmethod
    def _known_feed(cls, feed: str) -> str:
        if feed not in FEEDS:
            msg = f"feed is one of {', '.join(FEEDS)}"
            raise ValueError(msg)
        return feed


def read_settings(given: dict[str, Any]) -> Settings:
    """Settings from the environment and the command line; raises ConfigError naming the one that is wrong."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        msg = f"{name}: {first['msg']}"
        raise ConfigError(msg) from error
