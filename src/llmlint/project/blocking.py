"""Calls in coroutines that wait for a model while nothing else on the event loop can run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.asyncness import SYNC, Asyncness, entered, iterated, lazy
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.kinds import External, ExternalObject, FuncRef, external_name
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

Way = LlmCall | Edge


class Blocking:
    """Follows blocking LLM calls outwards through functions that are not async, up to coroutines."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, asyncness: Asyncness
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._asyncness = asyncness
        self._next: dict[Func, Way] = {}
        self._found: dict[m.Call, Way] = {}
        self._alone: dict[Func, bool] = {}
        self._search()

    def in_coroutines(self) -> Iterator[Way]:
        """The LLM calls and the calls that reach one, where they stand in an ``async def``."""
        for way in self._found.values():
            if not self._runs_alone(way.site.func):
                yield way

    def way(self, start: Way) -> tuple[list[Edge], LlmCall | None]:
        """From a place in a coroutine to the LLM call: the edges in between and the call itself."""
        edges: list[Edge] = []
        step: Way | None = start
        while isinstance(step, Edge):
            edges.append(step)
            step = self._next.get(step.target)
        return edges, step

    def _search(self) -> None:
        queue: deque[Func] = deque()
        for call in self._graph.llm_calls:
            if call.generates and self._blocks(call):
                self._reached(call, queue)
        while queue:
            func = queue.popleft()
            for edge in self._graph.callers.get(func, ()):
                if self._runs_here(edge):
                    self._reached(edge, queue)

    def _reached(self, way: Way, queue: deque[Func]) -> None:
        func = way.site.func
        if func.facts.is_async:
            self._found.setdefault(way.site.call, way)
        elif func not in self._next and func.facts.kind in ("function", "lambda"):
            if self._stays_here(func):
                self._next[func] = way
                queue.append(func)

    def _blocks(self, call: LlmCall) -> bool:
        if self._asyncness.of(call.site) != SYNC or self._asyncness.awaited(call.site) or lazy(call.site):
            return False
        gives = self._asyncness.gives(call)
        if gives == "iterator":
            return iterated(call.site)
        return entered(call.site) if gives == "context" else gives == ""

    def _runs_here(self, edge: Edge) -> bool:
        """Whether the target runs in the thread of the caller before the call returns."""
        target = edge.target.facts
        if edge.deferred or edge.callback or edge.call is not edge.site.call:
            return False
        if self._asyncness.awaited(edge.site) or lazy(edge.site):
            return False
        others = [other.target for other in self._graph.edges_at.get(edge.site.call, ())]
        if any(other.facts.is_async for other in others):
            return False
        # One of thirty loaders that asks a model makes no blocking call of `loader.load(...)`.
        if 2 * sum(other in self._next for other in others) < len(others):
            return False
        return iterated(edge.site) if target.is_generator else True

    def _stays_here(self, func: Func) -> bool:
        """Whether no decorator takes a function to another thread, as far as we know decorators."""
        scope = func.parent or func
        return all(self._harmless(decorator, scope) for decorator in func.facts.decorators)

    def _harmless(self, decorator: m.Expr, scope: Func) -> bool:
        values = self._evaluator.eval(decorator, scope)
        for value in values:
            match value:
                case External() | ExternalObject():
                    if not self._asyncness.keeps_kind(value.name):
                        return False
                case FuncRef(func=wrapping):
                    if any(inner.facts.is_async for inner in wrapping.inner):
                        return False
                    if any(e.deferred for inner in wrapping.inner for e in self._graph.edges.get(inner, ())):
                        return False
                case _:
                    return False
        return bool(values)

    # -- coroutines beside which nothing runs -----------------------------------------------------

    def _runs_alone(self, func: Func) -> bool:
        """Whether a coroutine is only ever run by ``asyncio.run`` of a program that starts no other."""
        known = self._alone.get(func)
        if known is None:
            self._alone[func] = True  # a cycle adds nothing
            edges = self._graph.callers.get(func, ())
            known = bool(edges) and all(self._called_alone(edge) for edge in edges)
            self._alone[func] = known
        return known

    def _called_alone(self, edge: Edge) -> bool:
        caller = edge.site.func
        if caller.facts.is_async:
            return edge.site.awaited and self._runs_alone(caller)
        return self._is_run(edge) and not self._starts_others(edge.target)

    def _is_run(self, edge: Edge) -> bool:
        """``asyncio.run(main())`` or ``anyio.run(main)``, and nothing in between that starts tasks."""
        site = edge.site
        given = edge.call is not site.call and not edge.deferred
        around = (
            [site.call]
            if given
            else [
                other.call
                for other in self._graph.sites[site.func]
                if other.stmt is site.stmt
                and any(node is site.call for arg in other.call.args for node in walk.expressions(arg.value))
            ]
        )
        names = [[external_name(v) for v in self._evaluator.eval(c.func, site.func)] for c in around]
        return bool(names) and all(
            any(self._catalogue.passthroughs.get(n) for n in known if n)
            and not any(self._catalogue.fan_outs.get(n) for n in known if n)
            for known in names
        )

    def _starts_others(self, func: Func) -> bool:
        """Whether a coroutine or anything it calls starts tasks."""
        seen = {func}
        stack = [func]
        while stack:
            one = stack.pop()
            for site in self._graph.sites[one]:
                for value in self._evaluator.eval(site.call.func, one):
                    name = external_name(value)
                    if name and self._catalogue.fan_outs.get(name):
                        return True
            for edge in self._graph.edges.get(one, ()):
                if edge.target not in seen:
                    seen.add(edge.target)
                    stack.append(edge.target)
        return False
