"""LLM201: of a response only the text is kept, and nothing else sees the call."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Record model, latency and `usage` here, or instrument the SDK (OpenTelemetry, Langfuse, Logfire, …)."


def check(project: Project) -> Iterator[Finding]:
    """Report calls that serve people and leave nothing behind but their text."""
    for found in project.records.unrecorded():
        site = found.call.site
        tail = " leaves only its text: tokens, cost and latency are gone"
        where = project.location(found.handler, found.handler.facts.span)
        name = found.handler.qualname or "this script"
        yield project.finding(
            "LLM201",
            site.func,
            site.call.span,
            fitting("", site.call, tail),
            help=HELP,
            steps=[Step(where, f"`{name}` serves people with it")],
        )


RULE = Rule(
    code="LLM201",
    name="response-without-telemetry",
    summary="A response is thrown away but for its text, and no telemetry sees the call",
    severity=Severity.ADVICE,
    confidence=Confidence.LOW,
    default=False,
    check=check,
)
