"""LLM505: a model chooses which file is written or deleted."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Rule, Severity
from llmlint.project.dangers import chosen_findings
from llmlint.project.project import Project

HELP = "Resolve the path and check `is_relative_to` the directory that is meant, then use the resolved path."


def check(project: Project) -> Iterator[Finding]:
    """Report files that are written, moved or deleted under a path that a model chose."""
    yield from chosen_findings(project, "LLM505", frozenset({"path"}), HELP)


RULE = Rule(
    code="LLM505",
    name="tool-argument-to-path",
    summary="A model chooses which file is written or deleted",
    severity=Severity.ERROR,
    check=check,
    default=False,
)
