"""Keys of a dictionary that a function fills step by step, under the name it has there."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func

_FILLS = frozenset({"update", "setdefault"})
Entry = tuple[str, m.Expr, m.Span]
"""A key, what it is given, and where."""


def filled(name: str, func: Func) -> Iterator[Entry]:
    """``d = {"a": 1}``, ``d["b"] = 2``, ``d.update(c=3)``, ``d.setdefault("d", 4)``.

    ``for key in ("e", "f"): d[key] = 5`` too.
    """
    for binding in func.bindings.get(name, ()):
        if binding.kind == "value" and binding.expr is not None:
            yield from entries(binding.expr)
    for stmt in func.statements:
        match stmt:
            case m.Assign(targets=targets, value=value, span=span) if value is not None:
                for target in targets:
                    if isinstance(target, m.Sub) and walk.dotted(target.value) == name:
                        yield from ((key, value, span) for key in _keys(target.index, func))
            case m.ExprStmt(value=m.Call(func=m.Attr(value=owner, name=method)) as call) if (
                method in _FILLS and walk.dotted(owner) == name
            ):
                yield from _given(call)
            case _:
                pass


def spread(func: Func) -> frozenset[str]:
    """Names of dictionaries that calls of a function are given key by key: ``ask(**params)``."""
    return frozenset(
        arg.value.id
        for node in func.nodes
        if isinstance(node, m.Call)
        for arg in node.args
        if arg.star == "**" and isinstance(arg.value, m.Name)
    )


def entries(expr: m.Expr) -> Iterator[Entry]:
    """What a display or ``dict(…)`` holds, and what those inside it do."""
    match expr:
        case m.DictDisplay(items=items):
            for key, value in items:
                if isinstance(key, m.Text):
                    yield key.value, value, key.span
                yield from entries(value)
        case m.Call(func=m.Name(id="dict"), args=args, span=span):
            yield from ((arg.keyword, arg.value, span) for arg in args if arg.keyword)
        case _:
            pass


def _given(call: m.Call) -> Iterator[Entry]:
    first = call.args[0].value if call.args else None
    if isinstance(first, m.Text) and len(call.args) == 2:
        yield first.value, call.args[1].value, call.span
        yield from entries(call.args[1].value)
    for arg in call.args:
        if arg.keyword:
            yield arg.keyword, arg.value, call.span
        elif arg.star == "":
            yield from entries(arg.value)


def _keys(index: m.Expr, func: Func) -> Iterator[str]:
    if isinstance(index, m.Text):
        yield index.value
    elif isinstance(index, m.Name):
        for stmt in func.statements:
            if (
                isinstance(stmt, m.For)
                and index.id in walk.names_in(stmt.target)
                and isinstance(stmt.iter, m.Seq)
            ):
                yield from (one.value for one in stmt.iter.items if isinstance(one, m.Text))
