"""LLM203: nothing in the project lets anybody look at a call of a model."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Instrument the SDK once at start-up (OpenTelemetry, Langfuse, LangSmith, Logfire, …)."


def check(project: Project) -> Iterator[Finding]:
    """Report the first call of a model in a project that traces and records none."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.subject import Subject
    from llmlint.audit.tracing import Tracing

    subject = Subject.of(project)
    if subject.sites and subject.once(Tracing).nothing:
        first = min(subject.sites, key=lambda call: (call.site.func.path, call.site.call.span.line)).site
        others = len({call.site.call for call in subject.sites}) - 1
        more = f" and {others} more" if others else ""
        tail = f"{more}: nothing in this project traces or records calls"
        yield project.finding("LLM203", first.func, first.call.span, fitting("", first.call, tail), help=HELP)


RULE = Rule(
    code="LLM203",
    name="no-llm-instrumentation",
    summary="Nothing in the project traces or records its calls of models",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
