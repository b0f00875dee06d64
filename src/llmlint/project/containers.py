"""Lists, tuples and dicts: their items, keys and methods, and what is put into them later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project.kinds import (
    UNKNOWN,
    ClassRef,
    Client,
    Data,
    External,
    ExternalObject,
    FuncRef,
    Holding,
    Obj,
    Response,
    Value,
    Values,
    same_key,
    telling,
    unique,
)
from llmlint.project.puts import Put, puts
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator

UNRELATED = 3
"""Instances of more classes without a common base tell nothing of what one place of a container holds."""


class Containers:
    """Opens displays, and containers of which only the type of the elements is known."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._puts: dict[m.Expr, list[Put]] | None = None
        """By the display (or the call) that makes the container; None before ``collect``."""

    def collect(self, functions: Iterable[Func]) -> None:
        """Find what is put into containers after they were made, anywhere in the project."""
        found: dict[m.Expr, list[Put]] = defaultdict(list)
        for func in functions:
            for target, put in puts(func):
                for value in self._evaluator.eval(target, func):
                    made = _made_by(value)
                    if made is not None:
                        found[made].append(put)
        self._puts = found

    def _put_into(self, container: Value, index: m.Expr | None = None) -> Values:
        """Things with members or bodies that were put into a container (text and numbers are not told)."""
        made = _made_by(container)
        if made is None:
            return ()
        if self._puts is None:
            # Asked again when everything that is put somewhere is known.
            self._evaluator.depends_on_callers()
            return ()
        into = self._puts.get(made)
        if not into:
            return ()
        key = index.value if isinstance(index, m.Text) else None
        return self._evaluator.once(("put", made, key), lambda: self._put(into, key))

    def _put(self, into: list[Put], key: str | None) -> Iterable[Value]:
        found = unique(self._all_put(into, key))
        families = [set(self._evaluator.hierarchy.mro(v.cls)) for v in found if isinstance(v, Obj | ClassRef)]
        if len(families) > UNRELATED and not set.intersection(*families):
            # A registry of everything: which of its services is meant is said elsewhere.
            return [v for v in found if not isinstance(v, Obj | ClassRef)]
        return found

    def _all_put(self, into: list[Put], key: str | None) -> Iterator[Value]:
        for put in into:
            if key is not None and isinstance(put.key, m.Text) and put.key.value != key:
                continue
            values = self._evaluator.eval(put.value, put.func)
            for value in self.elements(values) if put.spread else values:
                if telling(value) or self._holds_telling(value):
                    yield value

    def _holds_telling(self, value: Value) -> bool:
        if not isinstance(value, Data):
            return False
        parts: tuple[m.Expr, ...] = ()
        if isinstance(value.expr, m.Seq):
            parts = value.expr.items
        elif isinstance(value.expr, m.DictDisplay):
            parts = tuple(item for _, item in value.expr.items)
        return any(telling(v) for part in parts for v in self._evaluator.eval(part, value.func))

    def subscript(self, value: m.Expr, index: m.Expr, func: Func) -> Iterable[Value]:
        """What ``value[index]`` stands for."""
        return [v for base in self._evaluator.eval(value, func) for v in self._item(base, index)]

    def _item(self, base: Value, index: m.Expr) -> list[Value]:
        match base:
            case External() | ClassRef():
                return [base]
            case Data(expr=m.DictDisplay(items=items), func=scope):
                wanted = [v for k, v in items if k is not None and same_key(k, index)]
                chosen = wanted or [v for k, v in items if k is not None]
                found = [v for item in chosen for v in self._evaluator.eval(item, scope)]
                return found if wanted else [*found, *self._put_into(base, index)]
            case Data(expr=m.Seq(items=items), func=scope):
                number = index.value if isinstance(index, m.Const) else None
                if isinstance(number, int) and -len(items) <= number < len(items):
                    return list(self._evaluator.eval(items[number], scope))
                if isinstance(index, m.Slice):
                    return [base]
                found = [v for item in items for v in self._evaluator.eval(item, scope)]
                return [*found, *self._put_into(base)]
            case Data(expr=m.Comp(element=element, value=value), func=scope):
                return list(self._evaluator.eval(element if value is None else value, scope))
            case Holding(kind="tuple", places=places):
                number = index.value if isinstance(index, m.Const) else None
                if isinstance(number, int) and -len(places) <= number < len(places):
                    return list(places[number])
                return [v for place in places for v in place]
            case Holding(places=places):
                return [base] if isinstance(index, m.Slice) else list(places[-1])
            case Data(expr=m.Call()) | ExternalObject():
                return [*self._put_into(base, index)] or [UNKNOWN]
            case Obj():
                return self._results_of(base, "__getitem__") or [UNKNOWN]
            case _:
                return [UNKNOWN]

    def _results_of(self, value: Obj, name: str) -> list[Value]:
        """What a special method of an instance gives."""
        found: list[Value] = []
        for member in self._evaluator.members.attribute(value, name):
            if isinstance(member, FuncRef):
                found += self._evaluator.results.of(member.func)
        return found

    def method(self, attr: m.Attr, call: m.Call, func: Func) -> Iterable[Value]:
        """Methods of containers that matter: ``dict.get``, ``dict.values``, ``list.pop`` and so on."""
        for base in self._evaluator.eval(attr.value, func):
            match base:
                case Data(expr=m.DictDisplay() as display):
                    yield from self._dict_method(base, display, attr.name, call, func)
                case Data(expr=m.Comp(kind="dict", element=key, value=value), func=scope) if (
                    value is not None
                ):
                    whole = Holding(
                        "dict", (self._evaluator.eval(key, scope), self._evaluator.eval(value, scope))
                    )
                    yield from self._holding_method(whole, attr.name, call, func)
                case Data():
                    yield Data(call, func)
                    yield from self._holding_method(self._later(base), attr.name, call, func)
                case Holding():
                    yield from self._holding_method(base, attr.name, call, func)
                case ExternalObject():
                    yield from self._holding_method(self._later(base), attr.name, call, func)
                case _:
                    pass

    def _dict_method(
        self, base: Data, display: m.DictDisplay, name: str, call: m.Call, func: Func
    ) -> Iterable[Value]:
        items = display.items
        if name in ("get", "pop", "setdefault") and call.args:
            wanted = call.args[0].value
            for key, value in items:
                if key is None or same_key(key, wanted) or not isinstance(wanted, m.Text):
                    yield from self._evaluator.eval(value, base.func)
            if len(call.args) > 1:
                yield from self._evaluator.eval(call.args[1].value, func)
            yield from self._put_into(base, wanted)
        elif name == "values":
            yield Data(m.Seq("list", tuple(v for _, v in items)), base.func)
        elif name == "items":
            pairs = tuple(m.Seq("tuple", (k, v)) for k, v in items if k is not None)
            yield Data(m.Seq("list", pairs), base.func)
        elif name == "copy":
            yield base
        if name in ("values", "items"):
            yield from self._holding_method(self._later(base), name, call, func)

    def _later(self, base: Value) -> Holding:
        return Holding("dict", ((UNKNOWN,), tuple(self._put_into(base))))

    def _holding_method(self, base: Holding, name: str, call: m.Call, func: Func) -> Iterable[Value]:
        held = base.places[-1]
        if not held:
            return
        if name in ("get", "pop", "setdefault", "popleft", "popitem"):
            yield from held
            if base.kind == "dict" and len(call.args) > 1:
                yield from self._evaluator.eval(call.args[1].value, func)
        elif name == "values":
            yield Holding("list", (held,))
        elif name == "items":
            yield Holding("list", ((Holding("tuple", base.places),),))
        elif name == "copy":
            yield base

    def iterated(self, expr: m.Expr, func: Func) -> Values:
        """What a ``for`` over an expression gives, ``enumerate`` and ``zip`` opened."""
        if isinstance(expr, m.Call) and expr.args and not expr.args[0].star:
            for callee in self._evaluator.eval(expr.func, func):
                if callee == External("builtins.enumerate"):
                    return (Holding("tuple", ((UNKNOWN,), self.iterated(expr.args[0].value, func))),)
                if callee == External("builtins.zip"):
                    places = tuple(self.iterated(arg.value, func) for arg in expr.args)
                    return (Holding("tuple", places),)
        return self.elements(self._evaluator.eval(expr, func))

    def elements(self, values: Values, seen: frozenset[Value] = frozenset()) -> Values:
        """What iterating over these values gives; ``seen`` breaks cycles (``x = [*x, y]``)."""
        found: list[Value] = []
        for value in values:
            if value in seen or len(seen) > 40:
                continue
            found += self._elements_of(value, seen | {value})
        return unique(found)

    def _elements_of(self, value: Value, seen: frozenset[Value]) -> list[Value]:
        found: list[Value] = []
        match value:
            case Data(expr=m.Seq(items=items), func=scope):
                for item in items:
                    if isinstance(item, m.Star):
                        found += self.elements(self._evaluator.eval(item.value, scope), seen)
                    else:
                        found += self._evaluator.eval(item, scope)
                return [*found, *self._put_into(value)]
            case Data(expr=m.DictDisplay(items=items), func=scope):
                for key, _ in items:
                    if key is not None:
                        found += self._evaluator.eval(key, scope)
                return found
            case Data(expr=m.Comp(element=element), func=scope):
                return list(self._evaluator.eval(element, scope))
            case Data(expr=m.BinOp(op="+", left=left, right=right), func=scope):
                both = (*self._evaluator.eval(left, scope), *self._evaluator.eval(right, scope))
                return list(self.elements(both, seen))
            case Response() | Client():
                return [value]
            case Holding(kind="tuple", places=places):
                return [v for place in places for v in place]
            case Holding(places=places):
                return list(places[0])
            case Obj():
                return list(self._iterated_instance(value, seen))
            case Data(expr=m.Call()) | ExternalObject():
                return [*self._put_into(value)] or [UNKNOWN]
            case _:
                return [UNKNOWN]

    def _iterated_instance(self, value: Obj, seen: frozenset[Value]) -> Values:
        for name in ("__iter__", "__aiter__"):
            iterators = self._results_of(value, name)
            if any(telling(v) or isinstance(v, Data) for v in iterators):
                if value in iterators or Obj(value.cls) in iterators:
                    return tuple(
                        self._results_of(value, "__next__") or self._results_of(value, "__anext__")
                    ) or (UNKNOWN,)
                return self.elements(unique(iterators), seen)
            if iterators:
                return (UNKNOWN,)
        # A generator's result stands for what it yields.
        return (value,)


def _made_by(value: Value) -> m.Expr | None:
    """The expression that makes a container; None for what is none."""
    if isinstance(value, Data) and isinstance(value.expr, m.Seq | m.DictDisplay | m.Call | m.Comp):
        return value.expr
    if isinstance(value, ExternalObject):
        return value.call
    return None
