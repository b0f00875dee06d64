"""LLM104: an eval scores answers, and nothing can make it fail."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project

HELP = "Compare the score with a number and fail below it: `assert`, `sys.exit(1)`, a harness's own bar."


def check(project: Project) -> Iterator[Finding]:
    """Report evals that score without a bar, where their score is made."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.evalbars import bars
    from llmlint.audit.subject import Subject

    subject = Subject.of(project)
    for found in bars(subject):
        score = found.script.score
        if score is not None and not found.fails and not found.script.may_be_barred_elsewhere:
            func, span = score
            yield project.finding(
                "LLM104", func, span, "this eval scores answers, and no score can fail its run", help=HELP
            )


RULE = Rule(
    code="LLM104",
    name="eval-without-threshold",
    summary="An eval scores answers, and no score can fail its run",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
    in_tests=True,
    about_tests=True,
)
