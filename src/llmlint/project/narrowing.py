"""What ``isinstance`` says of the expressions in the block it guards."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk

Narrowed = dict[m.Expr, m.Expr]
"""Names and attributes (each occurrence) with the type, or the tuple of types, they are tested for."""


def narrowed(body: tuple[m.Stmt, ...]) -> Narrowed:
    """The expressions of a scope that stand where ``isinstance`` has held."""
    found: Narrowed = {}
    try:
        _block(body, {}, found)
    except RecursionError:
        # Nested beyond anything people write: what is deeper is not narrowed.
        return found
    return found


def _block(body: tuple[m.Stmt, ...], known: dict[str, m.Expr], found: Narrowed) -> None:
    """``known``: dotted expressions with their types; it grows by asserts and by checks that leave."""
    known = dict(known)
    for stmt in body:
        _mark(walk.own_expressions(stmt), known, found)
        _forget(stmt, known)
        match stmt:
            case m.If(test=test, body=inside, orelse=orelse):
                says = dict(_says(test))
                _block(inside, {**known, **says}, found)
                _block(orelse, {**known, **dict(_denies(test))}, found)
                if walk.leaves(inside):
                    known.update(_denies(test))
            case m.Assert(test=test):
                known.update(_says(test))
            case _:
                for inner in walk.blocks(stmt):
                    _block(inner, known, found)


def _says(test: m.Expr) -> Iterator[tuple[str, m.Expr]]:
    """What holds when the test is true."""
    match test:
        case m.BoolOp(op="and", left=left, right=right):
            yield from _says(left)
            yield from _says(right)
        case m.Call(func=m.Name(id="isinstance"), args=(m.Arg(value=value), m.Arg(value=types))):
            name = walk.dotted(value)
            if name:
                yield name, types
        case _:
            pass


def _denies(test: m.Expr) -> Iterator[tuple[str, m.Expr]]:
    """What holds when the test is false."""
    match test:
        case m.Unary(op="not", value=value):
            yield from _says(value)
        case m.BoolOp(op="or", left=left, right=right):
            yield from _denies(left)
            yield from _denies(right)
        case _:
            pass


def _forget(stmt: m.Stmt, known: dict[str, m.Expr]) -> None:
    """What is assigned anew is no longer what was tested."""
    if not known or not isinstance(stmt, m.Assign | m.For | m.With | m.AugAssign):
        return
    targets: tuple[m.Expr, ...]
    match stmt:
        case m.Assign(targets=targets):
            pass
        case m.With(items=items):
            targets = tuple(item.target for item in items if item.target is not None)
        case m.For(target=target) | m.AugAssign(target=target):
            targets = (target,)
    for target in targets:
        for node in walk.expressions(target):
            name = walk.dotted(node)
            if name:
                known.pop(name, None)


def _mark(roots: tuple[m.Expr, ...], known: dict[str, m.Expr], found: Narrowed) -> None:
    for root in roots:
        for node in walk.expressions(root):
            if known and isinstance(node, m.Name | m.Attr):
                types = known.get(walk.dotted(node) or "")
                if types is not None:
                    found[node] = types
            elif isinstance(node, m.BoolOp) and node.op == "and":
                says = dict(_says(node.left))
                if says:
                    _mark((node.right,), says, found)
            elif isinstance(node, m.IfExp):
                says = dict(_says(node.test))
                if says:
                    _mark((node.body,), says, found)
