"""Who sees the error of a parser: handlers around it, around its callers, retries, the application."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph, Edge
from llmlint.project.handlers import BROAD
from llmlint.project.kinds import ClassRef, Data, External, ExternalObject, FuncRef, Value
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite, Frame
from llmlint.project.values import Evaluator

MAX_FRAMES = 400
"""Callers looked at; a function that more lead to is handled by some of them."""


class Malformed:
    """Follows an exception from where it is raised towards the callers.

    Where it is not sure, the exception counts as handled.
    """

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue

    def handled(self, call: m.Call, func: Func, raises: tuple[str, ...]) -> bool:
        """Whether any function on the way from an entry point to the call handles one of these."""
        site = next((one for one in self._graph.sites[func] if one.call is call), None)
        if site is None:
            return True
        pending: list[tuple[CallSite, Edge | None]] = [(site, None)]
        seen: set[Func] = set()
        while pending:
            place, edge = pending.pop()
            if self._handled_around(place, raises) or (edge is not None and self._later(edge, raises)):
                return True
            within = place.func
            if within in seen:
                continue
            seen.add(within)
            if self._decorated(within, raises):
                return True
            above: list[tuple[CallSite, Edge | None]] = [
                (e.site, e) for e in self._graph.callers.get(within, ())
            ]
            above += [(one, None) for one in self._by_name(within)]
            if within.facts.kind == "lambda" and within.parent is not None:
                above += [(one, None) for one in self._graph.sites[within.parent] if _given_to(within, one)]
            if len(seen) > MAX_FRAMES:
                return True
            if not above and within.facts.decorators and self._application(raises):
                return True
            pending += above
        return False

    # -- one place ------------------------------------------------------------------------------

    def _handled_around(self, site: CallSite, raises: tuple[str, ...]) -> bool:
        return any(self._handled_by(frame, site, raises) for frame in site.frames)

    def _handled_by(self, frame: Frame, site: CallSite, raises: tuple[str, ...]) -> bool:
        node = frame.node
        if frame.kind == "try" and isinstance(node, m.Try):
            return any(self._catches(handler, site.func, raises) for handler in node.handlers) or any(
                isinstance(stmt, m.Return) for stmt in node.final
            )
        if frame.kind == "with" and isinstance(node, m.With):
            return any(self._context_catches(item.value, site.func, raises) for item in node.items)
        if frame.kind == "loop" and isinstance(node, m.For):
            return self._is_retry(node.iter, site.func)
        if frame.kind == "if" and isinstance(node, m.If):
            return self._is_checked(node.test, site)
        return False

    def _is_checked(self, test: m.Expr, site: CallSite) -> bool:
        """``if is_json(text): json.loads(text)``: a function of the project has looked at the text."""
        given = {name for arg in site.call.args for name in walk.names_in(arg.value)}
        return any(
            isinstance(node, m.Call)
            and self._graph.edges_at.get(node)
            and any(given & walk.names_in(arg.value) for arg in node.args)
            for node in walk.expressions(test)
        )

    def _catches(self, handler: m.Handler, func: Func, raises: Iterable[str]) -> bool:
        if handler.type is None:
            return True
        return self._covers(self._evaluator.eval(handler.type, func), raises)

    def _covers(self, types: Iterable[Value], raises: Iterable[str]) -> bool:
        """Whether one of these exception classes catches one of ``raises``; an unknown one may."""
        known = False
        for value in types:
            known = True
            match value:
                case Data(expr=m.Seq(items=items), func=where):
                    if any(self._covers(self._evaluator.eval(item, where), raises) for item in items):
                        return True
                case External(name=name):
                    if name in BROAD or name in raises:
                        return True
                case ClassRef(cls=cls):
                    if set(self._evaluator.hierarchy.external_bases(cls)) & set(raises):
                        return True
                case _:
                    return True
        return not known

    def _context_catches(self, expr: m.Expr, func: Func, raises: tuple[str, ...]) -> bool:
        """``suppress(ValueError)``, an attempt of a retry, a context manager with a ``try`` of its own."""
        if not isinstance(expr, m.Call):
            return self._is_retry(expr, func)
        for value in self._evaluator.eval(expr.func, func):
            match value:
                case External(name="contextlib.suppress"):
                    types = [v for arg in expr.args for v in self._evaluator.eval(arg.value, func)]
                    if self._covers(types, raises):
                        return True
                case FuncRef(func=target):
                    if self._has_handler(target, raises):
                        return True
                case ClassRef(cls=cls):
                    for owner in self._evaluator.hierarchy.mro(cls):
                        leave = owner.methods.get("__exit__") or owner.methods.get("__aexit__")
                        if leave is not None and any(r.value is not None for r in leave.returns):
                            return True
                case _:
                    pass
        return False

    def _has_handler(self, func: Func, raises: tuple[str, ...]) -> bool:
        return any(
            isinstance(stmt, m.Try) and any(self._catches(h, one, raises) for h in stmt.handlers)
            for one in (func, *func.inner)
            for stmt in one.statements
        )

    # -- callers --------------------------------------------------------------------------------

    def _later(self, edge: Edge, raises: tuple[str, ...]) -> bool:
        """Whether the failure comes out elsewhere in the caller than at the call, and is caught there."""
        target = edge.target.facts
        elsewhere = edge.deferred or target.is_generator or (target.is_async and not edge.site.awaited)
        if not elsewhere:
            return False
        within = edge.site.func
        return any(
            isinstance(stmt, m.Try) and any(self._catches(h, within, raises) for h in stmt.handlers)
            for stmt in within.statements
        ) or any(
            isinstance(walk.argument(site.call, "return_exceptions"), m.Const)
            for site in self._graph.sites[within]
        )

    @functools.cached_property
    def _unresolved(self) -> dict[str, list[CallSite]]:
        """Calls of methods that lead nowhere we know, by the name of the method."""
        found: dict[str, list[CallSite]] = {}
        for sites in self._graph.sites.values():
            for site in sites:
                if isinstance(site.call.func, m.Attr) and not self._graph.edges_at.get(site.call):
                    found.setdefault(site.call.func.name, []).append(site)
        return found

    def _by_name(self, func: Func) -> Iterator[CallSite]:
        """Calls that may be calls of a method nobody is seen to call."""
        if func.is_method and not self._graph.callers.get(func):
            yield from self._unresolved.get(func.name, ())

    def _decorated(self, func: Func, raises: tuple[str, ...]) -> bool:
        """Whether a decorator tries again, or is a function of the project that catches."""
        scope = func.parent or func
        for decorator in func.facts.decorators:
            if self._is_retry(decorator, scope):
                return True
            inner = decorator.func if isinstance(decorator, m.Call) else decorator
            for value in self._evaluator.eval(inner, scope):
                if isinstance(value, FuncRef) and self._has_handler(value.func, raises):
                    return True
        return False

    def _is_retry(self, expr: m.Expr, func: Func) -> bool:
        for value in self._evaluator.eval(expr, func):
            if isinstance(value, External | ExternalObject) and self._catalogue.retries.get(value.name):
                return True
        if isinstance(expr, m.Name):
            # ``with attempt:`` in ``for attempt in Retrying(...)``
            return any(
                binding.kind == "element" and binding.expr is not None and self._is_retry(binding.expr, func)
                for binding in func.bindings.get(expr.id, ())
            )
        return False

    def _application(self, raises: tuple[str, ...]) -> bool:
        """Whether an application says what becomes of such an exception."""
        return any(self._covers(types, raises) for types in self._registered)

    @functools.cached_property
    def _registered(self) -> list[tuple[Value, ...]]:
        found = []
        for table in self._catalogue.app_handlers:
            for func in self._graph.functions:
                scope = func.parent or func
                calls = [(d, scope) for d in func.facts.decorators]
                calls += [(site.call, func) for site in self._graph.sites[func]]
                for call, where in calls:
                    if isinstance(call, m.Call) and isinstance(call.func, m.Attr):
                        given = walk.argument(call, table.arg)
                        if call.func.name in table.methods and given is not None:
                            found.append(self._evaluator.eval(given, where))
        return found


def _given_to(func: Func, site: CallSite) -> bool:
    return any(
        isinstance(arg.value, m.Lambda) and arg.value.function == func.facts.index for arg in site.call.args
    )
