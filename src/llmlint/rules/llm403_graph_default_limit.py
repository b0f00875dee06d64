"""LLM403: a graph or agent that goes round, run at a default limit of thousands of steps."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = 'Pass `config={"recursion_limit": n}`, with a number that the longest legitimate run needs.'


def check(project: Project) -> Iterator[Finding]:
    """Report runs whose limit is the framework's own, where that version's own is huge."""
    for run in project.graphs.unlimited(project.versions):
        site = run.call.site
        if site.func.mod.production:
            tail = f" sets no `recursion_limit`: {run.package} allows {run.steps} steps"
            message = fitting("", site.call, tail)
            yield project.finding("LLM403", site.func, site.call.span, message, help=HELP)


RULE = Rule(
    code="LLM403",
    name="graph-default-limit",
    summary="A graph that goes round runs at a default limit of thousands of steps",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
