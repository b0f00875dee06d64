"""LLM503: what a model wrote is run as code or in a shell."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.dangers import model_findings
from llmlint.project.project import Project

HELP = "Run it in a sandbox, or parse the answer into values and act on those."


def check(project: Project) -> Iterator[Finding]:
    """Report interpreters and shells that a model's answer reaches."""
    yield from model_findings(project, "LLM503", frozenset({"shell", "code", "template"}), HELP)


RULE = Rule(
    code="LLM503",
    name="model-output-to-code-or-shell",
    summary="What a model wrote is run as code or in a shell",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
