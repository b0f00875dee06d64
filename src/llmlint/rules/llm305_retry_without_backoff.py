"""LLM305: retries of an LLM call that follow each other at once."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.hurrying import hurried
from llmlint.project.project import Project

HELP = "Wait longer after each failure, with some chance in it, or leave retrying to the SDK, which does so."


def check(project: Project) -> Iterator[Finding]:
    """Report retries of a library and loops by hand that repeat a failed call without a pause."""
    for one in hurried(project):
        who = f"`{one.path}`" if one.path else "This loop"
        message = f"{who} makes {one.attempts} attempts without a wait, so a busy provider is only hit harder"
        yield project.finding("LLM305", one.func, one.span, message, help=HELP)


RULE = Rule(
    code="LLM305",
    name="retry-without-backoff",
    summary="Bounded retries of an LLM call follow each other without a wait",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
