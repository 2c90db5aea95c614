"""What must never be committed: registry hosts, paths of one machine, secrets, leftovers, hosts in lock files.

Every pattern is looked for in every text file of the repository. The patterns are written so that this file does not
match itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.tree import ROOT, files


@dataclass(frozen=True)
class Rule:
    """A pattern that no file matching `where` may hold, and why."""

    pattern: re.Pattern[str]
    why: str
    where: re.Pattern[str] = re.compile("")


RULES = (
    Rule(
        re.compile(r"pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|yarnpkg[.]com|(deb|ftp)[.]debian[.]org"),
        "names a package registry's host: packages are named by name, each machine knows its own registry",
    ),
    Rule(
        re.compile(r"[/]work[/](main|shared|steering|[.]library|[.]mirror)|[/]root[/][.]|[/]Users[/]\w+[/]"),
        "names a path of one machine",
    ),
    Rule(
        re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b|raise NotImplemented[E]rror"),
        "is a leftover: finish it or open an issue",
        re.compile(r"^(src|web/src|tools|tests|bench)/"),
    ),
    Rule(re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=]{40}"), "holds a private key"),
    Rule(re.compile(r"\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"), "holds a credential"),
    Rule(re.compile("[:][/][/]"), "is a lock file that names a host", re.compile(r"^requirements/.*[.]txt$")),
    Rule(re.compile(r'"resolved":'), "is a lock file that names a host", re.compile(r"(^|/)package-lock[.]json$")),
)
FORBIDDEN_FILES = re.compile(r"(^|/)(uv[.]lock|[.]env|id_rsa|.*[.]pem|yarn[.]lock|pnpm-lock[.]yaml)$")


def findings(root: Path = ROOT, listed: Iterable[Path] | None = None) -> Iterator[str]:
    """Yield `path:line: text` for each thing that must not be committed."""
    for path in files() if listed is None else listed:
        if FORBIDDEN_FILES.search(path.as_posix()):
            yield f"{path}: must not be committed"
        try:
            text = (root / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture or another binary
        for rule in RULES:
            if rule.where.search(path.as_posix()):
                for match in rule.pattern.finditer(text):
                    yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {rule.why}"


def main() -> int:
    found = list(findings())
    print("\n".join(found) if found else f"{len(files())} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
