"""Which parameters each field that `prepare` stores depends on, read off its statements, so that a sweep computes each once."""

from __future__ import annotations

import ast
import inspect
import textwrap

from bidwell.strategy.strategy import Strategy


def dependences(owner: type[Strategy]) -> dict[str, frozenset[str]] | None:
    """The parameters behind each field; None where the statements do not say it for certain."""
    if owner.__init__ is not Strategy.__init__:
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(owner.prepare)))
    except (OSError, TypeError, SyntaxError):
        return None
    node = tree.body[0]
    if not isinstance(node, ast.FunctionDef) or not node.args.args:
        return None
    flow = _Flow(node.args.args[0].arg, frozenset(owner.parameters))
    known = all(flow.follow(statement) for statement in node.body)
    return {name: found for (own, name), found in flow.behind.items() if own} if known else None


class _Flow:
    """Follows assignments in a straight line."""

    def __init__(self, self_name: str, parameters: frozenset[str]) -> None:
        self.self_name = self_name
        self.parameters = parameters
        self.behind: dict[tuple[bool, str], frozenset[str]] = {}

    def follow(self, statement: ast.stmt) -> bool:
        """Take in a statement; False where it is no plain assignment."""
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            return True
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return False
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Tuple):
            if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
                sources = [self.sources(each) for each in value.elts]
            else:
                sources = [self.sources(value)] * len(target.elts)
            return all(self.bind(each, found) for each, found in zip(target.elts, sources, strict=True))
        return self.bind(target, self.sources(value))

    def bind(self, target: ast.expr, found: frozenset[str] | None) -> bool:
        """Note what a name or a field depends on."""
        if found is None:
            return False
        if isinstance(target, ast.Name):
            self.behind[False, target.id] = found
            return True
        if (
            isinstance(target, ast.Attribute)
            and isinstance(target.value, ast.Name)
            and target.value.id == self.self_name
        ):
            self.behind[True, target.attr] = found
            return True
        return False

    def sources(self, value: ast.expr) -> frozenset[str] | None:
        """The parameters behind an expression; None where self is handed on."""
        found: frozenset[str] = frozenset()
        fields = [
            each for each in ast.walk(value) if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name)
        ]
        own = [each for each in fields if isinstance(each.value, ast.Name) and each.value.id == self.self_name]
        names = [each for each in ast.walk(value) if isinstance(each, ast.Name)]
        if len(own) != sum(each.id == self.self_name for each in names):
            return None
        for each in own:
            if each.attr in self.parameters:
                found |= {each.attr}
            elif (True, each.attr) in self.behind:
                found |= self.behind[True, each.attr]
            else:
                return None
        for name in names:
            found |= self.behind.get((False, name.id), frozenset())
        return found
