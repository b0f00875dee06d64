"""LLM501: a tool's argument, chosen by the model, becomes a shell command."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.dangers import tool_findings
from llmlint.project.project import Project

HELP = "Run an argument list without a shell, and choose the program from a list of your own."


def check(project: Project) -> Iterator[Finding]:
    """Report shells that a tool's parameter reaches."""
    yield from tool_findings(project, "LLM501", frozenset({"shell"}), HELP)


RULE = Rule(
    code="LLM501",
    name="tool-argument-to-shell",
    summary="A tool argument chosen by the model reaches a shell",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
