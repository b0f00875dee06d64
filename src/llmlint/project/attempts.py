"""How often retries of the libraries try, after which failures, and whether they wait in between."""

from __future__ import annotations

import functools

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.deadlines import Deadlines
from llmlint.project.handlers import Handlers
from llmlint.project.kinds import Data, External, ExternalObject, external_name, is_none_value
from llmlint.project.retries import RetryUse
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

_DEPTH = 3
"""So many calls away a pause is still looked for."""
_NUMBER_DEPTH = 5


class Attempts:
    """Questions about one use of a retry library, and about pauses."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        deadlines: Deadlines,
        handlers: Handlers,
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines
        self._handlers = handlers

    # -- numbers ----------------------------------------------------------------------------------

    def whole(self, expr: m.Expr, func: Func, depth: int = 0) -> int | None:
        """The whole number an expression stands for, if it is one number for certain."""
        match expr:
            case m.Const(value=value) if isinstance(value, int) and not isinstance(value, bool):
                return value
            case m.BinOp(op="+" | "-" | "*" as op, left=left, right=right) if depth < _NUMBER_DEPTH:
                one, two = self.whole(left, func, depth + 1), self.whole(right, func, depth + 1)
                if one is None or two is None:
                    return None
                return one + two if op == "+" else one - two if op == "-" else one * two
            case m.Name() | m.Attr() if depth < _NUMBER_DEPTH:
                values = self._evaluator.eval(expr, func)
                found = values[0] if len(values) == 1 else None
                if isinstance(found, Data) and found.expr is not expr:
                    return self.whole(found.expr, found.func, depth + 1)
                return None
            case _:
                return None

    def number(self, use: RetryUse) -> tuple[int | None, bool]:
        """How often a retry tries at most, if that is known; and whether the code says so itself."""
        table, call = use.table, use.call
        if call is None:
            return table.default_attempts, False
        if table.attempts:
            given = self._given(table.attempts, call, use.func)
            if given is None:
                return (table.default_attempts if self._complete(call, use.func) else None), False
            return self.whole(*given), True
        stop = self._given(table.bounds[0], call, use.func) if table.attempt_stops else None
        return (self._stops(stop[0], stop[1], table.attempt_stops) if stop else None), True

    def _stops(self, expr: m.Expr, func: Func, names: tuple[str, ...]) -> int | None:
        """``stop_after_attempt(3)``, alone or beside others."""
        if isinstance(expr, m.BinOp) and expr.op == "|":
            found = [self._stops(side, func, names) for side in (expr.left, expr.right)]
            return min((n for n in found if n is not None), default=None)
        values = self._evaluator.eval(expr, func)
        match values:
            case (ExternalObject(name=name, call=m.Call() as made, func=Func() as where),) if name in names:
                first = made.args[0].value if made.args else None
                return self.whole(first, where) if first is not None else None
            case (Data(expr=m.BinOp() as inner, func=where),) if inner is not expr:
                return self._stops(inner, where, names)
            case _:
                return None

    def _given(self, where: str, call: m.Call, func: Func) -> tuple[m.Expr, Func] | None:
        positional = walk.argument(call, where)
        if positional is not None:
            return positional, func
        keywords, _ = self._evaluator.keyword_items(call, func)
        return next((keywords[name] for name in where.split("|") if name in keywords), None)

    def _complete(self, call: m.Call, func: Func) -> bool:
        return self._evaluator.keyword_items(call, func)[1]

    # -- waits and failures -----------------------------------------------------------------------

    def hurries(self, use: RetryUse) -> bool:
        """Whether one attempt certainly follows the other at once."""
        table, call = use.table, use.call
        if table.waits_by_default:
            return False
        if call is None:
            return True
        if not self._complete(call, use.func):
            return False
        given = [g for where in table.waits if (g := self._given(where, call, use.func)) is not None]
        return all(self._no_wait(expr, func, table.no_waits) for expr, func in given)

    def _no_wait(self, expr: m.Expr, func: Func, names: tuple[str, ...]) -> bool:
        if self.whole(expr, func) == 0:
            return True
        values = self._evaluator.eval(expr, func)
        return bool(values) and all(
            is_none_value(v)
            or (isinstance(v, External) and v.name in names)
            or (isinstance(v, ExternalObject) and v.name in names)
            for v in values
        )

    def after_failures(self, use: RetryUse) -> bool:
        """Whether it certainly tries again when the provider has failed."""
        if use.call is None:
            return True
        if not self._complete(use.call, use.func):
            return False
        given = [self._given(where, use.call, use.func) for where in use.table.failures]
        return all(g is None or self._is_failure(*g, use.table.failure_types) for g in given)

    def _is_failure(self, expr: m.Expr, func: Func, makers: tuple[str, ...]) -> bool:
        if isinstance(expr, m.BinOp) and expr.op == "|":
            return any(self._is_failure(side, func, makers) for side in (expr.left, expr.right))
        if not makers:
            return self._handlers.names_provider(expr, func)
        values = self._evaluator.eval(expr, func)
        for value in values:
            match value:
                case ExternalObject(name=name, call=m.Call() as made, func=Func() as where) if name in makers:
                    if made.args and not self._handlers.names_provider(made.args[0].value, where):
                        return False
                case _:
                    return False
        return bool(values)

    # -- pauses -----------------------------------------------------------------------------------

    def pauses(self, call: m.Call, func: Func) -> bool:
        """Whether a call waits a while, itself or by what it calls."""
        if self._is_pause(call, func):
            return True
        return any(edge.target in self.pausing for edge in self._graph.edges_at.get(call, ()))

    @functools.cached_property
    def pausing(self) -> frozenset[Func]:
        """Functions in which a pause is at most a few calls away."""
        found: set[Func] = {
            f for f in self._graph.functions if any(self._is_pause(s.call, f) for s in self._graph.sites[f])
        }
        level = set(found)
        for _ in range(_DEPTH):
            level = {e.site.func for f in level for e in self._graph.callers.get(f, ())} - found
            found |= level
        return frozenset(found)

    def _is_pause(self, call: m.Call, func: Func) -> bool:
        names = (external_name(v) for v in self._evaluator.eval(call.func, func))
        return any(name and self._catalogue.pauses.get(name) for name in names)
