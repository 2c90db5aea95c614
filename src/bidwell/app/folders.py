"""Where the desk keeps what must survive, and where this very Bidwell lies."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

import bidwell
from bidwell.model.errors import ConfigError

PACKAGE = Path(bidwell.__file__).resolve().parent
STATIC = PACKAGE / "server" / "static"


def data_folder(named: Path | None = None) -> Path:
    """Return the data folder as an absolute path: `named` (--data), else $BIDWELL_DATA, else the platform's own.

    The folder need not exist. Raises ConfigError when the path is something else than a folder.
    """
    told = named or (Path(os.environ["BIDWELL_DATA"]) if os.environ.get("BIDWELL_DATA") else None)
    folder = (told or platformdirs.user_data_path("bidwell", appauthor=False)).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file, and the data folder must be a folder: choose another with --data")
    return folder


def checkout() -> Path | None:
    """Return the repository's root when this is a checkout, None when Bidwell was installed as a package."""
    root = PACKAGE.parents[1]
    return root if (root / "tools" / "__init__.py").is_file() else None
