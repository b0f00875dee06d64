"""Loops that repeat a failed LLM call by hand."""

from __future__ import annotations

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.deadlines import Deadlines
from llmlint.project.loops import BUDGET, Loop, Loops
from llmlint.project.reach import Reach
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite


class Repeats:
    """Tells retry loops without a bound from services, agents and bounded retries."""

    def __init__(self, graph: CallGraph, loops: Loops, reach: Reach, deadlines: Deadlines) -> None:
        self._graph = graph
        self._loops = loops
        self._reach = reach
        self._deadlines = deadlines

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

    def _goes_round(self, place: StatementSite, func: Func) -> bool:
        """Whether a ``try`` around an LLM call has a handler that lets the next round begin."""
        stmt = place.stmt
        reaches = any(
            self._reach.at_site(site, escaping=True)
            for site in self._graph.sites[func]
            if any(f.node is stmt and f.kind == "try" for f in site.frames)
        )
        return isinstance(stmt, m.Try) and reaches and any(_lets_pass(h) for h in stmt.handlers)


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
