"""What a function puts into containers: ``x.append(y)``, ``x["key"] = y``, ``x.update(y)``, ``x += y``."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from llmlint.facts import model as m
from llmlint.project.scopes import Func

_LAST = frozenset({"append", "appendleft", "add", "insert", "setdefault"})
_SPREAD = frozenset({"extend", "extendleft", "update"})


class Put(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One value put into a container."""

    func: Func
    value: m.Expr
    key: m.Expr | None = None
    spread: bool = False
    """The elements of the value are put there, not the value."""


def puts(func: Func) -> Iterator[tuple[m.Expr, Put]]:
    """The containers that a scope puts something into, with what it puts there."""
    for stmt in func.statements:
        match stmt:
            case m.Assign(targets=targets, value=value) if value is not None:
                for target in targets:
                    if isinstance(target, m.Sub) and _may_tell(value):
                        yield target.value, Put(func, value, target.index)
            case m.AugAssign(op="+=" | "|=", target=m.Attr() as target, value=value):
                yield target, Put(func, value, spread=True)
            case m.ExprStmt(value=m.Call(func=m.Attr(value=target, name=name), args=args)) if args:
                value = args[-1].value
                if name in _LAST and _may_tell(value):
                    key = args[0].value if name == "setdefault" else None
                    yield target, Put(func, value, key)
                elif name in _SPREAD and not args[-1].keyword:
                    yield target, Put(func, value, spread=True)
            case _:
                pass


def _may_tell(value: m.Expr) -> bool:
    """Text and numbers have no members that matter."""
    return not isinstance(value, m.Text | m.Template | m.Const | m.Compare | m.Unary | m.Slice)
