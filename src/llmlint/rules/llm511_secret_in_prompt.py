"""LLM511: a secret is sent to a model."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.promptflows import secret_findings

HELP = "Keep the secret in the code that uses it, and give the model a name for it."


def check(project: Project) -> Iterator[Finding]:
    """Report prompts with a secret in them."""
    yield from secret_findings(project, "LLM511", HELP)


RULE = Rule(
    code="LLM511",
    name="secret-in-prompt",
    summary="A secret is sent to the model",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
