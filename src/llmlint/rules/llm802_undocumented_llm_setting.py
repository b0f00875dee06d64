"""LLM802: a setting is read on the way to a model, and no document lists it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import short

if TYPE_CHECKING:
    from llmlint.audit.settingreads import Read

HELP = "List it in `.env.example`, the README or the files it is deployed with, with what it does."


def check(project: Project) -> Iterator[Finding]:
    """Report each setting once, at the first place where it is read; those of one line together."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.subject import Subject
    from llmlint.audit.undocumented import listed

    lines: dict[tuple[str, int], list[Read]] = {}
    for one in listed(Subject.of(project)).undocumented:
        lines.setdefault((one.func.path, one.span.line), []).append(one)
    for first, *others in lines.values():
        more = f" (so are {len(others)} more here)" if others else ""
        message = f"`{short(first.name, 26)}` is read on the way to a model, and no file lists it{more}"
        yield project.finding("LLM802", first.func, first.span, message, help=HELP)


RULE = Rule(
    code="LLM802",
    name="undocumented-llm-setting",
    summary="A setting is read on the way to a model, and no document or deployment file lists it",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
