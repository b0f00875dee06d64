"""LLM406: a conversation that is sent whole each time and only gets longer."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import MESSAGE_LIMIT, callee, short

HELP = "Keep the last messages that fit a token budget, or summarise the older ones, before sending."


def check(project: Project) -> Iterator[Finding]:
    """Report the first place at which such a list grows."""
    for found in project.histories.growing():
        if found.func.mod.production:
            tail = " only grows: each call sends, and pays for, all that came before"
            name = short(found.name, MESSAGE_LIMIT - len(tail) - 2)
            site = found.call.site
            where = project.location(site.func, site.call.span)
            steps = [Step(where, f"`{callee(site.call)}` sends it here")]
            yield project.finding("LLM406", found.func, found.span, f"`{name}`{tail}", help=HELP, steps=steps)


RULE = Rule(
    code="LLM406",
    name="history-grows-unbounded",
    summary="A conversation that is sent whole each time is never shortened",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
