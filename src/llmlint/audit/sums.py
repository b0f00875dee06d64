"""Where something is added to what there was, however it is written."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func

Sum = tuple[m.Span, m.Expr, m.Expr]
"""Where it is, what gets it, and what was there before."""


def sums(func: Func) -> Iterator[Sum]:
    """``n += 1``, ``a.n = a.n + 1``, ``d[k] = d.get(k, 0) + 1``, ``{"n": before["n"] + 1}``."""
    for stmt in func.statements:
        match stmt:
            case m.AugAssign(target=target, span=span):
                yield span, target, target
            case m.Assign(targets=targets, value=m.BinOp(op="+") as value, span=span):
                for target in targets:
                    yield from ((span, target, one) for one in _before(value, target))
            case _:
                pass
    for node in func.nodes:
        for key, given in node.items if isinstance(node, m.DictDisplay) else ():
            if isinstance(key, m.Text) and isinstance(given, m.BinOp) and given.op == "+":
                yield from ((key.span, key, one) for one in walk.operands(given) if _entry(one) == key.value)


def _before(value: m.BinOp, target: m.Expr) -> Iterator[m.Expr]:
    """What the target holds already, in what it is assigned."""
    for one in walk.operands(value):
        if isinstance(target, m.Sub):
            if _same(_owner(one), walk.dotted(target.value)):
                yield one
        elif isinstance(target, m.Attr) and _same(walk.dotted(one), walk.dotted(target)):
            yield one


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _owner(expr: m.Expr) -> str | None:
    """``d`` of ``d[k]`` and of ``d.get(k, 0)``."""
    match expr:
        case m.Sub(value=value) | m.Call(func=m.Attr(value=value, name="get")):
            return walk.dotted(value)
        case _:
            return None


def _entry(expr: m.Expr) -> str | None:
    """The key that ``before["n"]`` and ``before.get("n", 0)`` look up."""
    match expr:
        case m.Sub(index=m.Text(value=key)):
            return key
        case m.Call(func=m.Attr(name="get"), args=(m.Arg(value=m.Text(value=key)), *_)):
            return key
        case _:
            return None
