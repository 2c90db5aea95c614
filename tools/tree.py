"""Where things lie in the repository, and which files belong to it."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is committed or could be (not git-ignored), relative to the root.

    Without a git checkout (a release archive) every file outside the tool folders counts.
    """
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode == 0:
        names = [Path(name) for name in listing.stdout.decode().split("\0") if name]
    else:
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*") if not _made(path.relative_to(ROOT))]
    return tuple(sorted(name for name in set(names) if (ROOT / name).is_file()))


def _made(path: Path) -> bool:
    made = {".git", ".venv", ".tools", "node_modules", "static", "__pycache__", "dist"}
    return any(part in made or part.endswith("_cache") or part.startswith(".bench-") for part in path.parts)
