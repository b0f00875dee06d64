"""Blocks that guard LLM calls against failure: which call can fail in them, and who sees it fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.handlers import Handlers
from llmlint.project.loops import Loops
from llmlint.project.reach import Reach
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite, Frame, StatementSite

MAX_HOPS = 5
"""A handler further up than this guards an application, not an LLM call."""

Target = LlmCall | Edge


class Guarded:
    """Questions about ``try`` and ``with suppress(...)`` around LLM calls."""

    def __init__(self, graph: CallGraph, handlers: Handlers, loops: Loops, reach: Reach) -> None:
        self._handlers = handlers
        self._loops = loops
        self._reach = reach
        self._inside: dict[m.Stmt, list[CallSite]] = defaultdict(list)
        for sites in graph.sites.values():
            for site in sites:
                for frame in site.frames:
                    if isinstance(frame.node, m.Try | m.With) and frame.kind in ("try", "with"):
                        self._inside[frame.node].append(site)

    def deciding_handler(self, stmt: m.Try, func: Func) -> m.Handler | None:
        """The first handler that catches every provider failure, if it is a broad one."""
        for handler in stmt.handlers:
            if self._handlers.catches_provider(handler, func):
                return handler if self._handlers.is_broad(handler, func) else None
        return None

    def failing_call(self, block: m.Try | m.With) -> Target | None:
        """The first call in the block out of which a provider's failure comes, not too far away."""
        sites = self._inside.get(block, ())
        if any(_collects_failures(site.call) for site in sites):
            return None
        for site in sites:
            if any(self._handlers.absorbs(frame, site.func) for frame in _frames_inside(site, block)):
                continue
            target = self._reach.at_site(site, escaping=True)
            if target is not None and len(self._reach.way(target, escaping=True)[0]) <= MAX_HOPS:
                return target
        return None

    def goes_round(self, place: StatementSite) -> bool:
        """Whether a failure only leads to the next round of an unbounded loop: that is about retries."""
        for loop in _loops(place):
            if not self._loops.unbounded(loop, place.func):
                return False
            handlers = place.stmt.handlers if isinstance(place.stmt, m.Try) else ()
            return not any(_leaves(handler.body) for handler in handlers)
        return False

    def goes_on_well(self, place: StatementSite, handler: m.Handler | None) -> bool:
        """Whether what follows makes up for the failure.

        A raise later, a next alternative, a person or a queue that the loop serves.
        """
        return (
            _raises_later(place, handler)
            or self._serves(place)
            or self._tries_alternatives(place)
            or self._falls_back(place, handler)
        )

    def _falls_back(self, place: StatementSite, handler: m.Handler | None) -> bool:
        """Whether success has left inside the ``try``, and what follows gets a result in another way."""
        stmt = place.stmt
        if handler is None or not isinstance(stmt, m.Try) or _leaves(handler.body) or not _leaves(stmt.body):
            return False
        return any(
            isinstance(later, m.Return | m.Assign)
            and later.value is not None
            and any(isinstance(node, m.Call) for node in walk.expressions(later.value))
            for later in _after(place)
        )

    def _serves(self, place: StatementSite) -> bool:
        return any(
            self._loops.waits(loop, place.func) or (isinstance(loop, m.For) and loop.is_async)
            for loop in _loops(place)
        )

    def _tries_alternatives(self, place: StatementSite) -> bool:
        """``for scraper in scrapers: try: …; break``: the next one is asked when this one fails."""
        stmt = place.stmt
        loop = next((loop for loop in _loops(place) if isinstance(loop, m.For)), None)
        if loop is None or not isinstance(stmt, m.Try) or self._loops.counts(loop.iter, place.func):
            return False
        return _leaves(stmt.body) or _leaves(stmt.orelse)


def finally_returns(stmt: m.Try) -> bool:
    """Whether ``finally`` returns, which drops any exception on its way."""
    return any(isinstance(s, m.Return) for s in stmt.final)


def _collects_failures(call: m.Call) -> bool:
    """``asyncio.gather(..., return_exceptions=True)``: failures come back as values."""
    given = walk.argument(call, "return_exceptions")
    return isinstance(given, m.Const) and given.value is True


def _loops(place: StatementSite) -> Iterator[m.For | m.While]:
    for frame in reversed(place.frames):
        if frame.kind == "loop" and isinstance(frame.node, m.For | m.While):
            yield frame.node


def _frames_inside(site: CallSite, block: m.Try | m.With) -> tuple[Frame, ...]:
    for depth, frame in enumerate(site.frames):
        if frame.node is block:
            return site.frames[depth + 1 :]
    return ()


def _leaves(body: tuple[m.Stmt, ...]) -> bool:
    return any(
        isinstance(s, m.Return | m.Raise) or (isinstance(s, m.Simple) and s.what == "break")
        for s in walk.statements(body)
    )


def _raises_later(place: StatementSite, handler: m.Handler | None) -> bool:
    """Whether code after the block (or after the loop around it) raises: a bounded retry, a late check."""
    if handler is not None and any(isinstance(s, m.Return) for s in walk.statements(handler.body)):
        return False
    return any(isinstance(stmt, m.Raise) for stmt in _after(place))


def _after(place: StatementSite) -> Iterator[m.Stmt]:
    """The statements of the function that stand behind this one."""
    inside = set(walk.statements((place.stmt,)))
    passed = False
    for stmt in walk.statements(place.func.facts.body):
        if stmt in inside:
            passed = True
        elif passed:
            yield stmt
