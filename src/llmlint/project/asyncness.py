"""Whether a call waits for the model here, or gives something to await, iterate or enter."""

from __future__ import annotations

from collections import defaultdict

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.kinds import FuncRef, Unknown, external_name
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator

SYNC, ASYNC, UNCLEAR = "sync", "async", ""


class Asyncness:
    """Tells blocking calls from asynchronous ones; what may be either is unclear."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._calls: dict[m.Call, list[LlmCall]] = defaultdict(list)
        for call in graph.llm_calls:
            self._calls[call.site.call].append(call)

    def of(self, site: CallSite) -> str:
        """What every LLM call that may be meant at this place is."""
        if self.handed(site.call, site.func):
            return UNCLEAR
        found = {_kind(call) for call in self._calls.get(site.call, ())}
        for value in self._evaluator.eval(site.call.func, site.func):
            if isinstance(value, FuncRef):
                found.add(ASYNC if value.func.facts.is_async else SYNC)
            elif isinstance(value, Unknown):
                found.add(UNCLEAR)
        return found.pop() if len(found) == 1 else UNCLEAR

    def handed(self, call: m.Call, func: Func) -> bool:
        """Whether a call hands a function to something that runs it: ``to_thread(ask, question)``."""
        names = (external_name(v) for v in self._evaluator.eval(call.func, func))
        return any(name and self._catalogue.passthroughs.get(name) for name in names)

    def awaited(self, site: CallSite) -> bool:
        """Whether the call, or the name that holds what it gives, is awaited in the same scope."""
        if site.awaited:
            return True
        names = _names(site)
        for node in site.func.nodes:
            if not isinstance(node, m.Await):
                continue
            given = [node.value]
            if isinstance(node.value, m.Call) and self.handed(node.value, site.func):
                given += [arg.value for arg in node.value.args]
            if any(_is(expr, site.call, names) for expr in given):
                return True
        return False

    def keeps_kind(self, decorator: str) -> bool:
        """Whether a decorator (by dotted name) leaves a function what it is, where it is."""
        return decorator in self._catalogue.plain_decorators or bool(self._catalogue.retries.get(decorator))

    def gives(self, call: LlmCall) -> str:
        """What the call itself gives (``Call.gives``), with its ``stream`` argument taken into account."""
        if call.entry.gives != "streamed":
            return call.entry.gives
        keywords, complete = self._evaluator.keyword_items(call.site.call, call.site.func)
        given = keywords.get(call.entry.stream)
        if given is None:
            return "" if complete else "iterator"
        off = isinstance(given[0], m.Const) and not given[0].value
        return "" if off else "iterator"


def _kind(call: LlmCall) -> str:
    if call.entry.is_async:
        return ASYNC
    client = call.client
    if client is None:
        return SYNC
    if client.entry.is_async:
        return ASYNC
    inner = {c.entry.is_async for c in client.inner}
    if client.entry.kind == "wrapper":
        # A wrapper is what it wraps.
        return UNCLEAR if len(inner) != 1 else ASYNC if True in inner else SYNC
    return UNCLEAR if True in inner else SYNC


def iterated(site: CallSite) -> bool:
    """Whether what the call gives is gone through by a ``for`` of the same scope, without ``async``."""
    names = _names(site)
    for stmt in site.func.statements:
        if isinstance(stmt, m.For) and not stmt.is_async and _is(stmt.iter, site.call, names):
            return True
    return any(
        not c.is_async and _is(c.iter, site.call, names)
        for node in site.func.nodes
        if isinstance(node, m.Comp) and node.kind != "generator"
        for c in node.clauses
    )


def entered(site: CallSite) -> bool:
    """Whether what the call gives is entered by a ``with`` of the same scope, without ``async``."""
    names = _names(site)
    return any(
        not stmt.is_async and _is(item.value, site.call, names)
        for stmt in site.func.statements
        if isinstance(stmt, m.With)
        for item in stmt.items
    )


def lazy(site: CallSite) -> bool:
    """Whether the call stands in a generator expression, which somebody else may go through."""
    return any(isinstance(f.node, m.Comp) and f.node.kind == "generator" for f in site.frames)


def _names(site: CallSite) -> set[str]:
    """The names that are bound to exactly what the call gives."""
    stmt = site.stmt
    if not isinstance(stmt, m.Assign) or stmt.value is not site.call:
        return set()
    return {target.id for target in stmt.targets if isinstance(target, m.Name)}


def _is(expr: m.Expr, call: m.Call, names: set[str]) -> bool:
    return expr is call or (isinstance(expr, m.Name) and expr.id in names)
