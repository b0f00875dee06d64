"""LLM509: a literal takes away a protection, or a class without one is used."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.capabilities import Capability
from llmlint.project.project import Project
from llmlint.project.wording import fitting


def check(project: Project) -> Iterator[Finding]:
    """Report switches where they are thrown and objects where they are made."""
    for func in project.functions:
        for found in project.capabilities.dangerous(func):
            yield project.finding("LLM509", func, found.span, _message(found), help=found.switch.help)


def _message(found: Capability) -> str:
    does = found.switch.does
    if found.call is None:
        return f"`{found.written}` lets {does}"
    if found.written:
        return fitting(f"`{found.written}` lets", found.call, f" {does}")
    return fitting("", found.call, f" {does}")


RULE = Rule(
    code="LLM509",
    name="dangerous-capability",
    summary="A protection is switched off, or code of the model runs unprotected",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
)
