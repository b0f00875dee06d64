"""LLM803: the code that calls models has changed, the runbook has not been touched for half a year."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.location import Location
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project

HELP = "Go through it with what has changed since, and say on which day you did."


def check(project: Project) -> Iterator[Finding]:
    """Report the runbook, at its first heading or at the line that says when it was gone through."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.age import age
    from llmlint.audit.subject import Subject

    subject = Subject.of(project)
    found = age(subject) if subject.sites else None
    if found is not None and found.stale:
        location = Location(found.place.path, found.place.line)
        yield Finding("LLM803", f"this runbook was {found.why}", location, help=HELP)


RULE = Rule(
    code="LLM803",
    name="stale-runbook",
    summary="The runbook has not been touched for half a year, while what it describes has changed",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
