"""LLM309: the text of an error is returned where an answer is expected."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Let it raise, or return a type in which an error cannot be taken for an answer."


def check(project: Project) -> Iterator[Finding]:
    """Report ``except`` lines whose handler returns a text from a function that returns answers.

    A handler in which the failure is lost altogether is LLM301's.
    """
    for one in project.error_texts:
        message = fitting(
            "When", one.target.site.call, " fails, an error text is returned as if it were the answer"
        )
        edges, end = project.reach.way(one.target, escaping=True)
        yield project.finding(
            "LLM309",
            one.func,
            one.handler.span,
            message,
            help=HELP,
            steps=project.way_steps(edges, end),
        )


RULE = Rule(
    code="LLM309",
    name="error-text-as-answer",
    summary="A broad handler returns the text of an error where the function otherwise returns an answer",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
