"""LLM305: retries of an LLM call that follow each other at once."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.retries import RetryUse

HELP = "Wait longer after each failure, with some chance in it, or leave retrying to the SDK, which does so."
FEW = 2
"""Attempts up to which no wait is asked for: a single retry."""


def check(project: Project) -> Iterator[Finding]:
    """Report retries of a library and loops by hand that repeat a failed call without a pause."""
    seen: set[m.Span] = set()
    for func in project.functions:
        for use in project.retries.uses(func):
            number, _ = project.attempts.number(use)
            if number is None or number <= FEW or not use.func.mod.production or use.span in seen:
                continue
            if _hurries(project, use):
                seen.add(use.span)
                message = f"`{use.table.path}` makes {number} attempts without a wait"
                yield project.finding("LLM305", use.func, use.span, _so(message), help=HELP)
    for place in project.blocks:
        if isinstance(place.stmt, m.While | m.For):
            retry = project.repeats.bounded(place.stmt, place.func)
            if retry is None or retry.attempts <= FEW:
                continue
            if project.repeats.hurries(place.stmt, retry, place.func):
                message = f"This loop makes {retry.attempts} attempts without a wait"
                yield project.finding("LLM305", place.func, place.stmt.span, _so(message), help=HELP)


def _so(message: str) -> str:
    return f"{message}, so a busy provider is only hit harder"


def _hurries(project: Project, use: RetryUse) -> bool:
    """Whether an LLM call is repeated at once when the provider failed."""
    attempts = project.attempts
    if project.retries.endless(use) or not attempts.hurries(use) or not attempts.after_failures(use):
        return False
    if use.repeats is not None:
        return project.reach.escapes(use.repeats) and use.repeats not in attempts.pausing
    calls = [site for site in use.sites if project.reach.at_site(site, escaping=True)]
    return bool(calls) and not any(attempts.pauses(site.call, site.func) for site in use.sites)


RULE = Rule(
    code="LLM305",
    name="retry-without-backoff",
    summary="Bounded retries of an LLM call follow each other without a wait",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
