"""LLM510: a tool writes, deletes, pays or sends, and nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import callee, short

HELP = "Ask a person before it runs: `interrupt_on`, `needs_approval=True`, or a question in the tool itself."


def check(project: Project) -> Iterator[Finding]:
    """Report each such tool once, where it is defined."""
    for act in project.acts.ungated():
        tool = act.tool
        message = f"Tool `{short(tool.qualname, 36)}` {act.does} whenever the model says so, nobody is asked"
        step = Step(project.location(act.func, act.call.span), f"`{callee(act.call)}` {act.does}")
        yield project.finding("LLM510", tool, tool.facts.span, message, help=HELP, steps=[step])


RULE = Rule(
    code="LLM510",
    name="dangerous-tool-without-gate",
    summary="A tool writes, deletes, pays or sends without a person being asked",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
