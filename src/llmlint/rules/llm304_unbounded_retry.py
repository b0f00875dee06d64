"""LLM304: retries of LLM calls that nothing ends."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Finding
from llmlint.model.rule import Rule, Severity
from llmlint.project.loops import BUDGET, Exit, Loop
from llmlint.project.project import Project, callee
from llmlint.project.retries import RetryUse
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite

HELP = "Bound the attempts or the time, and raise when the bound is reached."
MANY = 20
"""Retries from which on a number is no bound."""


def check(project: Project) -> Iterator[Finding]:
    """Report decorators, loops, client settings and self-calls that retry for ever."""
    seen: set[int] = set()
    for func in project.functions:
        for use in project.retries.unbounded(func):
            if id(use.span) not in seen and use.func.mod.production and _repeats_llm(project, use):
                seen.add(id(use.span))
                message = f"`{use.table.path.rsplit('.', 1)[-1]}` has no bound, so a failing provider is called for ever"
                yield project.finding("LLM304", use.func, use.span, message, help=HELP)
        yield from _self_calls(project, func)
    for place in project.statements():
        if isinstance(place.stmt, m.While | m.For) and _retries_by_hand(project, place.stmt, place.func):
            message = "Nothing bounds this retry loop, so a failing provider is called for ever"
            yield project.finding("LLM304", place.func, place.stmt.span, message, help=HELP)
    yield from _client_retries(project)


def _repeats_llm(project: Project, use: RetryUse) -> bool:
    if use.repeats is not None:
        return project.reach.escapes(use.repeats)
    return any(project.reach.at_site(site, escaping=True) for site in use.sites)


# -- loops ----------------------------------------------------------------------------------------


def _retries_by_hand(project: Project, loop: Loop, func: Func) -> bool:
    if isinstance(loop, m.For) and not project.loops.endless(loop, func):
        return False
    tries = [p for p in project.loops.inside(loop, func) if isinstance(p.stmt, m.Try) and _is_innermost(p)]
    retrying = [p for p in tries if _goes_round(project, p, func)]
    if not retrying or project.loops.waits(loop, func):
        return False
    exits = project.loops.exits(loop, func)
    if not any(exit.in_handler is None for exit in exits):
        return False  # a service: it never ends, with or without failures
    if any(project.loops.classify(c, loop, func) == BUDGET for exit in exits for c in exit.conditions):
        return False
    if project.loops.charges_budget(loop, func) or project.deadlines.bounds_loop(loop, func):
        return False
    return not any(_leaves_unasked(exit) for exit in exits)


def _is_innermost(place: StatementSite) -> bool:
    return not any(isinstance(f.node, m.While | m.For) and f.kind == "loop" for f in place.frames)


def _goes_round(project: Project, place: StatementSite, func: Func) -> bool:
    """Whether a ``try`` around an LLM call has a handler that lets the next round begin."""
    stmt = place.stmt
    assert isinstance(stmt, m.Try)
    reaches = any(
        project.reach.at_site(site, escaping=True)
        for site in project.graph.sites[func]
        if any(f.node is stmt and f.kind == "try" for f in site.frames)
    )
    return reaches and any(_lets_pass(project, handler, func) for handler in stmt.handlers)


def _lets_pass(project: Project, handler: m.Handler, func: Func) -> bool:
    if not project.handlers.may_catch_provider(handler, func):
        return False
    return not any(
        isinstance(s, m.Return) or (isinstance(s, m.Simple) and s.what == "break") or isinstance(s, m.Raise)
        for s in handler.body
    )


def _leaves_unasked(exit: Exit) -> bool:
    """An exit in a broad handler that no condition guards."""
    return exit.in_handler is not None and not exit.conditions and exit.in_handler.type is None


# -- self-calls -----------------------------------------------------------------------------------


def _self_calls(project: Project, func: Func) -> Iterator[Finding]:
    for site in project.graph.sites[func]:
        handler_frames = [f for f in site.frames if f.kind == "handler"]
        if not handler_frames or not any(e.target is func for e in project.graph.edges_at.get(site.call, ())):
            continue
        stmt = handler_frames[-1].node
        assert isinstance(stmt, m.Try)
        tried = [s for s in project.graph.sites[func] if any(f.node is stmt and f.kind == "try" for f in s.frames)]
        if any(project.reach.at_site(s, escaping=True) for s in tried) and not _counts_down(site.call, func):
            message = f"`{callee(site.call)}` calls itself when it fails, so a failing provider is called for ever"
            yield project.finding("LLM304", func, site.call.span, message, help=HELP)


def _counts_down(call: m.Call, func: Func) -> bool:
    """Whether the self-call changes a parameter that a condition of the function looks at."""
    tested: set[str] = set()
    for stmt in walk.statements(func.facts.body):
        if isinstance(stmt, m.If | m.While):
            tested |= walk.names_in(stmt.test)
    changed = any(not isinstance(arg.value, m.Name) for arg in call.args)
    return changed and bool(tested & set(func.params))


# -- client settings ------------------------------------------------------------------------------


def _client_retries(project: Project) -> Iterator[Finding]:
    for func in project.functions:
        for site in project.graph.sites[func]:
            for where in project.retry_parameters(site):
                setting = project.deadlines.setting(site.call, func, (where,))
                endless = setting.state == "none" and setting.value is not None
                if endless or (setting.state == "given" and (setting.value or 0) >= MANY):
                    many = "endless" if endless else f"{setting.value:g}"
                    message = f"`{callee(site.call)}` allows {many} retries, so one failing call is repeated for hours"
                    yield project.finding("LLM304", func, site.call.span, message, help=HELP)
                    break


RULE = Rule(
    code="LLM304",
    name="unbounded-retry",
    summary="Retries of an LLM call have no bound",
    severity=Severity.ERROR,
    check=check,
)
