"""Literal lists, tuples and dicts: their items, keys and methods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project.kinds import UNKNOWN, ClassRef, Data, External, Response, Value, Values, same_key, unique
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Containers:
    """Opens displays."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def subscript(self, value: m.Expr, index: m.Expr, func: Func) -> Iterable[Value]:
        """What ``value[index]`` stands for."""
        found: list[Value] = []
        for base in self._evaluator.eval(value, func):
            match base:
                case External() | ClassRef():
                    found.append(base)
                case Data(expr=m.DictDisplay(items=items), func=scope):
                    wanted = [v for k, v in items if k is not None and same_key(k, index)]
                    for item in wanted or [v for k, v in items if k is not None]:
                        found += self._evaluator.eval(item, scope)
                case Data(expr=m.Seq(items=items), func=scope):
                    number = index.value if isinstance(index, m.Const) else None
                    if isinstance(number, int) and -len(items) <= number < len(items):
                        found += self._evaluator.eval(items[number], scope)
                    else:
                        for item in items:
                            found += self._evaluator.eval(item, scope)
                case _:
                    found.append(UNKNOWN)
        return found

    def method(self, attr: m.Attr, call: m.Call, func: Func) -> Iterable[Value]:
        """Methods of literals that matter: ``dict.get``, ``dict.values``, ``str.format`` and so on."""
        for base in self._evaluator.eval(attr.value, func):
            if not isinstance(base, Data):
                continue
            if isinstance(base.expr, m.DictDisplay):
                items = base.expr.items
                if attr.name in ("get", "pop", "setdefault") and call.args:
                    for key, value in items:
                        if (
                            key is None
                            or same_key(key, call.args[0].value)
                            or not _is_text(call.args[0].value)
                        ):
                            yield from self._evaluator.eval(value, base.func)
                    if len(call.args) > 1:
                        yield from self._evaluator.eval(call.args[1].value, func)
                elif attr.name == "values":
                    yield Data(m.Seq("list", tuple(v for _, v in items)), base.func)
                elif attr.name == "items":
                    pairs = tuple(m.Seq("tuple", (k, v)) for k, v in items if k is not None)
                    yield Data(m.Seq("list", pairs), base.func)
                elif attr.name == "copy":
                    yield base
            else:
                yield Data(call, func)

    def elements(self, values: Values, seen: frozenset[Value] = frozenset()) -> Values:
        """What iterating over these values gives; ``seen`` breaks cycles (``x = [*x, y]``)."""
        found: list[Value] = []
        for value in values:
            if value in seen or len(seen) > 40:
                continue
            deeper = seen | {value}
            match value:
                case Data(expr=m.Seq(items=items), func=scope):
                    for item in items:
                        if isinstance(item, m.Star):
                            found += self.elements(self._evaluator.eval(item.value, scope), deeper)
                        else:
                            found += self._evaluator.eval(item, scope)
                case Data(expr=m.DictDisplay(items=items), func=scope):
                    for key, _ in items:
                        if key is not None:
                            found += self._evaluator.eval(key, scope)
                case Data(expr=m.Comp(element=element), func=scope):
                    found += self._evaluator.eval(element, scope)
                case Data(expr=m.BinOp(op="+", left=left, right=right), func=scope):
                    found += self.elements(
                        (*self._evaluator.eval(left, scope), *self._evaluator.eval(right, scope)), deeper
                    )
                case Response():
                    found.append(value)
                case _:
                    found.append(UNKNOWN)
        return unique(found)


def _is_text(expr: m.Expr) -> bool:
    return isinstance(expr, m.Text)
