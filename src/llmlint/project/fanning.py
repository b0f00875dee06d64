"""Tasks that are started for every element of a collection, each of which asks a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.asyncness import ASYNC, Asyncness
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.kinds import External, ExternalObject, external_name
from llmlint.project.reach import Reach
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite, Frame
from llmlint.project.sizes import Sizes
from llmlint.project.values import Evaluator

_LIMITS = re.compile(r"acquire|semaphore|limit|throttl|\brate|slot|permit", re.IGNORECASE)
"""Names of calls we cannot look into that say they let only so many through."""


@dataclass(frozen=True, slots=True, eq=False)
class FanOut:
    """A call that starts an LLM call for every element of something."""

    site: CallSite
    over: m.Expr
    """The collection."""
    way: LlmCall | Edge
    """What every task begins with."""


@dataclass(frozen=True, slots=True, eq=False)
class _Tasks:
    """One coroutine per element of ``over``."""

    element: m.Expr
    over: m.Expr


class Fanning:
    """Finds fan-outs that nothing limits: not their size, nor what stands on the way to the model."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        reach: Reach,
        asyncness: Asyncness,
        sizes: Sizes,
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._reach = reach
        self._asyncness = asyncness
        self._sizes = sizes

    def unlimited(self, func: Func) -> Iterator[FanOut]:
        """The unlimited fan-outs of a function."""
        if any(_LIMITS.search(_name(site.call)) for site in self._graph.sites[func]):
            return
        for site in self._graph.sites[func]:
            for table in self._tables(site.call, func):
                for tasks in self._tasks(table, site):
                    found = self._fan_out(site, tasks)
                    if found is not None:
                        yield found
                        return

    def _tables(self, call: m.Call, func: Func) -> list[s.FanOut]:
        for value in self._evaluator.eval(call.func, func):
            name = external_name(value)
            found = self._catalogue.fan_outs.get(name) if name else []
            if found:
                return found
        return []

    def _fan_out(self, site: CallSite, tasks: _Tasks) -> FanOut | None:
        func = site.func
        if not self._sizes.open(tasks.over, func):
            return None
        begun = next((s for s in self._graph.sites[func] if s.call is tasks.element), None)
        way = self._reach.at_site(begun) if begun is not None else None
        if begun is None or way is None or self._is_limited(way, begun):
            return None
        return FanOut(site, tasks.over, way)

    # -- what is started --------------------------------------------------------------------------

    def _tasks(self, table: s.FanOut, site: CallSite) -> Iterator[_Tasks]:
        if table.form == "one":
            coroutine = walk.argument(site.call, table.arg)
            over = _gone_through(site.frames)
            if coroutine is not None and over is not None and not self._one_by_one(site):
                yield _Tasks(coroutine, over)
            return
        if table.form == "all":
            given = [arg.value for arg in site.call.args if arg.star == "*"]
        else:
            first = walk.argument(site.call, table.arg)
            given = [first] if first is not None else []
        for expr in given:
            yield from self._elements(expr, site.func)

    def _elements(self, expr: m.Expr, func: Func) -> Iterator[_Tasks]:
        match expr:
            case m.Comp(element=element, value=None, clauses=clauses):
                yield _Tasks(element, clauses[0].iter)
            case m.Name(id=name):
                bindings = [b for b in func.bindings.get(name, ()) if b.kind == "value"]
                if len(bindings) != 1 or len(func.bindings[name]) != 1 or bindings[0].expr is None:
                    return
                made = bindings[0].expr
                if isinstance(made, m.Comp):
                    yield from self._elements(made, func)
                elif isinstance(made, m.Seq) and not made.items:
                    yield from self._appended(name, func)
            case m.Call(func=m.Name(id="map"), args=(_, m.Arg(value=over, star=""))):
                yield _Tasks(expr, over)
            case _:
                return

    def _appended(self, name: str, func: Func) -> Iterator[_Tasks]:
        """``tasks.append(ask(text))`` in a loop."""
        for site in self._graph.sites[func]:
            match site.call:
                case m.Call(func=m.Attr(value=m.Name(id=owner), name="append"), args=(m.Arg(value=element),)):
                    over = _gone_through(site.frames)
                    if owner == name and over is not None:
                        yield _Tasks(element, over)
                case _:
                    pass

    def _one_by_one(self, site: CallSite) -> bool:
        """Whether the loop that starts a task also waits for it, or for some of those it has started."""
        if self._asyncness.awaited(site):
            return True
        loop = next(site.loops(), None)
        return loop is not None and any(
            loop in tuple(other.loops()) and any(t.form != "one" for t in self._tables(other.call, site.func))
            for other in self._graph.sites[site.func]
        )

    # -- limits -----------------------------------------------------------------------------------

    def _is_limited(self, start: LlmCall | Edge, begun: CallSite) -> bool:
        """Whether something on the way to the model lets only so many through, or may do so."""
        edges, call = self._reach.way(start)
        if call is None or self._asyncness.of(call.site) != ASYNC or self._client_limits(call):
            return True
        if any(edge.deferred or edge.callback for edge in edges):
            return True
        for site in [*(e.site for e in edges), call.site]:
            if site.call is not begun.call and not site.func.facts.is_async:
                return True
            frames = site.frames if site.call is not begun.call else ()
            if any(self._may_limit(frame, site.func) for frame in frames):
                return True
        return any(self._waits_its_turn(edge.target) for edge in edges)

    def _waits_its_turn(self, func: Func) -> bool:
        scope = func.parent or func
        if any(_LIMITS.search(_name(site.call)) for site in self._graph.sites[func]):
            return True
        for decorator in func.facts.decorators:
            for value in self._evaluator.eval(decorator, scope):
                if not isinstance(value, External | ExternalObject):
                    return True
                if not self._asyncness.keeps_kind(value.name) or _LIMITS.search(value.name):
                    return True
        return False

    def _may_limit(self, frame: Frame, func: Func) -> bool:
        """Whether a ``with`` may be a semaphore: it is one, or nobody knows what it is."""
        if not isinstance(frame.node, m.With):
            return False
        for item in frame.node.items:
            values = self._evaluator.eval(item.value, func)
            for value in values:
                if isinstance(value, ExternalObject) and not self._catalogue.limiters.get(value.name):
                    continue
                return True
            if not values:
                return True
        return False

    def _client_limits(self, call: LlmCall) -> bool:
        client = call.client
        for one in (client, *client.inner) if client is not None else ():
            if one.site is None:
                if one.entry.kind == "client":
                    return True
                continue
            if self._names_limit(one.site.call, one.site.func):
                return True
        return self._names_limit(call.site.call, call.site.func)

    def _names_limit(self, call: m.Call, func: Func) -> bool:
        keywords, complete = self._evaluator.keyword_items(call, func)
        return not complete or bool(self._catalogue.client_limits & keywords.keys())


def _gone_through(frames: tuple[Frame, ...]) -> m.Expr | None:
    """What the innermost loop or comprehension around a call goes through."""
    for frame in reversed(frames):
        if frame.kind == "loop" and isinstance(frame.node, m.For):
            return None if frame.node.is_async else frame.node.iter
        if isinstance(frame.node, m.While):
            return None
        if isinstance(frame.node, m.Comp):
            return frame.node.clauses[0].iter
    return None


def _name(call: m.Call) -> str:
    return walk.dotted(call.func) or (call.func.name if isinstance(call.func, m.Attr) else "")
