"""LLM306: retries that multiply each other."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.calls import LlmCall
from llmlint.project.project import Project
from llmlint.project.stacking import MANY, Stack, product
from llmlint.project.wording import fitting

HELP = "Retry in one place: `max_retries=0` at the client below a retry of your own, or no retry around it."


def check(project: Project) -> Iterator[Finding]:
    """Report the outermost retry around an LLM call whose client, or whose callee, retries as well."""
    worst: dict[m.Span, tuple[Stack, LlmCall]] = {}
    for call in project.llm_calls:
        if not call.generates or not call.site.func.mod.production:
            continue
        stack = tuple(layer for layer in project.stacks.of(call) if layer.attempts > 1)
        if len(stack) < 2 or product(stack) < MANY or not any(layer.written for layer in stack):
            continue
        place = stack[0].span
        if place not in worst or product(worst[place][0]) < product(stack):
            worst[place] = stack, call
    for span, (stack, call) in worst.items():
        yield _finding(project, span, stack, call)


def _finding(project: Project, span: m.Span, stack: Stack, call: LlmCall) -> Finding:
    sum_ = " × ".join(str(layer.attempts) for layer in stack)
    tail = f" can be sent {sum_} = {product(stack)} times, because its retries multiply"
    steps = [
        Step(
            project.location(layer.func, layer.span),
            f"{layer.attempts} attempts here{'' if layer.written else ', by default'}",
        )
        for layer in stack
    ]
    message = fitting("A failing", call.site.call, tail)
    return project.finding("LLM306", stack[0].func, span, message, help=HELP, steps=steps)


RULE = Rule(
    code="LLM306",
    name="stacked-retries",
    summary="Retries around an LLM call multiply each other to a dozen requests or more",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
