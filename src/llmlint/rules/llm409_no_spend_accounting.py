"""LLM409: no code knows what a call of a model has used."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Read `usage` of each response and add it up per feature and tenant, or set a budget in the gateway."


def check(project: Project) -> Iterator[Finding]:
    """Report the first call of a model in a project that reads no usage and sets no budget."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.spending import Spending
    from llmlint.audit.subject import Subject

    subject = Subject.of(project)
    if subject.sites and subject.once(Spending).unknown:
        first = min(subject.sites, key=lambda call: (call.site.func.path, call.site.call.span.line)).site
        others = len({call.site.call for call in subject.sites}) - 1
        more = f" and {others} more" if others else ""
        tail = f"{more}: no code here knows what calls have used"
        yield project.finding("LLM409", first.func, first.call.span, fitting("", first.call, tail), help=HELP)


RULE = Rule(
    code="LLM409",
    name="no-spend-accounting",
    summary="No code reads what calls of models have used, and nothing sets a budget",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
