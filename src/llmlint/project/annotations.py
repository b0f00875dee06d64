"""Annotations: what values of an annotated parameter or variable are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import (
    UNKNOWN,
    ClassRef,
    Client,
    External,
    ExternalObject,
    Holding,
    Obj,
    Value,
    Values,
    telling,
    unique,
)
from llmlint.project.quoted import parsed
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator

_FIRST = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "Awaitable",
                    "AbstractContextManager", "AbstractAsyncContextManager", "ContextManager",
                    "AsyncContextManager", "Mapped"})  # fmt: skip
"""Types whose values are, or give at once, what stands first in the brackets."""
_LISTS = frozenset({"list", "List", "Sequence", "MutableSequence", "Iterable", "Iterator", "Collection",
                    "set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet", "deque", "Deque",
                    "Generator", "AsyncGenerator", "AsyncIterator", "AsyncIterable"})  # fmt: skip
MAPPINGS = frozenset(
    {"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict"}
)
_TUPLES = frozenset({"tuple", "Tuple"})


class Annotations:
    """Reads annotations."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def instances(self, annotation: m.Expr, func: Func, depth: int = 0) -> Values:
        """Values of a parameter or variable annotated so; ``()`` when that says nothing useful."""
        if depth > 8:
            return ()
        match annotation:
            case m.Text(value=text):
                expr = parsed(text)
                return self.instances(expr, func, depth + 1) if expr is not None else ()
            case m.BinOp(op="|", left=left, right=right):
                return unique(
                    (*self.instances(left, func, depth + 1), *self.instances(right, func, depth + 1))
                )
            case m.Sub(value=value, index=index):
                items = index.items if isinstance(index, m.Seq) else (index,)
                return self._generic(value, items, func, depth)
            case m.Name() | m.Attr():
                return self._named(annotation, func, depth)
            case _:
                return ()

    def _generic(self, value: m.Expr, items: tuple[m.Expr, ...], func: Func, depth: int) -> Values:
        last = self.type_name(value, func)
        if last in _FIRST:
            return self._annotated(items, func, depth)
        if last == "Union":
            return unique(v for item in items for v in self.instances(item, func, depth + 1))
        if last == "Coroutine":
            return self.instances(items[-1], func, depth + 1)
        if last in ("type", "Type"):
            return tuple(
                ClassRef(v.cls) for v in self.instances(items[0], func, depth + 1) if isinstance(v, Obj)
            )
        if last in _LISTS:
            return self._holding("list", (items[0],), func, depth)
        if last in MAPPINGS:
            return self._holding("dict", items, func, depth) if len(items) == 2 else ()
        if last in _TUPLES:
            if len(items) == 2 and isinstance(items[1], m.Other):
                return self._holding("list", (items[0],), func, depth)
            return self._holding("tuple", items, func, depth)
        if last in ("Callable", "Literal"):
            return ()
        return self.instances(value, func, depth + 1)

    def _holding(self, kind: str, items: tuple[m.Expr, ...], func: Func, depth: int) -> Values:
        places = tuple(self.instances(item, func, depth + 1) or (UNKNOWN,) for item in items)
        found = Holding(kind, places)
        return (found,) if telling(found) else ()

    def _named(self, annotation: m.Expr, func: Func, depth: int) -> Values:
        values = self._evaluator.eval(annotation, func)
        known = tuple(v for v in values if isinstance(v, ClassRef))
        if not known and isinstance(annotation, m.Name):
            alias = self._evaluator.names.alias(annotation.id, func)
            if alias is not None:
                return self.instances(*alias, depth + 1)
        return unique(v for value in values for v in self._instance_of(value, func, depth))

    def type_name(self, expr: m.Expr, func: Func) -> str:
        """The last part of the name of a type as its module calls it, whatever it is imported as."""
        for value in self._evaluator.eval(expr, func):
            if isinstance(value, External):
                return value.name.rsplit(".", 1)[-1]
        return (walk.dotted(expr) or "").rsplit(".", 1)[-1]

    def _annotated(self, items: tuple[m.Expr, ...], func: Func, depth: int) -> Values:
        for extra in items[1:]:
            for value in self._evaluator.eval(extra, func):
                # Annotated[Client, Depends(make_client)]: the dependency says more than the type.
                if isinstance(value, Client | Obj):
                    return (value,)
        return self.instances(items[0], func, depth + 1)

    def _instance_of(self, value: Value, func: Func, depth: int) -> Values:
        match value:
            case ClassRef(cls=cls):
                return (Obj(cls),)
            case External(name="typing.Self" | "typing_extensions.Self"):
                own = func.cls or (func.parent.cls if func.parent is not None else None)
                return (Obj(own),) if own is not None else ()
            case External(name=name):
                entries = self._evaluator.catalogue.clients.get(name)
                if entries:
                    return (Client(entries[0], None),)
                return (
                    ()
                    if name.startswith("builtins.") or name.startswith("typing.")
                    else (ExternalObject(name),)
                )
            case ExternalObject(name="typing.TypeVar" | "typing_extensions.TypeVar", call=call, func=scope):
                bound = walk.argument(call, "bound") if call is not None else None
                if bound is None or scope is None:
                    return ()
                return self.instances(bound, scope, depth + 1)
            case _:
                return ()
