"""LLM402: a literal switches off the limit of an agent loop."""

from __future__ import annotations

import math
from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Leave the parameter out, or set a number that the task needs."


def check(project: Project) -> Iterator[Finding]:
    """Report calls whose limit is None, huge, or switched off."""
    for func in project.functions:
        for found in project.caps.disabled(func):
            parameter = found.cap.param.rsplit("|", 1)[-1].rsplit(".", 1)[-1]
            given = _shown(found.setting.value)
            default = f" (default {found.cap.default})" if found.cap.default is not None else ""
            head, tail = f"`{parameter}={given}` lets", " run for as long as the model likes"
            message = fitting(head, found.site.call, tail, default)
            yield project.finding("LLM402", func, found.site.call.span, message, help=HELP)


def _shown(value: float | None) -> str:
    if value is None:
        return "None"
    return f"{value:g}" if value < 1e6 or math.isinf(value) else f"{int(value):_}"


RULE = Rule(
    code="LLM402",
    name="cap-disabled",
    summary="A literal switches off the limit of an agent loop",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
)
