"""Which functions reach a model, and out of which a provider's failure can come."""

from __future__ import annotations

from collections import deque

from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.handlers import Handlers
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite


class Reach:
    """Answers by breadth-first search from the LLM calls towards the callers, so ways are shortest."""

    def __init__(self, graph: CallGraph, handlers: Handlers) -> None:
        self._graph = graph
        self._handlers = handlers
        self._next: dict[Func, LlmCall | Edge] = {}
        self._escapes: dict[Func, LlmCall | Edge] = {}
        self._search(self._next, only_escaping=False)
        self._search(self._escapes, only_escaping=True)

    def _search(self, found: dict[Func, LlmCall | Edge], only_escaping: bool) -> None:
        queue: deque[Func] = deque()
        for call in self._graph.llm_calls:
            if call.generates and call.site.func not in found:
                if only_escaping and self._absorbed(call.site):
                    continue
                found[call.site.func] = call
                queue.append(call.site.func)
        while queue:
            func = queue.popleft()
            for edge in self._graph.callers.get(func, ()):
                caller = edge.site.func
                if caller in found or (only_escaping and (edge.deferred or self._absorbed(edge.site))):
                    continue
                found[caller] = edge
                queue.append(caller)

    def _absorbed(self, site: CallSite) -> bool:
        return any(self._handlers.absorbs(frame, site.func) for frame in site.frames)

    def reaches(self, func: Func) -> bool:
        """Whether a call of ``func`` can end in an LLM call."""
        return func in self._next

    def escapes(self, func: Func) -> bool:
        """Whether a provider's failure can come out of ``func``."""
        return func in self._escapes

    def way(self, start: LlmCall | Edge, escaping: bool = False) -> tuple[list[Edge], LlmCall | None]:
        """From a site to the LLM call: the edges in between and the call itself."""
        table = self._escapes if escaping else self._next
        edges: list[Edge] = []
        step: LlmCall | Edge | None = start
        seen: set[Func] = set()
        while isinstance(step, Edge):
            edges.append(step)
            if step.target in seen:
                return edges, None
            seen.add(step.target)
            step = table.get(step.target)
        return edges, step

    def at_site(self, site: CallSite, escaping: bool = False) -> LlmCall | Edge | None:
        """The LLM call at this site, or an edge towards one; None when it reaches none."""
        call = self._graph.by_call.get(site.call)
        if call is not None and call.generates:
            return call
        table = self._escapes if escaping else self._next
        for edge in self._graph.edges_at.get(site.call, ()):
            if edge.target in table and not (escaping and edge.deferred):
                return edge
        return None
