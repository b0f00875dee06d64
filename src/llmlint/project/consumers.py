"""Calls that take a text as whole and well formed: parsers, files, other services."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef, Obj, external_name
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator


class Consumers:
    """Finds them with the evaluator."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue

    def at(self, call: m.Call, func: Func) -> Iterator[tuple[s.Consumer, m.Expr]]:
        """What a call consumes: the table that says so, and the argument."""
        for table in self._tables(call, func):
            given = walk.argument(call, table.arg)
            if given is not None:
                yield table, given

    def _tables(self, call: m.Call, func: Func) -> Iterator[s.Consumer]:
        for callee in self._evaluator.eval(call.func, func):
            yield from self._catalogue.consumers.get(external_name(callee)) if external_name(callee) else ()
        if isinstance(call.func, m.Attr) and call.func.name in self._catalogue.consumer_methods:
            tables = self._catalogue.consumer_methods[call.func.name]
            for owner in self._evaluator.eval(call.func.value, func):
                if isinstance(owner, ClassRef | Obj) and not self._is_own(owner, call.func.name):
                    bases = self._evaluator.hierarchy.external_bases(owner.cls)
                    yield from (table for table in tables if set(bases) & set(table.on))
            makers = self._makers(call.func.value, func)
            yield from (table for table in tables if makers & set(table.on))

    def _makers(self, receiver: m.Expr, func: Func) -> set[str]:
        """The external functions that gave what a name stands for: ``with open(path) as receiver``."""
        bound = func.bindings.get(receiver.id, ()) if isinstance(receiver, m.Name) else ()
        return {
            external_name(value)
            for binding in bound
            if binding.kind in ("enter", "value") and isinstance(binding.expr, m.Call)
            for value in self._evaluator.eval(binding.expr.func, func)
        }

    def _is_own(self, owner: ClassRef | Obj, name: str) -> bool:
        return any(name in cls.methods for cls in self._evaluator.hierarchy.mro(owner.cls))
