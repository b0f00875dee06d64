"""Retry decorators and retry objects: where they stand, and what they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.deadlines import Deadlines
from llmlint.project.kinds import Data, External, ExternalObject, FuncRef, is_none_value
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True, eq=False)
class RetryUse:
    """A retry, the function or the sites it repeats."""

    table: s.Retry
    func: Func
    """The scope in which the retry is written."""
    span: m.Span
    repeats: Func | None
    """The decorated function."""
    sites: tuple[CallSite, ...]
    """The calls that a retry object repeats."""
    call: m.Call | None = None
    """The call that sets it up; None for a bare decorator."""


class Retries:
    """Finds the retries of the libraries in the catalogue."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, deadlines: Deadlines
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines
        self._uses: dict[Func, tuple[RetryUse, ...]] = {}

    def uses(self, func: Func) -> tuple[RetryUse, ...]:
        """The retries on a function (decorators) and inside it (retry objects)."""
        known = self._uses.get(func)
        if known is None:
            known = self._uses[func] = (*self._decorators(func), *self._objects(func))
        return known

    def unbounded(self, func: Func) -> Iterator[RetryUse]:
        """Those that nothing ends."""
        return (use for use in self.uses(func) if self.endless(use))

    def endless(self, use: RetryUse) -> bool:
        """Whether nothing ends a retry."""
        if use.call is None:
            return not use.table.bounded_by_default
        return self.is_unbounded(use.table, use.call, use.func)

    def _decorators(self, func: Func) -> Iterator[RetryUse]:
        scope = func.parent or func
        for decorator, span in zip(func.facts.decorators, func.facts.decorator_spans, strict=True):
            for value in self._evaluator.eval(decorator, scope):
                match value:
                    case External(name=name):
                        for table in self._catalogue.retries.get(name):
                            if table.form == "decorator":
                                yield RetryUse(table, scope, span, func, ())
                    case ExternalObject(name=name, call=call, func=where) if (
                        call is not None and where is not None
                    ):
                        for table in self._catalogue.retries.get(name):
                            yield RetryUse(table, where, call.span, func, (), call)
                    case _:
                        pass

    def _objects(self, func: Func) -> Iterator[RetryUse]:
        for site in self._graph.sites[func]:
            for callee in self._evaluator.eval(site.call.func, func):
                match callee:
                    case External(name=name):
                        tables = [t for t in self._catalogue.retries.get(name) if t.form == "object"]
                        repeated = tuple(self._repeated(site, func)) if tables else ()
                        if repeated:
                            yield RetryUse(tables[0], func, site.call.span, None, repeated, site.call)
                    case ExternalObject(name=name, call=call, func=where) if (
                        call is not None and where is not None
                    ):
                        # ``Retrying(...)(fn, arg)`` and ``retrying(fn)``
                        tables = self._catalogue.retries.get(name)
                        given = walk.argument(site.call, "0") if tables else None
                        for target in self._evaluator.eval(given, func) if given is not None else ():
                            if isinstance(target, FuncRef):
                                yield RetryUse(tables[0], where, call.span, target.func, (), call)
                    case _:
                        pass

    def _repeated(self, retry: CallSite, func: Func) -> Iterator[CallSite]:
        """Calls in the loop ``for attempt in Retrying(...)`` or under ``with`` of its attempts."""
        if not isinstance(retry.stmt, m.For):
            return
        for site in self._graph.sites[func]:
            if retry.stmt in tuple(site.loops()):
                yield site

    def is_unbounded(self, table: s.Retry, call: m.Call, func: Func) -> bool:
        """Whether a retry, called so, goes on for ever."""
        states = [self._bound(table, where, call, func) for where in table.bounds]
        if "unknown" in states or "bound" in states:
            return False
        if table.bounded_by_default:
            return table.none_unbounded and all(state == "none" for state in states)
        return True

    def _bound(self, table: s.Retry, where: str, call: m.Call, func: Func) -> str:
        keywords, complete = self._evaluator.keyword_items(call, func)
        positional = walk.argument(call, where)
        given = (positional, func) if positional is not None else None
        if given is None:
            for name in where.split("|"):
                given = keywords.get(name, given)
        if given is None:
            return "absent" if complete else "unknown"
        values = self._evaluator.eval(*given)
        if values and all(is_none_value(v) for v in values):
            return "none" if table.none_unbounded else "absent"
        if values and all(isinstance(v, External) and v.name in table.unbounded_values for v in values):
            return "absent"
        if any(isinstance(v, Data | External | ExternalObject | FuncRef) for v in values):
            return "bound"
        return "unknown"
