"""LLM307: what a model wrote is parsed, and nobody sees the parser fail."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.parsing import Parse
from llmlint.project.project import Project
from llmlint.project.wording import callee, fitting

HELP = "Ask for structured output, or catch the parser's error and ask again or give up on purpose."


def check(project: Project) -> Iterator[Finding]:
    """Report parsers of an answer in free form whose error no function on the way catches."""
    for parse in project.parses:
        if parse.obliged or parse.handled or parse.checked or not parse.func.mod.production:
            continue
        if parse.flow.origin.func.mod.production:
            yield _finding(project, parse)


def _finding(project: Project, parse: Parse) -> Finding:
    flow = parse.flow
    origin = flow.origin.call
    assert origin is not None
    tail = f" parses what `{callee(origin, 22)}` wrote, and nothing catches its error"
    message = fitting("", parse.call, tail)
    end = Step(
        project.location(parse.func, parse.call.span), f"`{callee(parse.call)}` raises on malformed text"
    )
    steps = (*flow.hit.mark.steps, end)
    return project.finding("LLM307", parse.func, parse.call.span, message, help=HELP, steps=steps)


RULE = Rule(
    code="LLM307",
    name="unguarded-parse-of-model-text",
    summary="What a model wrote is parsed, and nothing catches the parser's error",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
)
