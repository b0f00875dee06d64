"""LLM308: a coroutine that waits for a model and holds the event loop meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.calls import Edge
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Await the asynchronous client, or run the call with `asyncio.to_thread`."


def check(project: Project) -> Iterator[Finding]:
    """Report the innermost call in an ``async def`` that blocks until a model has answered."""
    for way in project.blocking.in_coroutines():
        site = way.site
        if not site.func.mod.production:
            continue
        tail = " blocks the event loop, so every other task waits"
        spare = " until the model has answered"
        if isinstance(way, Edge):
            tail = " waits for a model and blocks the event loop, so every other task waits"
            spare = " too"
        steps = project.way_steps(*project.blocking.way(way)) if isinstance(way, Edge) else []
        message = fitting("", site.call, tail, spare)
        yield project.finding("LLM308", site.func, site.call.span, message, help=HELP, steps=steps)


RULE = Rule(
    code="LLM308",
    name="sync-llm-call-in-async",
    summary="A coroutine makes a blocking LLM call, which holds the event loop",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
