"""LLM703: an instruction prompt is written inside the logic that sends it."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.prompts import Piece, Prompt
from llmlint.project.wording import callee

HELP = "Move the text to a prompts module, a file or a registry, with a version of its own."
LONG = 25
"""Words from which on a literal counts as an instruction prompt."""


def check(project: Project) -> Iterator[Finding]:
    """Report the first long literal of each prompt, where it is written."""
    seen: set[tuple[str, int, int]] = set()
    for prompt in project.prompts.all():
        for piece in prompt.pieces:
            if piece.words < LONG or not _in_logic(project, prompt, piece):
                continue
            place = (piece.func.path, piece.span.line, piece.span.column)
            if place not in seen:
                seen.add(place)
                sent = project.location(prompt.func, prompt.call.span)
                step = Step(sent, f"`{callee(prompt.call)}` sends it")
                message = (
                    f"A prompt of {piece.words} words is written into the code: it rolls back only with it"
                )
                yield project.finding("LLM703", piece.func, piece.span, message, help=HELP, steps=[step])
            break


def _in_logic(project: Project, prompt: Prompt, piece: Piece) -> bool:
    """In a function, or inside a module-level call that sends it (a script)."""
    mod = piece.func.mod
    if not mod.production or project.prompt_module(mod.path):
        return False
    if piece.func.facts.kind in ("function", "lambda"):
        return True
    sent = prompt.call.span
    inside = (
        (sent.line, sent.column) <= (piece.span.line, piece.span.column) < (sent.end_line, sent.end_column)
    )
    return piece.func is prompt.func and inside and prompt.call in project.graph.by_call


RULE = Rule(
    code="LLM703",
    name="hardcoded-prompt",
    summary="An instruction prompt of 25 words or more is written inside the code that sends it",
    severity=Severity.ADVICE,
    confidence=Confidence.HIGH,
    check=check,
)
