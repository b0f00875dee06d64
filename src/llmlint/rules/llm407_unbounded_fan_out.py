"""LLM407: as many LLM calls at once as a collection has elements."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.calls import Edge
from llmlint.project.project import Project
from llmlint.project.wording import fitting, short, source

HELP = "Let an `asyncio.Semaphore` (or a limiter) pass only so many calls at a time, or cut the collection."


def check(project: Project) -> Iterator[Finding]:
    """Report calls that start an LLM call for every element of a collection of any size."""
    for func in project.functions:
        for found in project.fanning.unlimited(func):
            over = short(source(found.over), 16)
            items = f"item of `{over}`" if over.strip("…") else "item"
            tail = f" starts an LLM call for each {items} at once, with no limit"
            message = fitting("", found.site.call, tail)
            way = found.way
            edges, call = project.reach.way(way)
            steps = project.way_steps(edges, call) if isinstance(way, Edge) else []
            yield project.finding("LLM407", func, found.site.call.span, message, help=HELP, steps=steps)


RULE = Rule(
    code="LLM407",
    name="unbounded-fan-out",
    summary="A task with an LLM call is started for every element of a collection of any size",
    severity=Severity.WARNING,
    confidence=Confidence.LOW,
    check=check,
    default=False,
)
