"""The size budgets and name rules of the house, measured over the committed files.

Python: a file has at most 600 lines and 95 in 100 have at most 450; a function at most 60 lines and 90 in 100 at
most 30. TypeScript: a file has at most 400 lines. Generated files are exempt. Tests count like any code.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.tree import ROOT, files

PYTHON_FILE = (600, 450, 0.95)
PYTHON_FUNCTION = (60, 30, 0.90)
TYPESCRIPT_FILE = 400
FORBIDDEN_MODULES = {"utils", "common", "helpers", "core", "base", "services", "managers"}
FORBIDDEN_SUFFIXES = ("Manager", "Helper", "Util", "Utils", "Processor", "Data", "Info", "Impl", "Base")
LEADING_I = re.compile(r"^I[A-Z][a-z]")
MEASURED = ("src", "tools", "tests", "bench", "hatch_build.py")


@dataclass(frozen=True)
class Measure:
    """One file or function with its length in lines."""

    where: str
    lines: int


@dataclass(frozen=True)
class Report:
    """What was measured, and every rule that is broken."""

    files: int
    functions: int
    longest_file: Measure | None
    longest_function: Measure | None
    broken: tuple[str, ...]

    def __str__(self) -> str:
        if self.broken:
            return "\n".join(self.broken)
        longest = f"; longest {self.longest_file.where} {self.longest_file.lines}" if self.longest_file else ""
        return f"{self.files} Python files, {self.functions} functions{longest}"


def percentile(lengths: Iterable[int], share: float) -> int:
    """Return the length that `share` of all stay within (nearest rank); 0 when there are none."""
    ordered = sorted(lengths)
    if not ordered:
        return 0
    rank = max(1, -(-len(ordered) * round(share * 100) // 100))
    return ordered[rank - 1]


def over(kind: str, measures: list[Measure], hard: int, soft: int, share: float) -> Iterator[str]:
    """Yield each measure above the hard limit, and a line when too many are above the soft one."""
    for measure in sorted(measures, key=lambda item: -item.lines):
        if measure.lines > hard:
            yield f"{measure.where}: {kind} of {measure.lines} lines, at most {hard}"
    typical = percentile((measure.lines for measure in measures), share)
    if typical > soft:
        yield f"{share:.0%} of {kind}s should have at most {soft} lines, they have {typical}"


def functions(path: Path, tree: ast.Module) -> Iterator[Measure]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Measure(f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)


def names(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield each module and class name that the house does not use."""
    for part in path.with_suffix("").parts:
        if part in FORBIDDEN_MODULES:
            yield f"{path}: no module is called {part}"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bare = node.name.lstrip("_")
            for suffix in FORBIDDEN_SUFFIXES:
                if bare.endswith(suffix):
                    yield f"{path}:{node.lineno} {node.name}: no class ends in {suffix}"
            if LEADING_I.match(bare) and not re.match(r"^I[a-z]|^IO|^ID", bare):
                yield f"{path}:{node.lineno} {node.name}: no class has a leading I"


def measure(root: Path = ROOT, listed: Iterable[Path] | None = None) -> Report:
    """Measure the files given (relative to `root`), or every file of the repository."""
    paths = list(files() if listed is None else listed)
    python = [path for path in paths if path.suffix == ".py" and path.parts[0] in MEASURED]
    lengths: list[Measure] = []
    measured: list[Measure] = []
    broken: list[str] = []
    for path in python:
        text = (root / path).read_text("utf-8")
        tree = ast.parse(text, filename=str(path))
        lengths.append(Measure(str(path), text.count("\n")))
        measured.extend(functions(path, tree))
        broken.extend(names(path, tree))
    broken.extend(over("Python file", lengths, *PYTHON_FILE))
    broken.extend(over("function", measured, *PYTHON_FUNCTION))
    broken.extend(typescript(root, paths))
    return Report(
        files=len(lengths),
        functions=len(measured),
        longest_file=max(lengths, key=lambda item: item.lines, default=None),
        longest_function=max(measured, key=lambda item: item.lines, default=None),
        broken=tuple(broken),
    )


def typescript(root: Path, paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        if path.suffix in {".ts", ".tsx", ".mjs"} and not is_generated(path):
            lines = (root / path).read_text("utf-8").count("\n")
            if lines > TYPESCRIPT_FILE:
                yield f"{path}: TypeScript file of {lines} lines, at most {TYPESCRIPT_FILE}"
            if path.stem in FORBIDDEN_MODULES:
                yield f"{path}: no module is called {path.stem}"


def is_generated(path: Path) -> bool:
    return any("generated" in part for part in path.parts) or path.name == "schema.d.ts"


def main() -> int:
    report = measure()
    print(report)
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
