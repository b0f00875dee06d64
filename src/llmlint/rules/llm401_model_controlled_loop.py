"""LLM401: a loop of LLM calls that only the model's words can end."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.calls import Edge, LlmCall
from llmlint.project.loops import BUDGET, MODEL, Loop
from llmlint.project.project import Project
from llmlint.project.scopes import Func
from llmlint.project.wording import fitting

HELP = "Count the rounds (or the tokens, or the time) and stop at a bound."
NEAR = 4
"""Calls between a loop and the model up to which what comes back is taken for the model's decision."""


def check(project: Project) -> Iterator[Finding]:
    """Report loops all of whose exits depend on model output."""
    for place in project.blocks:
        stmt = place.stmt
        if not isinstance(stmt, m.While | m.For):
            continue
        if isinstance(stmt, m.For) and not project.loops.endless(stmt, place.func):
            continue
        target = _llm_call(project, stmt, place.func)
        if target is None or not _only_model_ends(project, stmt, place.func):
            continue
        edges, end = project.reach.way(target)
        if len(edges) > NEAR:
            continue
        head = "Only the model's answer ends this loop around"
        message = fitting(head, target.site.call, ": nothing caps its cost")
        yield project.finding(
            "LLM401", place.func, stmt.span, message, help=HELP, steps=project.way_steps(edges, end)
        )


def _llm_call(project: Project, loop: Loop, func: Func) -> LlmCall | Edge | None:
    for site in project.graph.sites[func]:
        # The innermost loop around the call is the one that repeats it.
        if next(site.loops(), None) is loop:
            target = project.reach.at_site(site)
            if target is not None:
                return target
    return None


def _only_model_ends(project: Project, loop: Loop, func: Func) -> bool:
    loops = project.loops
    exits, bounded, counted = [], False, False
    for exit in loops.exits(loop, func):
        if exit.in_handler is None:
            exits.append(exit)
        elif not _is_failure(project, exit.in_handler, func):
            bounded = True  # the end of some input, not a failure
        else:
            counted = counted or any(loops.classify(c, loop, func) == BUDGET for c in exit.conditions)
    if counted and all(not exit.conditions for exit in exits):
        return False  # what does not end in an answer is a failure, and failures are counted
    if not exits or bounded or project.repeats.by_hand(loop, func):
        return False
    for exit in exits:
        if not exit.conditions and not loops.parses_answer(exit, func):
            return False
        kinds = [loops.classify(condition, loop, func) for condition in exit.conditions]
        if any(kind != MODEL for kind in kinds):
            return False
    return not (
        loops.waits(loop, func)
        or loops.charges_budget(loop, func)
        or project.deadlines.bounds_loop(loop, func)
    )


def _is_failure(project: Project, handler: m.Handler, func: Func) -> bool:
    """Whether a handler is about failures (an exit there is no bound), not the end of some input."""
    return project.handlers.is_broad(handler, func) or project.handlers.may_catch_provider(handler, func)


RULE = Rule(
    code="LLM401",
    name="model-controlled-loop",
    summary="Only the model's own words end a loop of LLM calls",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
