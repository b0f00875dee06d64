"""LLM801: no runbook says what to do when the model fails, or it lacks parts."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.location import Location
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project

NONE = "no runbook says what to do when the model fails or costs too much"
HELP = "Write `docs/runbook.md`, beginning with how to switch the model off and the three worst incidents."
MORE = "Add a section for each; a link is enough where the answer is kept elsewhere."
README = ("/README.md", "/Readme.md", "/README.MD", "/readme.md")


def check(project: Project) -> Iterator[Finding]:
    """Report the runbook that lacks parts; without one the README, which would lead to it."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.lacking import lacking
    from llmlint.audit.subject import Subject

    subject = Subject.of(project)
    if not subject.sites:
        return
    found = lacking(subject)
    if found.page is not None:
        if found.parts:
            location = Location(found.page.path, found.page.line)
            yield Finding("LLM801", _said(found.parts), location, help=MORE)
        return
    readme = project.repository.matching(README)
    if readme:
        yield Finding("LLM801", NONE, Location(readme[0], 1), help=HELP)
    else:
        site = min(subject.sites, key=lambda call: (call.site.func.path, call.site.call.span.line)).site
        yield project.finding("LLM801", site.func, site.call.span, NONE, help=HELP)


def _said(parts: tuple[str, ...]) -> str:
    """As many names as there is room for."""
    for shown in range(len(parts), 0, -1):
        rest = len(parts) - shown
        text = f"this runbook lacks {', '.join(parts[:shown])}{f' and {rest} more' if rest else ''}"
        if len(text) <= 100:
            return text
    return f"this runbook lacks {len(parts)} parts"


RULE = Rule(
    code="LLM801",
    name="no-llm-runbook",
    summary="No runbook says what to do when the model fails, or it lacks parts",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
