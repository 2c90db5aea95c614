"""Whether what is assigned to a field keeps it a whole number, or a yes or no: read off the expression."""

from __future__ import annotations

import ast

_ORDERS = {"buy", "sell", "close", "order_target", "order_target_percent", "order_target_notional"}
_WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)


def kept_whole(node: ast.expr, whole: set[str]) -> bool:
    """Whether an expression over the whole fields `whole` of self is a whole number for certain."""
    if isinstance(node, ast.Constant):
        return type(node.value) is int
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        return kept_whole(node.operand, whole)
    if isinstance(node, ast.BinOp) and isinstance(node.op, _WHOLE):
        return kept_whole(node.left, whole) and kept_whole(node.right, whole)
    if isinstance(node, ast.IfExp):
        return kept_whole(node.body, whole) and kept_whole(node.orelse, whole)
    if isinstance(node, ast.Attribute):
        return node.attr == "index" or node.attr in whole
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return node.func.id in {"int", "len"}
        return isinstance(node.func, ast.Attribute) and node.func.attr in _ORDERS
    return False


def kept_yes_or_no(node: ast.expr) -> bool:
    """Whether an expression is a bool for certain."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool)
    if isinstance(node, ast.BoolOp):
        return all(kept_yes_or_no(each) for each in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "bool"
    return isinstance(node, ast.Compare)
