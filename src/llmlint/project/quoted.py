"""Annotations written as text: ``"Runner | None"``."""

from __future__ import annotations

import ast
import functools

from llmlint.facts import model as m

_LIMIT = 300
_NOWHERE = m.Span(1, 0, 1, 0)


@functools.lru_cache(maxsize=2048)
def parsed(text: str) -> m.Expr | None:
    """The expression a quoted annotation stands for; None when it is no type."""
    if len(text) > _LIMIT:
        return None
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _lowered(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _lowered(node: ast.expr) -> m.Expr:
    match node:
        case ast.Name(id=name):
            return m.Name(name)
        case ast.Attribute(value=value, attr=name):
            return m.Attr(_lowered(value), name)
        case ast.Subscript(value=value, slice=index):
            return m.Sub(_lowered(value), _lowered(index))
        case ast.Tuple(elts=items):
            return m.Seq("tuple", tuple(_lowered(item) for item in items))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return m.BinOp("|", _lowered(left), _lowered(right))
        case ast.Constant(value=str(text)):
            return m.Text(text, len(text.split()), _NOWHERE)
        case ast.Constant(value=None):
            return m.Const(None)
        case _:
            return m.Other("no type")
