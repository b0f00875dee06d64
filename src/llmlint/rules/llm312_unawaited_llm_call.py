"""LLM312: the coroutine of an LLM call is never awaited."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.calls import Edge
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Await the call, or give the coroutine to something that runs it and keep what that gives."


def check(project: Project) -> Iterator[Finding]:
    """Report calls that make a coroutine which is dropped, or taken for the response."""
    for func in project.functions:
        for site, way, used in project.coroutines.unawaited(func):
            tail = " is never awaited, so the model is never asked"
            spare = ""
            if used:
                tail = " is not awaited, so a coroutine is used as if it were the answer"
            steps = project.way_steps(*project.reach.way(way)) if isinstance(way, Edge) else []
            message = fitting("", site.call, tail, spare)
            yield project.finding("LLM312", func, site.call.span, message, help=HELP, steps=steps)


RULE = Rule(
    code="LLM312",
    name="unawaited-llm-call",
    summary="The coroutine of an LLM call is never awaited, so nothing is sent",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
)
