"""LLM602: a failure of a provider is handled, and the project's reporter never hears of it."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Report it in the handler, count it as a metric, or raise it again."


def check(project: Project) -> Iterator[Finding]:
    """Report handlers of failed LLM calls that neither raise nor report, where others do report."""
    for found in project.alerts.unreported():
        tail = f" ends here, and {found.reporter} never hears of it"
        edges, end = project.reach.way(found.target, escaping=True)
        yield project.finding(
            "LLM602",
            found.func,
            found.handler.span,
            fitting("A failed", found.target.site.call, tail),
            help=HELP,
            steps=project.way_steps(edges, end),
        )


RULE = Rule(
    code="LLM602",
    name="failure-never-alerts",
    summary="A provider's failure is handled without a word to the project's error reporter",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    default=False,
    check=check,
)
