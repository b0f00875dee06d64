"""LLM506: a model chooses which host is asked."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.dangers import chosen_findings
from llmlint.project.project import Project

HELP = "Keep the host constant, or compare `urlsplit(url).hostname` with a list of your own."


def check(project: Project) -> Iterator[Finding]:
    """Report requests whose URL or host a model chose."""
    yield from chosen_findings(project, "LLM506", frozenset({"url"}), HELP)


RULE = Rule(
    code="LLM506",
    name="tool-argument-to-url",
    summary="A model chooses which host a request goes to",
    severity=Severity.WARNING,
    confidence=Confidence.LOW,
    check=check,
    default=False,
)
