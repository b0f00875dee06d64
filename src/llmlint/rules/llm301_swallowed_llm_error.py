"""LLM301: a broad handler makes the failure of an LLM call vanish."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.guarded import Target, finally_returns
from llmlint.project.outcomes import Outcome
from llmlint.project.project import Project, fitting
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite

HELP = "Let it raise, catch the SDK's own exceptions, or return a value that says that it failed."


def check(project: Project) -> Iterator[Finding]:
    """Report ``except`` (and ``suppress``) lines behind which a provider's failure is lost."""
    for place in project.blocks:
        if isinstance(place.stmt, m.Try):
            yield from _try(project, place, place.stmt)
        elif isinstance(place.stmt, m.With):
            yield from _suppress(project, place, place.stmt)


def _try(project: Project, place: StatementSite, stmt: m.Try) -> Iterator[Finding]:
    guarded = project.guarded
    handler = guarded.deciding_handler(stmt, place.func)
    target = guarded.failing_call(stmt) if handler is not None else None
    if handler is None or target is None or guarded.goes_round(place):
        return
    outcome = project.outcomes.of(handler.body, handler.name, place.func)
    if not outcome.vanishes and finally_returns(stmt):
        outcome = Outcome(True, "loses to a `return` in `finally`")
    elif not outcome.vanishes or guarded.goes_on_well(place, handler):
        return
    yield _finding(project, place.func, handler.span, _caught(handler), outcome, target)


def _suppress(project: Project, place: StatementSite, stmt: m.With) -> Iterator[Finding]:
    if not any(project.handlers.suppresses(item.value, place.func) for item in stmt.items):
        return
    target = project.guarded.failing_call(stmt)
    if target is not None and not project.guarded.goes_on_well(place, None):
        outcome = Outcome(True, "goes on")
        yield _finding(project, place.func, stmt.span, "suppress(Exception)", outcome, target)


def _caught(handler: m.Handler) -> str:
    if handler.type is None:
        return "bare except"
    names = handler.type.items if isinstance(handler.type, m.Seq) else (handler.type,)
    broad = [walk.dotted(n) for n in names if (walk.dotted(n) or "").endswith("Exception")]
    return f"except {broad[0] if broad else 'Exception'}"


def _finding(
    project: Project, func: Func, span: m.Span, caught: str, outcome: Outcome, target: Target
) -> Finding:
    what = "only logged here" if outcome.logged else "lost here"
    tail = f" is {what}: `{caught}` {outcome.does}"
    message = fitting("A failed", target.site.call, tail, ", so the caller cannot tell")
    edges, end = project.reach.way(target, escaping=True)
    return project.finding(
        "LLM301",
        func,
        span,
        message,
        help=HELP,
        steps=project.way_steps(edges, end),
    )


RULE = Rule(
    code="LLM301",
    name="swallowed-llm-error",
    summary="A broad `except` makes the failure of an LLM call vanish",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
