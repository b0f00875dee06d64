"""Walks over the facts tree: the only place that knows which fields hold children."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from llmlint.facts import model as m


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


def _call(node: m.Call) -> tuple[m.Expr, ...]:
    return (node.func, *[arg.value for arg in node.args]) if node.args else (node.func,)


# Names, literals and lambdas have no children here.
_CHILDREN: dict[type, Callable[[Any], tuple[m.Expr, ...]]] = {
    m.Template: lambda n: n.parts,
    m.Attr: lambda n: (n.value,),
    m.Sub: lambda n: (n.value, n.index),
    m.Slice: _slice,
    m.Call: _call,
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
    below = _CHILDREN.get(type(expr))
    return below(expr) if below is not None else ()


def expressions(expr: m.Expr) -> Iterator[m.Expr]:
    """The expression and everything below it; lambda bodies excluded (they are functions)."""
    yield expr
    stack = list(children(expr)[::-1])
    pop, extend, known = stack.pop, stack.extend, _CHILDREN.get
    while stack:
        node = pop()
        yield node
        below = known(type(node))
        if below is not None:
            extend(below(node)[::-1])


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


def _with_items(stmt: m.With) -> tuple[m.Expr, ...]:
    found: list[m.Expr] = []
    for item in stmt.items:
        found.append(item.value)
        if item.target is not None:
            found.append(item.target)
    return tuple(found)


def _given(*parts: m.Expr | None) -> tuple[m.Expr, ...]:
    return tuple(part for part in parts if part is not None)


_OWN: dict[type, Callable[[Any], tuple[m.Expr, ...]]] = {
    m.Assign: lambda s: (s.value, *s.targets) if s.value is not None else s.targets,
    m.AugAssign: lambda s: (s.value, s.target),
    m.ExprStmt: lambda s: (s.value,),
    m.Return: lambda s: (s.value,) if s.value is not None else (),
    m.Raise: lambda s: _given(s.value, s.cause),
    m.Assert: lambda s: _given(s.test, s.message),
    m.Delete: lambda s: s.targets,
    m.If: lambda s: (s.test,),
    m.While: lambda s: (s.test,),
    m.For: lambda s: (s.iter, s.target),
    m.With: _with_items,
    m.Match: lambda s: (s.subject, *_given(*[case.guard for case in s.cases])),
    m.Try: lambda s: _given(*[handler.type for handler in s.handlers]),
}

_BLOCKS: dict[type, Callable[[Any], tuple[tuple[m.Stmt, ...], ...]]] = {
    m.If: lambda s: (s.body, s.orelse),
    m.While: lambda s: (s.body, s.orelse),
    m.For: lambda s: (s.body, s.orelse),
    m.With: lambda s: (s.body,),
    m.Try: lambda s: (s.body, *[handler.body for handler in s.handlers], s.orelse, s.final),
    m.Match: lambda s: tuple(case.body for case in s.cases),
}


def own_expressions(stmt: m.Stmt) -> tuple[m.Expr, ...]:
    """The expressions a statement evaluates itself, not those of the statements inside it."""
    own = _OWN.get(type(stmt))
    return own(stmt) if own is not None else ()


def blocks(stmt: m.Stmt) -> tuple[tuple[m.Stmt, ...], ...]:
    """The statement lists directly inside a statement (functions and classes excluded)."""
    inner = _BLOCKS.get(type(stmt))
    return inner(stmt) if inner is not None else ()


def leaves(body: tuple[m.Stmt, ...]) -> bool:
    """Whether a block ends by leaving the function or the round of the loop."""
    last = body[-1] if body else None
    return isinstance(last, m.Return | m.Raise) or (
        isinstance(last, m.Simple) and last.what in ("continue", "break")
    )


def statements(body: tuple[m.Stmt, ...]) -> Iterator[m.Stmt]:
    """Every statement of a scope in source order, nested blocks included, other scopes excluded."""
    stack = list(body[::-1])
    while stack:
        stmt = stack.pop()
        yield stmt
        inner = _BLOCKS.get(type(stmt))
        if inner is not None:
            for block in reversed(inner(stmt)):
                stack.extend(block[::-1])


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
