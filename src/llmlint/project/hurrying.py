"""Retries of LLM calls that follow each other at once: what LLM305 reports and the audit counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project.retries import RetryUse
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.questions import Questions

FEW = 2
"""Attempts up to which no wait is asked for: a single retry."""


@dataclass(frozen=True, slots=True)
class Hurried:
    """A retry without a wait: of a library (``path``), or a loop written by hand."""

    func: Func
    span: m.Span
    attempts: int
    path: str = ""


def hurried(project: Questions) -> Iterator[Hurried]:
    """Bounded retries that repeat a failed call without a pause, once each."""
    seen: set[m.Span] = set()
    for func in project.functions:
        for use in project.retries.uses(func):
            number, _ = project.attempts.number(use)
            if number is None or number <= FEW or not use.func.mod.production or use.span in seen:
                continue
            if _hurries(project, use):
                seen.add(use.span)
                yield Hurried(use.func, use.span, number, use.table.path)
    for place in project.blocks:
        if isinstance(place.stmt, m.While | m.For):
            retry = project.repeats.bounded(place.stmt, place.func)
            if retry is None or retry.attempts <= FEW:
                continue
            if project.repeats.hurries(place.stmt, retry, place.func):
                yield Hurried(place.func, place.stmt.span, retry.attempts)


def _hurries(project: Questions, use: RetryUse) -> bool:
    """Whether an LLM call is repeated at once when the provider failed."""
    attempts = project.attempts
    if project.retries.endless(use) or not attempts.hurries(use) or not attempts.after_failures(use):
        return False
    if use.repeats is not None:
        return project.reach.escapes(use.repeats) and use.repeats not in attempts.pausing
    calls = [site for site in use.sites if project.reach.at_site(site, escaping=True)]
    return bool(calls) and not any(attempts.pauses(site.call, site.func) for site in use.sites)
