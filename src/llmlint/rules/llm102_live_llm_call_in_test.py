"""LLM102: a test of the usual run asks a real model."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import callee, short

HELP = "Put a recorded answer in the client's place, or mark the test and leave it out of the usual run."


def check(project: Project) -> Iterator[Finding]:
    """Report test functions that get to an LLM call which nothing replaces and nothing keeps apart."""
    for test in project.live_tests:
        if not test.apart:
            name = short(test.func.name, 26)
            message = f"`{name}` asks a real model: nothing replaces `{callee(test.call.site.call, 24)}`"
            steps = project.way_steps(list(test.way), test.call)
            yield project.finding("LLM102", test.func, test.func.facts.span, message, help=HELP, steps=steps)


RULE = Rule(
    code="LLM102",
    name="live-llm-call-in-test",
    summary="A test asks a real model, and nothing keeps it out of the usual run",
    severity=Severity.WARNING,
    confidence=Confidence.LOW,
    check=check,
    default=False,
    in_tests=True,
    about_tests=True,
)
