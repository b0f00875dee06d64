"""LLM502: a tool's argument, chosen by the model, is run as code."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.dangers import tool_findings
from llmlint.project.project import Project

HELP = (
    "Parse the text (`ast.literal_eval`, `json.loads`), or run it in a sandbox without this process's rights."
)


def check(project: Project) -> Iterator[Finding]:
    """Report interpreters, unpicklers and template engines that a tool's parameter reaches."""
    yield from tool_findings(project, "LLM502", frozenset({"code", "template"}), HELP)


RULE = Rule(
    code="LLM502",
    name="tool-argument-to-code",
    summary="A tool argument chosen by the model is run as code",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
