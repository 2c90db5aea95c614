"""Renew the pinned requirements: `python -m tools.lock [--upgrade]`.

Every lock holds for Python 3.11 and newer and every platform, carries hashes, and names no host.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tools.tree import ROOT

LOCKS: dict[str, list[str]] = {
    "uv": ["--group", "pyproject.toml:installer"],
    "runtime": ["pyproject.toml"],
    "build": ["--group", "pyproject.toml:build", "-c", "requirements/runtime.txt"],
    "dev": ["--group", "pyproject.toml:dev", "-c", "requirements/runtime.txt", "-c", "requirements/build.txt"],
}


def main(arguments: list[str]) -> int:
    uv = os.environ.get("BIDWELL_UV") or shutil.which("uv")
    if uv is None:
        sys.exit("uv is not on PATH and BIDWELL_UV is not set; ./bidwell keeps one in .tools/uv/bin/uv")
    for name, sources in LOCKS.items():
        command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--output-file", f"requirements/{name}.txt", *arguments, *sources]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        print(f"requirements/{name}.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
