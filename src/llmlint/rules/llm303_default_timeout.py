"""LLM303: an LLM client left at a default deadline of many minutes."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.catalogue import schema as s
from llmlint.facts import model as m
from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.constructions import Construction
from llmlint.project.deadlines import describe, parameter
from llmlint.project.project import Project
from llmlint.project.scopes import Func
from llmlint.project.wording import fitting

HELP = "Pass {parameter}, fitting what a user waits for, and set the number of retries."
LONG = 60.0
"""Seconds from which on a default is too long to rely on."""


def check(project: Project) -> Iterator[Finding]:
    """Report constructions and module-level calls that keep a long default."""
    deadlines = project.deadlines
    for made in project.constructions:
        entry = made.client.entry
        if entry.default_timeout is None or entry.default_timeout <= LONG or entry.no_deadline:
            continue
        if not made.site.func.mod.production or entry.wraps or made.only_asides:
            continue
        setting = deadlines.constructor(made.client)
        by_default = setting.state == "absent" or (
            setting.state == "none" and entry.timeout_none == "default"
        )
        if by_default and _some_call_keeps_it(project, made):
            attempts = deadlines.attempts(
                made.site.call, made.site.func, entry.retries, entry.default_retries
            )
            if not entry.timeout_retried:
                attempts = 1
            yield _finding(project, made.site.func, made.site.call, entry, attempts)
    for call in project.llm_calls:
        entry_ = call.entry
        if call.client is not None or call.http is not None or not call.site.func.mod.production:
            continue
        if entry_.default_timeout is None or entry_.default_timeout <= LONG:
            continue
        if deadlines.at_call(call).state == "absent":
            site = call.site
            attempts = deadlines.attempts(site.call, site.func, entry_.retries, entry_.default_retries)
            yield _finding(project, site.func, site.call, entry_, attempts)


def _some_call_keeps_it(project: Project, made: Construction) -> bool:
    """Whether a call without a deadline of its own is seen, or none is seen at all."""
    states = [project.deadlines.at_call(call).state for call in made.calls]
    return not states or "absent" in states


def _finding(
    project: Project, func: Func, call: m.Call, entry: s.Client | s.Call, attempts: int | None
) -> Finding:
    seconds = entry.default_timeout or 0.0
    if attempts is None or attempts <= 1:
        worst = f"{describe(seconds)} ({seconds:g} s)" if seconds >= 120 else describe(seconds)
    else:
        worst = f"{describe(seconds * attempts)} ({attempts} × {seconds:g} s)"
    message = fitting("", call, f" by default lets a stalled call block for up to {worst}")
    help_line = HELP.format(parameter=parameter(entry.timeout))
    return project.finding("LLM303", func, call.span, message, help=help_line)


RULE = Rule(
    code="LLM303",
    name="default-timeout",
    summary="An LLM client keeps a default deadline of many minutes",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    check=check,
)
