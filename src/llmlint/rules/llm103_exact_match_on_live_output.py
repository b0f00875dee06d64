"""LLM103: a test asserts that what a real model writes is one certain text."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import callee

HELP = "Assert what must hold of any good answer, or put a recorded answer in the client's place."


def check(project: Project) -> Iterator[Finding]:
    """Report assertions that compare an answer with a text, in tests where nothing replaces the model."""
    for match in project.exact_matches:
        message = f"This asserts the exact words of `{callee(match.call, 30)}`, which differ from run to run"
        yield project.finding("LLM103", match.func, match.span, message, help=HELP)


RULE = Rule(
    code="LLM103",
    name="exact-match-on-live-output",
    summary="A test compares what a real model writes with one certain text",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
    in_tests=True,
    about_tests=True,
)
