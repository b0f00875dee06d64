"""LLM507: a remote person's text becomes part of the system prompt."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.promptflows import user_findings

HELP = "Send it in a user message, or choose among prompts of your own by what was asked."


def check(project: Project) -> Iterator[Finding]:
    """Report system prompts with text of remote people in them."""
    yield from user_findings(project, "LLM507", HELP)


RULE = Rule(
    code="LLM507",
    name="user-input-in-system-prompt",
    summary="Text of a remote user becomes part of the system prompt",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
