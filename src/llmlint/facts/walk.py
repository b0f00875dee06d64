"""Walks over the facts tree: the only place that knows which fields hold children."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from llmlint.facts import model as m


def _none(_: Any) -> tuple[m.Expr, ...]:
    return ()


def _slice(node: m.Slice) -> tuple[m.Expr, ...]:
    return tuple(part for part in (node.lower, node.upper, node.step) if part is not None)


def _dict(node: m.DictDisplay) -> tuple[m.Expr, ...]:
    found: list[m.Expr] = []
    for key, value in node.items:
        if key is not None:
            found.append(key)
        found.append(value)
    return tuple(found)


def _comp(node: m.Comp) -> tuple[m.Expr, ...]:
    found: list[m.Expr] = []
    for clause in node.clauses:
        found += (clause.iter, clause.target, *clause.ifs)
    found.append(node.element)
    if node.value is not None:
        found.append(node.value)
    return tuple(found)


_CHILDREN: dict[type, Callable[[Any], tuple[m.Expr, ...]]] = {
    m.Name: _none,
    m.Const: _none,
    m.Text: _none,
    m.Other: _none,
    m.Lambda: _none,
    m.Template: lambda n: n.parts,
    m.Attr: lambda n: (n.value,),
    m.Sub: lambda n: (n.value, n.index),
    m.Slice: _slice,
    m.Call: lambda n: (n.func, *[a.value for a in n.args]),
    m.Await: lambda n: (n.value,),
    m.Yield: lambda n: (n.value,) if n.value is not None else (),
    m.BinOp: lambda n: (n.left, n.right),
    m.BoolOp: lambda n: (n.left, n.right),
    m.Unary: lambda n: (n.value,),
    m.Compare: lambda n: (n.left, *n.rights),
    m.IfExp: lambda n: (n.test, n.body, n.orelse),
    m.Seq: lambda n: n.items,
    m.DictDisplay: _dict,
    m.Star: lambda n: (n.value,),
    m.Comp: _comp,
    m.Walrus: lambda n: (n.target, n.value),
}


def children(expr: m.Expr) -> tuple[m.Expr, ...]:
    """The direct sub-expressions, in source order as far as it matters."""
    return _CHILDREN[type(expr)](expr)


def expressions(expr: m.Expr) -> Iterator[m.Expr]:
    """The expression and everything below it; lambda bodies excluded (they are functions)."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def operands(expr: m.BinOp) -> list[m.Expr]:
    """The operands of a chain of binary operations, from left to right; the chain may be very long."""
    found: list[m.Expr] = []
    node: m.Expr = expr
    while isinstance(node, m.BinOp):
        found.append(node.right)
        node = node.left
    found.append(node)
    found.reverse()
    return found


def own_expressions(stmt: m.Stmt) -> tuple[m.Expr, ...]:
    """The expressions a statement evaluates itself, not those of the statements inside it."""
    match stmt:
        case m.Assign():
            value = (stmt.value,) if stmt.value is not None else ()
            return (*value, *stmt.targets)
        case m.AugAssign():
            return (stmt.value, stmt.target)
        case m.ExprStmt():
            return (stmt.value,)
        case m.Return():
            return (stmt.value,) if stmt.value is not None else ()
        case m.Raise():
            return tuple(part for part in (stmt.value, stmt.cause) if part is not None)
        case m.Assert():
            return (stmt.test,) if stmt.message is None else (stmt.test, stmt.message)
        case m.Delete():
            return stmt.targets
        case m.If() | m.While():
            return (stmt.test,)
        case m.For():
            return (stmt.iter, stmt.target)
        case m.With():
            found: list[m.Expr] = []
            for item in stmt.items:
                found.append(item.value)
                if item.target is not None:
                    found.append(item.target)
            return tuple(found)
        case m.Match():
            guards = [c.guard for c in stmt.cases if c.guard is not None]
            return (stmt.subject, *guards)
        case m.Try():
            return tuple(h.type for h in stmt.handlers if h.type is not None)
        case _:
            return ()


def blocks(stmt: m.Stmt) -> tuple[tuple[m.Stmt, ...], ...]:
    """The statement lists directly inside a statement (functions and classes excluded)."""
    match stmt:
        case m.If() | m.While() | m.For():
            return (stmt.body, stmt.orelse)
        case m.With():
            return (stmt.body,)
        case m.Try():
            return (stmt.body, *[h.body for h in stmt.handlers], stmt.orelse, stmt.final)
        case m.Match():
            return tuple(case.body for case in stmt.cases)
        case _:
            return ()


def statements(body: tuple[m.Stmt, ...]) -> Iterator[m.Stmt]:
    """Every statement of a scope in source order, nested blocks included, other scopes excluded."""
    for stmt in body:
        yield stmt
        for block in blocks(stmt):
            yield from statements(block)


def names_in(expr: m.Expr) -> set[str]:
    """Every bare name that occurs in an expression."""
    return {node.id for node in expressions(expr) if isinstance(node, m.Name)}


def dotted(expr: m.Expr) -> str | None:
    """``a.b.c`` for a chain of attributes on a name, else None."""
    parts: list[str] = []
    while isinstance(expr, m.Attr):
        parts.append(expr.name)
        expr = expr.value
    if not isinstance(expr, m.Name):
        return None
    parts.append(expr.id)
    return ".".join(reversed(parts))


def argument(call: m.Call, where: str) -> m.Expr | None:
    """The value given for ``where`` (``"0"``, ``"name"`` or ``"0|name"``), None when absent.

    A starred argument before the position hides it: then None as well.
    """
    for part in where.split("|"):
        if part.isdigit():
            index = int(part)
            positional: list[m.Expr] = []
            for arg in call.args:
                if arg.star == "*":
                    break
                if arg.keyword is None and not arg.star:
                    positional.append(arg.value)
            if index < len(positional):
                return positional[index]
        else:
            for arg in call.args:
                if arg.keyword == part:
                    return arg.value
    return None


def has_star(call: m.Call) -> bool:
    """Whether the call unpacks something (``*args`` or ``**kwargs``)."""
    return any(arg.star for arg in call.args)
