"""Coroutines of LLM calls that nobody ever awaits."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.asyncness import ASYNC, Asyncness
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.kinds import UNKNOWN, External, ExternalObject, FuncRef
from llmlint.project.reach import Reach
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator

COROUTINE_MEMBERS = frozenset({"send", "throw", "close"})
"""What a coroutine object itself offers; anything else read from it is meant for the response."""

Way = LlmCall | Edge


class Coroutines:
    """Finds coroutines that are dropped, or used as if they were the response."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, reach: Reach, asyncness: Asyncness) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._reach = reach
        self._asyncness = asyncness

    def unawaited(self, func: Func) -> Iterator[tuple[CallSite, Way, bool]]:
        """The calls of a function whose coroutine is lost, and whether it is used as a response."""
        for site in self._graph.sites[func]:
            way = None if site.awaited else self._coroutine(site)
            if way is None:
                continue
            used = _used(site)
            if used is not None:
                yield site, way, used

    def _coroutine(self, site: CallSite) -> Way | None:
        """The LLM call behind a call that certainly gives a coroutine."""
        if self._asyncness.of(site) != ASYNC:
            return None
        call = self._graph.by_call.get(site.call)
        if call is not None:
            plain = call.generates and call.http is None and not self._asyncness.gives(call)
            return call if plain else None
        edge = self._reach.at_site(site)
        if _replaced(site):
            return None
        values = self._evaluator.eval(site.call.func, site.func)
        if isinstance(edge, Edge) and values and all(self._is_coroutine(v) for v in values):
            return edge
        return None

    def _is_coroutine(self, value: object) -> bool:
        """Whether this is an ``async def`` of the project that no decorator makes something else of."""
        if not isinstance(value, FuncRef) or value.func.facts.is_generator:
            return False
        scope = value.func.parent or value.func
        return all(
            isinstance(v, External | ExternalObject) and self._asyncness.keeps_kind(v.name)
            for decorator in value.func.facts.decorators
            for v in self._evaluator.eval(decorator, scope) or (UNKNOWN,)
        )


def _replaced(site: CallSite) -> bool:
    """Whether the module puts something in place of the method: ``crawler.run = wrapped(crawler.run)``."""
    method = site.call.func
    return isinstance(method, m.Attr) and any(
        target.name == method.name
        for func in site.func.mod.functions
        for target, _ in func.attribute_bindings
    )


def _used(site: CallSite) -> bool | None:
    """True: what the call gives is used as a response; False: it is dropped; None: somebody may await it."""
    stmt, call = site.stmt, site.call
    if any(frame.kind == "comp" for frame in site.frames):
        return None
    if isinstance(stmt, m.ExprStmt) and stmt.value is call:
        return False
    if isinstance(stmt, m.For) and stmt.iter is call:
        return True
    if isinstance(stmt, m.Assign) and stmt.value is call:
        if len(stmt.targets) == 1 and isinstance(stmt.targets[0], m.Name):
            return _held(stmt.targets[0].id, site)
        return None
    owner = _reader(site)
    return True if owner is not None else None


def _reader(site: CallSite) -> m.Expr | None:
    """``call(...).choices``, ``call(...)["message"]``: what reads the response from the call itself."""
    for expr in walk.own_expressions(site.stmt):
        for node in walk.expressions(expr):
            if isinstance(node, m.Attr | m.Sub) and node.value is site.call and _of_response(node):
                return node
    return None


def _of_response(node: m.Attr | m.Sub) -> bool:
    if isinstance(node, m.Sub):
        return True
    return not (node.name in COROUTINE_MEMBERS or node.name.startswith(("__", "cr_")))


def _held(name: str, site: CallSite) -> bool | None:
    """What happens to the name that holds the coroutine: as for ``_used``."""
    func = site.func
    if func.facts.kind != "function" or name in func.globals | func.nonlocals:
        return None
    if len(func.bindings.get(name, ())) != 1:
        return None
    if any(_mentions(name, inner) for inner in func.inner):
        return None
    read: set[m.Expr] = {stmt.iter for stmt in func.statements if isinstance(stmt, m.For)}
    for node in func.nodes:
        if isinstance(node, m.Attr | m.Sub) and isinstance(node.value, m.Name) and node.value.id == name:
            if not _of_response(node):
                return None
            read.add(node.value)
    target = site.stmt.targets[0] if isinstance(site.stmt, m.Assign) else None
    uses = [n for n in func.nodes if isinstance(n, m.Name) and n.id == name and n is not target]
    return bool(uses) if read.issuperset(uses) else None


def _mentions(name: str, func: Func) -> bool:
    return any(isinstance(node, m.Name) and node.id == name for node in func.nodes)
