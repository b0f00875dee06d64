"""LLM514: prompts or answers, personal data included, go to the logs."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Log ids, sizes and usage; pass content through a redaction function, or log it at DEBUG."
INFO = 20


def check(project: Project) -> Iterator[Finding]:
    """Report records at INFO and above that hold the content of a prompt or an answer."""
    for func in project.functions:
        for log in project.logs.calls(func):
            if log.level < INFO:
                continue
            content = project.content.logged(log.site)
            if content is not None:
                message = fitting("", log.site.call, f" logs {content.what}", ", personal data included")
                yield project.finding(
                    "LLM514", func, log.site.call.span, message, help=HELP, steps=content.steps
                )


RULE = Rule(
    code="LLM514",
    name="unredacted-llm-logging",
    summary="The content of prompts or answers is logged at INFO or above",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
)
