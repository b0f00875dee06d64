"""LLM704: a call asks the one model that is written down, and nothing stands in for it."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Ask another model or give a plain answer when it fails, or let a flag or a setting choose the model."


def check(project: Project) -> Iterator[Finding]:
    """Report calls of one literal model with no flag, no fallback and no alternative in a handler."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.fallbacks import Fallbacks, Kind
    from llmlint.audit.flags import Flags
    from llmlint.audit.subject import Subject

    subject = Subject.of(project)
    fallbacks, flags = Fallbacks(subject), Flags(subject)
    lines: set[tuple[str, int]] = set()
    for call in subject.sites:
        if not fallbacks.single_model(call) or flags.guard(call.site.func):
            continue
        place = call.site.func.path, call.site.call.span.line
        if place not in lines and fallbacks.of(call).kind <= Kind.ERROR:
            lines.add(place)  # a client that is called where it is made is one cause
            tail = " asks one model, and nothing stands in for it: its outage is yours"
            message = fitting("", call.site.call, tail)
            yield project.finding("LLM704", call.site.func, call.site.call.span, message, help=HELP)


RULE = Rule(
    code="LLM704",
    name="no-fallback-or-flag",
    summary="A call asks one model, and no fallback, flag or setting can change that",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
