"""LLM202: an SDK's debug switch is on in production."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project

HELP = "Remove it, or let a setting that is off in production decide."


def check(project: Project) -> Iterator[Finding]:
    """Report statements that switch the debug output of an SDK on, whatever the settings say."""
    for func in project.functions:
        for found in project.switches.on(func):
            message = f"`{found.written}` writes out {found.switch.shows}"
            yield project.finding("LLM202", func, found.span, message, help=HELP)


RULE = Rule(
    code="LLM202",
    name="sdk-debug-logging",
    summary="The debug output of an SDK, prompts included, is switched on in code",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    check=check,
)
