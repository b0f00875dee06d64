"""LLM802: a setting is read on the way to a model, and no document lists it."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import short

HELP = "List it in `.env.example`, the README or the files it is deployed with, with what it does."


def check(project: Project) -> Iterator[Finding]:
    """Report each setting once, at the first place where it is read."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.subject import Subject
    from llmlint.audit.undocumented import listed

    for one in listed(Subject.of(project)).undocumented:
        message = f"`{short(one.name, 45)}` is read on the way to a model, and no file lists it"
        yield project.finding("LLM802", one.func, one.span, message, help=HELP)


RULE = Rule(
    code="LLM802",
    name="undocumented-llm-setting",
    summary="A setting is read on the way to a model, and no document or deployment file lists it",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
