"""LLM304: retries of LLM calls that nothing ends."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.retries import RetryUse
from llmlint.project.scopes import Func
from llmlint.project.wording import callee

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
                message = f"`{use.table.path}` has no bound, so a failing provider is called for ever"
                yield project.finding("LLM304", use.func, use.span, message, help=HELP)
        yield from _self_calls(project, func)
    for place in project.blocks:
        if isinstance(place.stmt, m.While | m.For) and project.repeats.by_hand(place.stmt, place.func):
            message = "Nothing bounds this retry loop, so a failing provider is called for ever"
            yield project.finding("LLM304", place.func, place.stmt.span, message, help=HELP)
    yield from _client_retries(project)


def _repeats_llm(project: Project, use: RetryUse) -> bool:
    if use.repeats is not None:
        return project.reach.escapes(use.repeats)
    return any(project.reach.at_site(site, escaping=True) for site in use.sites)


# -- self-calls -----------------------------------------------------------------------------------


def _self_calls(project: Project, func: Func) -> Iterator[Finding]:
    for site in project.graph.sites[func]:
        handler_frames = [f for f in site.frames if f.kind == "handler"]
        if not handler_frames or not any(e.target is func for e in project.graph.edges_at.get(site.call, ())):
            continue
        stmt = handler_frames[-1].node
        assert isinstance(stmt, m.Try)
        tried = [
            s for s in project.graph.sites[func] if any(f.node is stmt and f.kind == "try" for f in s.frames)
        ]
        handler = handler_frames[-1].handler
        asks = handler is not None and _asks_elsewhere(handler)
        if any(project.reach.at_site(s, escaping=True) for s in tried) and not (
            asks or _counts_down(site.call, func)
        ):
            message = f"`{callee(site.call, 30)}` calls itself when it fails, so it never stops asking"
            yield project.finding("LLM304", func, site.call.span, message, help=HELP)


def _asks_elsewhere(handler: m.Handler) -> bool:
    """Whether a function decides if the handler gives up (``if not self._switch_model(e): raise``)."""
    return any(
        isinstance(s, m.If)
        and any(isinstance(inner, m.Raise | m.Return) for inner in walk.statements((s,)))
        and any(
            isinstance(node, m.Call) and walk.dotted(node.func) not in ("str", "isinstance", "repr", "type")
            for node in walk.expressions(s.test)
        )
        for s in walk.statements(handler.body)
    )


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
                    many = "inf" if endless else f"{setting.value:g}"
                    message = (
                        f"`{where}={many}` lets `{callee(site.call, 30)}` repeat one failing call for hours"
                    )
                    yield project.finding("LLM304", func, site.call.span, message, help=HELP)
                    break


RULE = Rule(
    code="LLM304",
    name="unbounded-retry",
    summary="Retries of an LLM call have no bound",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
)
