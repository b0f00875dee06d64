"""Entry points out of which a provider's failure comes with nobody to see to it."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.handlers import BROAD, Handlers
from llmlint.project.kinds import (
    ClassRef,
    Data,
    External,
    ExternalMethod,
    ExternalObject,
    FuncRef,
    Obj,
    Value,
)
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite, Frame
from llmlint.project.taint import Flows
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True, eq=False)
class Exposed:
    """An entry point, the first call in it that fails unseen, and how it is called for people."""

    func: Func
    start: LlmCall | Edge
    kind: str


class Exposure:
    """Searches from the LLM calls towards the entry points, and stops at whatever handles failures."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, handlers: Handlers, flows: Flows
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._handlers = handlers
        self._flows = flows
        self._next: dict[Func, LlmCall | Edge] = {}

    def entries(self) -> Iterator[Exposed]:
        """Entry points that reach an LLM call with no handler on the way, in the order of the functions."""
        self._search()
        for func in self._graph.functions:
            if func in self._next:
                found = self._entry(func)
                if found is not None and not self._covered(found[1]):
                    yield Exposed(func, self._next[func], found[0])

    def way(self, exposed: Exposed) -> tuple[list[Edge], LlmCall | None]:
        """From the entry point to the LLM call."""
        edges: list[Edge] = []
        step: LlmCall | Edge | None = exposed.start
        while isinstance(step, Edge) and step not in edges:
            edges.append(step)
            step = self._next.get(step.target)
        return edges, step if isinstance(step, LlmCall) else None

    # -- the search -----------------------------------------------------------------------------

    def _search(self) -> None:
        queue: deque[Func] = deque()
        for call in self._graph.llm_calls:
            func = call.site.func
            if (
                call.generates
                and func not in self._next
                and not (self._falls_back(call) or self._handled(call.site))
            ):
                self._next[func] = call
                queue.append(func)
        while queue:
            func = queue.popleft()
            if self._wrapped(func):
                del self._next[func]
                continue
            for edge in self._graph.callers.get(func, ()):
                caller = edge.site.func
                if caller not in self._next and not self._ends_at(edge):
                    self._next[caller] = edge
                    queue.append(caller)

    def _ends_at(self, edge: Edge) -> bool:
        if edge.deferred or edge.callback or self._handled(edge.site):
            return True
        # The body of a generator runs where it is iterated.
        return edge.target.facts.is_generator and not (
            isinstance(edge.site.stmt, m.For) and edge.site.call in walk.expressions(edge.site.stmt.iter)
        )

    def _falls_back(self, call: LlmCall) -> bool:
        tables = self._catalogue.fallbacks
        derives = {name for t in tables for name in t.derives}
        params = {name for t in tables for name in t.params}
        clients = (call.client, *call.client.inner) if call.client else ()
        if any(derive.name in derives for client in clients for derive, _ in client.changes):
            return True
        made = [client.site.call for client in clients if client.site is not None]
        return any(arg.keyword in params for given in (call.site.call, *made) for arg in given.args)

    def _handled(self, site: CallSite) -> bool:
        return any(self._handles(frame, site.func) for frame in site.frames) or self._is_retried(site)

    def _handles(self, frame: Frame, func: Func) -> bool:
        if frame.kind == "try" and isinstance(frame.node, m.Try):
            return any(
                self._handlers.may_catch_provider(h, func) or self._is_unknown(h, func)
                for h in frame.node.handlers
            )
        if frame.kind == "with" and isinstance(frame.node, m.With):
            return any(self._manages(item.value, func) for item in frame.node.items)
        return False

    def _is_unknown(self, handler: m.Handler, func: Func) -> bool:
        """A type that is not known, or a class of the project: it may stand for the provider's."""
        values = self._evaluator.eval(handler.type, func) if handler.type is not None else ()
        return not values or not all(
            isinstance(v, External) or (isinstance(v, Data) and isinstance(v.expr, m.Seq)) for v in values
        )

    def _manages(self, expr: m.Expr, func: Func) -> bool:
        """A context manager of the project's own, or one that suppresses or retries."""
        if self._handlers.suppresses(expr, func):
            return True
        target = expr.func if isinstance(expr, m.Call) else expr
        for value in self._evaluator.eval(target, func):
            match value:
                case FuncRef(func=manager):
                    if _has_handler(manager):
                        return True
                case ClassRef(cls=cls) | Obj(cls=cls):
                    if {"__exit__", "__aexit__"} & cls.methods.keys():
                        return True
                case _:
                    pass
        return False

    def _is_retried(self, site: CallSite) -> bool:
        """``for attempt in Retrying(...)``, ``Retrying(...)(ask)``."""
        iterables = [loop.iter for loop in site.loops() if isinstance(loop, m.For)]
        return any(
            isinstance(v, ExternalObject) and self._catalogue.retries.get(v.name)
            for expr in iterables
            for v in self._evaluator.eval(expr, site.func)
        )

    # -- decorators -----------------------------------------------------------------------------

    def _wrapped(self, func: Func) -> bool:
        """Whether a decorator handles, retries, or is not known."""
        scope = func.parent or func
        return not all(
            self._lets_pass(d, scope) or self._registers(d, scope, func) for d in func.facts.decorators
        )

    def _lets_pass(self, decorator: m.Expr, scope: Func) -> bool:
        target = decorator.func if isinstance(decorator, m.Call) else decorator
        name = walk.dotted(target) or ""
        if name.rpartition(".")[2] in ("setter", "deleter", "getter"):
            return True
        known = self._catalogue.harmless_decorators
        for value in self._evaluator.eval(target, scope):
            match value:
                case External(name=name) | ExternalObject(name=name):
                    parts = name.split(".")
                    prefixes = {".".join(parts[:n]) + ".*" for n in range(1, len(parts))}
                    return name in known or bool(known & prefixes) or bool(self._catalogue.tools.get(name))
                case FuncRef(func=wrapper):
                    return not _has_handler(wrapper)
                case _:
                    return False
        return False

    def _registers(self, decorator: m.Expr, scope: Func, func: Func) -> bool:
        """Whether a decorator only makes an entry point of the function."""
        target = decorator.func if isinstance(decorator, m.Call) else decorator
        if any(self._table(value) for value in self._flows.inputs.callees(target, scope)):
            return not (isinstance(decorator, m.Call) and self._framework_handles(decorator, scope))
        return bool(self._flows.inputs.serves(func)) and isinstance(target, m.Attr)

    def _framework_handles(self, decorator: m.Call, scope: Func) -> bool:
        tables = [t for v in self._flows.inputs.callees(decorator.func, scope) if (t := self._table(v))]
        return any(arg.keyword in t.handled_by or arg.star for t in tables for arg in decorator.args)

    def _table(self, callee: Value) -> s.EntryPoint | None:
        for table in self._catalogue.entry_points:
            match callee:
                case External(name=name) if name in table.paths:
                    return table
                case ExternalMethod(owner=owner, path=path) if owner.name in table.on and path in table.names:
                    return table
                case _:
                    pass
        return None

    # -- entry points ---------------------------------------------------------------------------

    def kind(self, func: Func) -> str:
        """How people start a function: ``command``, ``handler``, ``job``; empty: it is no entry point."""
        entry = self._entry(func)
        return entry[0] if entry is not None else ""

    def _entry(self, func: Func) -> tuple[str, str] | None:
        """What sort of entry point a function is, and the import root of its framework."""
        if func.facts.kind != "function" or not func.mod.production:
            return None
        for served in self._flows.inputs.serves(func):
            name = served.path or next(iter((*served.on, *served.imports, served.of)), "")
            return "handler", name.partition(".")[0]
        scope = func.parent or func
        for decorator in func.facts.decorators:
            target = decorator.func if isinstance(decorator, m.Call) else decorator
            for value in self._flows.inputs.callees(target, scope):
                table = self._table(value)
                if table is not None:
                    return table.kind, next(iter((*table.on, *table.paths))).partition(".")[0]
        return None

    def _covered(self, root: str) -> bool:
        return any(not t.covers or root in t.covers for t in self._installed)

    @functools.cached_property
    def _installed(self) -> list[s.FailureHandler]:
        """The handlers of whole applications that the project installs."""
        methods = {name for func in self._graph.functions if func.is_method for name in (func.name,)}
        found = [t for t in self._catalogue.failure_handlers if methods & set(t.methods)]
        for func in self._graph.functions:
            for site in self._graph.sites[func]:
                found += self._installs(site.call.func, site.call, func, None)
            for decorator in func.facts.decorators:
                call = decorator if isinstance(decorator, m.Call) else None
                target = decorator.func if isinstance(decorator, m.Call) else decorator
                found += self._installs(target, call, func.parent or func, func)
        return found

    @functools.cached_property
    def _installing(self) -> frozenset[str]:
        """Last parts of the names by which handlers are installed."""
        names = (n for t in self._catalogue.failure_handlers for n in (*t.names, *t.paths))
        return frozenset(name.rpartition(".")[2] for name in names)

    def _installs(
        self, target: m.Expr, call: m.Call | None, scope: Func, decorated: Func | None
    ) -> Iterator[s.FailureHandler]:
        if (walk.dotted(target) or "").rpartition(".")[2] not in self._installing:
            return
        for value in self._flows.inputs.callees(target, scope):
            for table in self._catalogue.failure_handlers:
                match value:
                    case External(name=name):
                        meant = name in table.paths
                    case ExternalMethod(owner=owner, path=path):
                        meant = owner.name in table.on and path in table.names
                    case _:
                        meant = False
                if meant and self._is_meant(table, call, scope, decorated):
                    yield table

    def _is_meant(
        self, table: s.FailureHandler, call: m.Call | None, scope: Func, decorated: Func | None
    ) -> bool:
        if table.functions and decorated is not None and decorated.name not in table.functions:
            return (walk.dotted(call.func) if call else "error") == "error"
        if table.error:
            given = walk.argument(call, table.error) if call is not None else None
            return given is None or any(self._is_failure(v) for v in self._evaluator.eval(given, scope))
        if table.wraps:
            if decorated is not None:
                return _has_handler(decorated)
            given = walk.argument(call, table.wraps) if call is not None else None
            values = self._evaluator.eval(given, scope) if given is not None else ()
            return any(
                isinstance(v, ClassRef) and any(map(_has_handler, v.cls.methods.values())) for v in values
            )
        return True

    def _is_failure(self, value: Value) -> bool:
        """Whether a provider's failure is among what is said to be handled, or may be."""
        match value:
            case External(name=name):
                return name in BROAD | self._catalogue.base_errors | self._catalogue.narrow_errors
            case Data(expr=m.Const(value=code)):
                return code == 500
            case ClassRef():
                return False
            case _:
                return True


def _has_handler(func: Func) -> bool:
    """Whether a function, or one written inside it, catches anything."""
    return any(
        isinstance(stmt, m.Try) and stmt.handlers for f in (func, *func.inner) for stmt in f.statements
    )
