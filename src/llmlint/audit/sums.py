"""Where something is added to what there was, however it is written."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func


def sums(func: Func) -> Iterator[tuple[m.Span, m.Expr]]:
    """``n += 1``, ``a.n = a.n + 1``, ``d[k] = d.get(k, 0) + 1``, ``{"n": before["n"] + 1}``: place and target."""
    for stmt in func.statements:
        match stmt:
            case m.AugAssign(target=target, span=span):
                yield span, target
            case m.Assign(targets=targets, value=m.BinOp(op="+") as value, span=span):
                for target in targets:
                    if _holds(value, target):
                        yield span, target
            case _:
                pass
    for node in func.nodes:
        for key, value in node.items if isinstance(node, m.DictDisplay) else ():
            if isinstance(key, m.Text) and isinstance(value, m.BinOp) and value.op == "+":
                if any(_entry(one) == key.value for one in walk.operands(value)):
                    yield key.span, key


def _holds(value: m.BinOp, target: m.Expr) -> bool:
    """Whether what is assigned begins with what the target holds."""
    for one in walk.operands(value):
        if isinstance(target, m.Sub):
            if _owner(one) == walk.dotted(target.value) is not None:
                return True
        elif isinstance(target, m.Attr) and walk.dotted(one) == walk.dotted(target) is not None:
            return True
    return False


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
