"""LLM101: no eval and no test runs a place that calls a model."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import short

HELP = "Call it from an eval or a test, so that a change for the worse is seen before users see it."


def check(project: Project) -> Iterator[Finding]:
    """Report production functions with an LLM call that nothing outside production runs, one each."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.reached import reached
    from llmlint.audit.subject import Subject

    found = reached(Subject.of(project))
    done, total = len(found.reached), len(found.reached) + len(found.unreached)
    by_function = {call.site.func: call for call in reversed(found.unreached)}
    for func, call in by_function.items():
        name = f"`{short(func.name, 26)}`" if func.facts.kind == "function" else "this code"
        span = func.facts.span if func.facts.kind == "function" else call.site.call.span
        message = f"{name} calls a model, and no eval or test runs it ({done} of {total} sites are run)"
        yield project.finding("LLM101", func, span, message, help=HELP)


RULE = Rule(
    code="LLM101",
    name="llm-site-without-eval",
    summary="No eval and no test runs a place that calls a model",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
    about_tests=True,
)
