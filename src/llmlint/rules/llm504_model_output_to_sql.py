"""LLM504: what a model chose is a statement for a database."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.dangers import chosen_findings
from llmlint.project.project import Project

HELP = "Bind values as parameters, check the parsed statement, or connect with a role that can only read."


def check(project: Project) -> Iterator[Finding]:
    """Report SQL, Cypher and XPath that a model writes."""
    yield from chosen_findings(project, "LLM504", frozenset({"sql", "xpath"}), HELP)


RULE = Rule(
    code="LLM504",
    name="model-output-to-sql",
    summary="What a model chose is run as a database statement",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
