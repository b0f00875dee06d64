"""LLM301: a broad handler makes the failure of an LLM call vanish."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.swallowing import Swallow
from llmlint.project.wording import fitting

HELP = "Let it raise, catch the SDK's own exceptions, or return a value that says that it failed."


def check(project: Project) -> Iterator[Finding]:
    """Report ``except`` (and ``suppress``) lines behind which a provider's failure is lost."""
    for swallow in project.swallows:
        yield _finding(project, swallow)


def _caught(handler: m.Handler | None) -> str:
    if handler is None:
        return "suppress(Exception)"
    if handler.type is None:
        return "bare except"
    names = handler.type.items if isinstance(handler.type, m.Seq) else (handler.type,)
    broad = [walk.dotted(n) for n in names if (walk.dotted(n) or "").endswith("Exception")]
    return f"except {broad[0] if broad else 'Exception'}"


def _finding(project: Project, swallow: Swallow) -> Finding:
    outcome, target = swallow.outcome, swallow.target
    what = "only logged here" if outcome.logged else "lost here"
    tail = f" is {what}: `{_caught(swallow.handler)}` {outcome.does}"
    message = fitting("A failed", target.site.call, tail, ", so the caller cannot tell")
    edges, end = project.reach.way(target, escaping=True)
    return project.finding(
        "LLM301",
        swallow.func,
        swallow.span,
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
