"""Loops that repeat a failed LLM call by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.attempts import Attempts
from llmlint.project.calls import CallGraph
from llmlint.project.deadlines import Deadlines
from llmlint.project.handlers import Handlers
from llmlint.project.logs import Logs
from llmlint.project.loops import BUDGET, Loop, Loops
from llmlint.project.raising import always_raises, straight_calls
from llmlint.project.reach import Reach
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite

_PAUSE = re.compile(r"sleep|wait|backoff|back_off|delay|pause|throttl|cool", re.IGNORECASE)
"""Names of calls we cannot look into that say they take their time."""


@dataclass(frozen=True, slots=True, eq=False)
class HandRetry:
    """A loop that tries a failed LLM call again a known number of times."""

    attempts: int
    tries: tuple[m.Try, ...]
    """The blocks whose failure leads to the next round."""
    hands_on: bool
    """The last failure leaves the loop as an exception."""


class Repeats:
    """Tells retry loops without a bound from services, agents and bounded retries."""

    def __init__(
        self,
        graph: CallGraph,
        loops: Loops,
        reach: Reach,
        deadlines: Deadlines,
        attempts: Attempts,
        handlers: Handlers,
        logs: Logs,
    ) -> None:
        self._graph = graph
        self._loops = loops
        self._reach = reach
        self._deadlines = deadlines
        self._attempts = attempts
        self._handlers = handlers
        self._logs = logs

    def by_hand(self, loop: Loop, func: Func) -> bool:
        """Whether a loop calls a model until it works: ends on success, goes round on failure, no bound."""
        loops = self._loops
        if not loops.unbounded(loop, func) or not _ends_itself(loop):
            return False
        tries = [p for p in loops.inside(loop, func) if isinstance(p.stmt, m.Try) and _is_innermost(p)]
        if not any(self._goes_round(p, func) for p in tries) or loops.waits(loop, func):
            return False
        exits = loops.exits(loop, func)
        if not any(exit.in_handler is None for exit in exits):
            return False  # a service: it never ends, with or without failures
        if any(loops.classify(c, loop, func) == BUDGET for exit in exits for c in exit.conditions):
            return False
        return not (loops.charges_budget(loop, func) or self._deadlines.bounds_loop(loop, func))

    def bounded(self, loop: Loop, func: Func) -> HandRetry | None:
        """What a loop that counts its attempts repeats: ends on success, goes round on failure."""
        attempts = self._rounds(loop, func)
        if attempts is None:
            return None
        inside = [p for p in self._loops.inside(loop, func) if _is_innermost(p)]
        tries = [
            p
            for p in inside
            if isinstance(p.stmt, m.Try) and self._goes_round(p, func) and self._catches_provider(p, func)
        ]
        exits = [e for e in self._loops.exits(loop, func) if e.stmt is not loop]
        if not tries or not any(e.in_handler is None and not isinstance(e.stmt, m.Raise) for e in exits):
            return None
        blocks = tuple(p.stmt for p in tries if isinstance(p.stmt, m.Try))
        within = set(walk.statements((loop,)))
        last = max((n for n, stmt in enumerate(func.statements) if stmt in within), default=0)
        raises = any(isinstance(e.stmt, m.Raise) for e in exits) or any(
            isinstance(stmt, m.Raise) for stmt in func.statements[last:]
        )
        return HandRetry(attempts, blocks, raises)

    def hurries(self, loop: Loop, retry: HandRetry, func: Func) -> bool:
        """Whether a failed round leads to the next one at once, with the same request."""
        if isinstance(loop, m.For) and self._chooses(loop, func):
            return False
        for site in self._graph.sites[func]:
            if loop in tuple(site.loops()):
                name = site.call.func.name if isinstance(site.call.func, m.Attr) else ""
                name = site.call.func.id if isinstance(site.call.func, m.Name) else name
                if self._attempts.pauses(site.call, func) or _PAUSE.search(name):
                    return False
        return all(
            self._only_notes(handler.body, func)
            for block in retry.tries
            for handler in block.handlers
            if _lets_pass(handler)
        )

    def _rounds(self, loop: Loop, func: Func) -> int | None:
        """How often a loop goes round at most, if its head says so in a number."""
        if isinstance(loop, m.For):
            if not (isinstance(loop.iter, m.Call) and self._loops.counts(loop.iter, func)):
                return None
            args = [arg.value for arg in loop.iter.args if not arg.star]
            if not 1 <= len(args) <= 2:
                return None
            stop = self._attempts.whole(args[-1], func)
            start = self._attempts.whole(args[0], func) if len(args) == 2 else 0
            return None if stop is None or start is None else stop - start
        match loop.test:
            case m.Compare(left=m.Name(id=name), ops=("<" | "<=" as op,), rights=(right,)):
                return self._counted(name, right, op == "<=", loop, func)
            case _:
                return None

    def _counted(self, name: str, end: m.Expr, included: bool, loop: Loop, func: Func) -> int | None:
        """``while attempt < 3`` where the loop adds one to what began at a known number."""
        starts = [b.expr for b in func.bindings.get(name, ()) if b.kind == "value"]
        if len(starts) != 1 or starts[0] is None:
            return None
        start, stop = self._attempts.whole(starts[0], func), self._attempts.whole(end, func)
        counts = any(
            isinstance(s, m.AugAssign) and s.op == "+=" and walk.dotted(s.target) == name
            for s in walk.statements(loop.body)
        )
        return None if start is None or stop is None or not counts else stop - start + included

    def _catches_provider(self, place: StatementSite, func: Func) -> bool:
        handlers = place.stmt.handlers if isinstance(place.stmt, m.Try) else ()
        return any(_lets_pass(h) and self._handlers.may_catch_provider(h, func) for h in handlers)

    def _chooses(self, loop: m.For, func: Func) -> bool:
        """Whether each round asks in another way: its number picks a key, or is given to a call."""
        names = walk.names_in(loop.target)
        for stmt in walk.statements(loop.body):
            for expr in walk.own_expressions(stmt):
                for node in walk.expressions(expr):
                    if isinstance(node, m.Sub) and names & walk.names_in(node.index):
                        return True
                    if isinstance(node, m.Call) and not self._logs.only_talks(node, func):
                        if any(names & walk.names_in(arg.value) for arg in node.args):
                            return True
        return False

    def _only_notes(self, body: tuple[m.Stmt, ...], func: Func) -> bool:
        """Whether a handler does nothing but note the failure before the next round."""
        for stmt in walk.statements(body):
            match stmt:
                case m.ExprStmt(value=m.Call() as call) if not self._logs.only_talks(call, func):
                    return False
                case m.Assign(targets=targets):
                    if not all(isinstance(t, m.Name) for t in targets):
                        return False
                case m.AugAssign() | m.ExprStmt() | m.If() | m.Simple() | m.Raise() | m.Return():
                    pass
                case _:
                    return False
        return True

    def _goes_round(self, place: StatementSite, func: Func) -> bool:
        """Whether a ``try`` around an LLM call has a handler that lets the next round begin."""
        stmt = place.stmt
        reaches = any(
            self._reach.at_site(site, escaping=True)
            for site in self._graph.sites[func]
            if any(f.node is stmt and f.kind == "try" for f in site.frames)
        )
        if not isinstance(stmt, m.Try) or not reaches or self._gives_up(stmt, func):
            return False
        return any(_lets_pass(h) for h in stmt.handlers)

    def _gives_up(self, block: m.Try, func: Func) -> bool:
        """Whether what a provider raises goes to a handler that calls a function which always raises."""
        for handler in block.handlers:
            if self._handlers.catches_provider(handler, func):
                for call in straight_calls(handler.body):
                    edges = self._graph.edges_at.get(call, ())
                    if edges and all(always_raises(edge.target) for edge in edges):
                        return True
                return False
        return False


def _ends_itself(loop: Loop) -> bool:
    """Whether a ``while`` on a condition is ended by its own body, not by a flag that others set."""
    if not isinstance(loop, m.While) or isinstance(loop.test, m.Const):
        return True
    tested = walk.names_in(loop.test)
    for stmt in walk.statements(loop.body):
        if isinstance(stmt, m.Assign) and any(isinstance(t, m.Name) and t.id in tested for t in stmt.targets):
            return True
    return False


def _is_innermost(place: StatementSite) -> bool:
    return not any(isinstance(f.node, m.While | m.For) and f.kind == "loop" for f in place.frames)


def _lets_pass(handler: m.Handler) -> bool:
    """Whether the handler's straight way leads back into the loop."""
    return not any(
        isinstance(s, m.Return | m.Raise) or (isinstance(s, m.Simple) and s.what == "break")
        for s in handler.body
    )
