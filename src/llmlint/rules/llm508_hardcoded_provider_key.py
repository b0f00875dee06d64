"""LLM508: the key of a provider is written into the code."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project

HELP = "Revoke the key, since it stays in the history, and read its successor from the environment."


def check(project: Project) -> Iterator[Finding]:
    """Report literals that hold a key, without showing it."""
    for found in project.keys.written():
        shown = max(found.key.prefixes, key=len)
        message = (
            f"A key for {found.key.provider} (`{shown}…`) is in the code: whoever reads it can use the key"
        )
        yield project.finding("LLM508", found.func, found.span, message, help=HELP)


RULE = Rule(
    code="LLM508",
    name="hardcoded-provider-key",
    summary="The key of an LLM provider is written into the code",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
    in_tests=True,
)
