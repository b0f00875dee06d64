"""Loops that try a failed call again, whose number nobody wrote down: settings, counters, growing pauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.guards import compares_sizes, key
from llmlint.project.loops import Loop
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite, StatementSite

_GROWS = frozenset({"*=", "+=", "**="})
_COUNTS = frozenset({"+=", "-="})


@dataclass(frozen=True, slots=True, eq=False)
class OwnRetry:
    """One loop with a bound, and where it stands."""

    place: Evidence
    tried: tuple[CallSite, ...]
    """What fails in it and leads to the next round."""
    waits: bool
    """Whether there is a pause between the rounds."""


class OwnRetries:
    """Made once per subject (``subject.once(OwnRetries)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.found = tuple(self._found())

    def around(self, call: LlmCall) -> OwnRetry | None:
        """The loop that tries a call again, in its function or in one that waits for it."""
        graph = self._subject.project.graph
        wanted, level = {call.site.func}, {call.site.func}
        while level:
            edges = (edge for func in level for edge in graph.callers.get(func, ()) if not edge.deferred)
            level = {edge.site.func for edge in edges} - wanted
            wanted |= level
        for retry in self.found:
            for site in retry.tried:
                if site.call is call.site.call:
                    return retry
                if any(e.target in wanted and not e.deferred for e in graph.edges_at.get(site.call, ())):
                    return retry
        return None

    def _found(self) -> Iterator[OwnRetry]:
        project = self._subject.project
        for place in project.blocks:
            loop, func = place.stmt, place.func
            if not isinstance(loop, m.While | m.For) or not func.mod.production:
                continue
            tries = {p.stmt for p in project.loops.inside(loop, func) if self._goes_round(p)}
            if not tries or not self._subject.within(func.path):
                continue
            sites = [site for site in project.graph.sites[func] if next(site.loops(), None) is loop]
            tried = tuple(
                site
                for site in sites
                if any(f.kind == "try" and f.node in tries for f in site.frames)
                and project.reach.at_site(site, escaping=True)
            )
            pauses = [site.call for site in sites if project.attempts.pauses(site.call, func)]
            bound = self._bound(loop, func, tries, pauses) if tried else ""
            if bound:
                yield OwnRetry(self._subject.at(func, loop.span, bound), tried, bool(pauses))

    def _bound(self, loop: Loop, func: Func, tries: set[m.Stmt], pauses: list[m.Call]) -> str:
        """What ends a loop, in words; empty: nothing that is seen."""
        if skips_when_used_up(loop, failures=True):
            return "asked again while a counter lasts"
        waited = {key(arg.value) for call in pauses for arg in call.args} - {None}
        if isinstance(loop, m.While) and self._is_limited(loop, func, waited):
            return "a pause that grows up to a limit"
        loops = self._subject.project.loops
        counted = loops.counts(loop.iter, func) if isinstance(loop, m.For) else counts_up(loop)
        if counted and _ends_with_success(loop, tries) and not loops.endless(loop, func):
            return "tried again as often as a number says"
        return ""

    def _goes_round(self, place: StatementSite) -> bool:
        """Whether a ``try`` has a handler for failures of providers from which the next round begins."""
        if not isinstance(place.stmt, m.Try) or any(frame.kind == "loop" for frame in place.frames):
            return False
        handlers = self._subject.project.handlers
        return any(
            # A call names exceptions of a table: ``except known.exceptions() as error``.
            (isinstance(one.type, m.Call) or handlers.may_catch_provider(one, place.func))
            and not isinstance(one.body[-1], m.Return | m.Raise)
            and not (isinstance(one.body[-1], m.Simple) and one.body[-1].what == "break")
            for one in place.stmt.handlers
        )

    def _is_limited(self, loop: m.While, func: Func, waited: set[str | None]) -> bool:
        """``delay *= 2``, ``if delay > 60: …``, and it is the delay that is waited for."""
        statements = tuple(walk.statements(loop.body))
        grown = {key(s.target) for s in statements if isinstance(s, m.AugAssign) and s.op in _GROWS} & waited
        whole = self._subject.project.attempts.whole
        for stmt in statements:
            for test in walk.expressions(stmt.test) if isinstance(stmt, m.If) and _ends(stmt) else ():
                if isinstance(test, m.Compare) and compares_sizes(test):
                    sides = (test.left, *test.rights)
                    if any(key(one) in grown for one in sides) and any(
                        whole(one, func) is not None for one in sides
                    ):
                        return True
        return False


def _ends(stmt: m.If) -> bool:
    """Whether a condition leaves the loop, or says in a flag that it is to be left."""
    last = stmt.body[-1]
    if isinstance(last, m.Simple):
        return last.what == "break"
    return isinstance(last, m.Return | m.Raise) or (
        isinstance(last, m.Assign) and isinstance(last.value, m.Const) and isinstance(last.value.value, bool)
    )


def skips_when_used_up(loop: Loop, *, failures: bool = False) -> bool:
    """``if left <= 0: continue`` before ``left -= 1``: after that many rounds nothing more is asked.

    With ``failures`` it is enough to count the rounds that fail.
    """
    compared: set[str | None] = set()
    for stmt in loop.body:
        if isinstance(stmt, m.If) and (_skips(stmt.body[-1]) or isinstance(stmt.body[-1], m.Raise)):
            for test in walk.expressions(stmt.test):
                if isinstance(test, m.Compare) and compares_sizes(test):
                    compared |= {key(one) for one in (test.left, *test.rights)}
        for inner in walk.statements((stmt,)) if failures else (stmt,):
            if (
                isinstance(inner, m.AugAssign)
                and inner.op in _COUNTS
                and key(inner.target) in compared - {None}
            ):
                return isinstance(inner.value, m.Const)
    return False


def counts_up(loop: m.While) -> bool:
    """``while attempt < self.limit: … attempt += 1``."""
    if not isinstance(loop.test, m.Compare) or not compares_sizes(loop.test):
        return False
    compared = {key(one) for one in (loop.test.left, *loop.test.rights)} - {None}
    return any(
        isinstance(stmt, m.AugAssign) and stmt.op in _COUNTS and key(stmt.target) in compared
        for stmt in walk.statements(loop.body)
    )


def _ends_with_success(loop: Loop, tries: set[m.Stmt]) -> bool:
    """Whether a round that did not fail is the last: otherwise each round has work of its own."""
    for number, stmt in enumerate(loop.body):
        if any(inner in tries for inner in walk.statements((stmt,))):
            return _finishes((stmt,)) or any(_skips(later) for later in loop.body[number + 1 :])
    return False


def _finishes(body: tuple[m.Stmt, ...]) -> bool:
    """Whether the straight way through a block leaves the loop around it."""
    match body[-1] if body else None:
        case m.Try(body=inner, orelse=orelse, final=final):
            return any(map(_finishes, (inner, orelse, final)))
        case m.With(body=inner):
            return _finishes(inner)
        case m.While() | m.For() as inner_loop:  # a stream that is handed on
            return any(isinstance(stmt, m.Return) for stmt in walk.statements(inner_loop.body))
        case m.Return():
            return True
        case m.Simple(what=what):
            return what == "break"
        case _:
            return False


def _skips(stmt: m.Stmt) -> bool:
    return isinstance(stmt, m.Return) or (isinstance(stmt, m.Simple) and stmt.what in ("continue", "break"))
