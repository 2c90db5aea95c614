"""The whole test run: `python -m tools.suite test|prove [pytest arguments]`.

`test` runs the checks, the web unit tests, then pytest with three workers and, when no tests are chosen, the coverage
gate; what failed before pytest is said again above pytest's closing line, which stays the last one. `prove` runs the
long proofs alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from tools import check, chromium, web
from tools.tree import ROOT

EARLIER = "BIDWELL_FAILED_BEFORE_PYTEST"
CHOOSING = {"-k", "-m", "--lf", "--last-failed", "--ff", "--collect-only", "--co"}


def chooses(arguments: list[str]) -> bool:
    """Tell whether the arguments run only some tests: a path, or an option that selects."""
    return any(word.split("=")[0] in CHOOSING or (ROOT / word.split("::")[0]).exists() for word in arguments)


def workers(arguments: list[str]) -> list[str]:
    """Return the options for three workers, unless the arguments say how many or debug in this process.

    More than two cores: half of the tests wait for processes of their own.
    """
    told = any(word.startswith(("-n", "--numprocesses", "--dist", "--pdb", "-s", "--capture=no")) for word in arguments)
    return [] if told else ["-n", "3", "--dist", "loadgroup"]


def pytest_command(arguments: list[str], *, proving: bool) -> list[str]:
    command = [sys.executable, "-m", "pytest", "-p", "tools.earlier", *workers(arguments)]
    if proving:
        command.append("--prove")
    elif not chooses(arguments):
        command += ["--cov", "--cov-report=", "-p", "tools.coverage_gate"]
    return [*command, *arguments]


def before_pytest() -> list[str]:
    """Run the checks and the web unit tests; return the names of those that failed."""
    failed = []
    with tempfile.TemporaryFile() as said, ThreadPoolExecutor(1) as beside:
        there = (web.WEB / "package.json").is_file()
        web_tests = beside.submit(web.run, "test", into=said) if there else None
        if check.main([]) != 0:
            failed.append("checks (see above, or ./bidwell check)")
        if web_tests is not None and web_tests.result() != 0:
            failed.append("web unit tests (see above)")
        said.seek(0)
        print(said.read().decode(errors="replace"), flush=True)
    return failed


def browser() -> str:
    """Return the path of the browser for the tests; without one the browser tests fail and say why."""
    try:
        return chromium.find()
    except (chromium.NoChromiumError, web.BuildError) as error:
        print(f"bidwell: {error}", file=sys.stderr)
        return ""


def main(arguments: list[str]) -> int:
    proving, rest = arguments[:1] == ["prove"], arguments[1:]
    failed = [] if proving else before_pytest()
    environment = {**os.environ, "BIDWELL_CHROMIUM": browser(), EARLIER: "; ".join(failed)}
    sys.stdout.flush()
    done = subprocess.run(pytest_command(rest, proving=proving), cwd=ROOT, env=environment, check=False)
    return done.returncode or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
