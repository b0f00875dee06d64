"""Short ways to get at facts in tests."""

from __future__ import annotations

from typing import Any

import msgspec

from llmlint.facts.extractor import extract
from llmlint.facts.model import ExprStmt, Function, Span


def shape(node: Any) -> Any:
    """A fact as nested tuples that begin with its kind, without spans."""
    if isinstance(node, tuple):
        return tuple(shape(item) for item in node)
    if isinstance(node, msgspec.Struct):
        fields = (getattr(node, name) for name in node.__struct_fields__)
        return (type(node).__name__, *(shape(field) for field in fields if not isinstance(field, Span)))
    return node


def body_shape(text: str) -> Any:
    """The shapes of the module's statements."""
    return shape(extract("m.py", text).functions[0].body)


def expression(text: str) -> Any:
    """The fact of a text that is one expression."""
    (statement,) = extract("m.py", text + "\n").functions[0].body
    assert isinstance(statement, ExprStmt)
    return statement.value


def function(text: str, qualname: str) -> Function:
    """The function (or class body) with this qualified name."""
    (found,) = [item for item in extract("m.py", text).functions if item.qualname == qualname]
    return found
