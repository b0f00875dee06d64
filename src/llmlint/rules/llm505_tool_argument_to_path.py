"""LLM505: a model chooses which file is written or deleted, or, where the project wants it, read."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.dangers import chosen_findings
from llmlint.project.project import Project
from llmlint.project.sinks import PATH, PATH_READ

HELP = "Resolve the path and check `is_relative_to` the directory that is meant, then use the resolved path."


def check(project: Project) -> Iterator[Finding]:
    """Report files that are written, moved or deleted under a path that a model chose.

    With ``path-reads``, files that are read as well.
    """
    kinds = {PATH, PATH_READ} if project.options.path_reads else {PATH}
    yield from chosen_findings(project, "LLM505", frozenset(kinds), HELP)


RULE = Rule(
    code="LLM505",
    name="tool-argument-to-path",
    summary="A model chooses which file is written or deleted",
    severity=Severity.ERROR,
    confidence=Confidence.LOW,
    check=check,
    default=False,
)
