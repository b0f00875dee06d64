"""LLM408: recursion around an LLM call that only the model's words can end."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Pass a depth (or a budget) down, and stop when it is used up."


def check(project: Project) -> Iterator[Finding]:
    """Report the call that closes the circle."""
    for found in project.recursions.unbounded():
        site = found.edge.site
        if site.func.mod.production:
            again = "itself" if found.direct else "its caller"
            tail = f" calls {again} until the model is content: nothing caps its cost"
            message = fitting("", site.call, tail)
            yield project.finding("LLM408", site.func, site.call.span, message, help=HELP)


RULE = Rule(
    code="LLM408",
    name="unbounded-llm-recursion",
    summary="Only the model's own words end a recursion of LLM calls",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
