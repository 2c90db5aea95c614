"""The environment in which backtrader lives: made once by the user, with a network, and never a part of Bidwell."""

from __future__ import annotations

import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

from bidwell.model.errors import ConfigError, Missing

PACKAGE = "backtrader==1.9.78.123"
FOLDER = "backtrader"


def python_in(folder: Path) -> Path:
    """The Python of the environment below a data folder; raises Missing where it has not been made."""
    python = folder / FOLDER / "bin" / "python"
    if not python.exists():
        raise Missing(
            "backtrader has no environment yet: make it with `bidwell backtrader setup`, once, with a network"
        )
    return python


def set_up(folder: Path, tell: Callable[[str], None], package: str = PACKAGE) -> Path:
    """Make the environment below a data folder, or mend it, with pip; returns its Python.

    Raises ConfigError with pip's last words where that fails.
    """
    place = folder / FOLDER
    python = place / "bin" / "python"
    if not python.exists():
        tell(f"making an environment in {place}")
        venv.create(place, with_pip=True, clear=True)
    tell(f"installing {package}")
    done = subprocess.run([str(python), "-m", "pip", "install", "--disable-pip-version-check", package],
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise ConfigError(f"pip could not install {package}: {said[-1] if said else 'it said nothing'}")
    tried = subprocess.run([str(python), "-c", "import backtrader"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise ConfigError(f"{package} was installed and cannot be imported: {tried.stderr.strip()[-300:]}")
    return python
