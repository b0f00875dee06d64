"""Whether a caller can tell a failure from an answer."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.project.calls import LlmCall
from llmlint.project.guarded import Target
from llmlint.project.wording import callee

SHOWN = 5
"""So many places are enough to see how failures come out."""


def not_swallowed(subject: Subject) -> CriterionResult:
    """No handler hides a failure of a provider (LLM301), nor passes its text off as an answer (LLM309)."""
    lost = list(subject.reported("LLM301"))
    places = {(finding.location.path, finding.location.line) for finding in lost}
    swallows = [s for s in subject.project.swallows if (s.func.path, s.span.line) in places]
    hit = {call for swallow in swallows if (call := _end(subject, swallow.target)) is not None}
    texts = [one for one in subject.project.error_texts if subject.within(one.func.path)]
    hit |= {call for text in texts if (call := _end(subject, text.target)) is not None}
    of_package = set(subject.sites)
    bad = len(hit & of_package)
    count = Count(len(subject.sites) - bad, len(subject.sites), "call sites")
    found = list(subject.of_findings(lost))
    found += [
        subject.at(t.func, t.handler.span, "the text of the error is returned as the answer") for t in texts
    ]
    if not found:
        return met(_shown(subject), count=count)
    if lost and 2 * bad > len(subject.sites):
        return missing("most failures are lost on the way", found, count)
    return vague(found, "these failures look like answers to the caller", count)


def _end(subject: Subject, target: Target) -> LlmCall | None:
    return subject.project.reach.way(target, escaping=True)[1]


def _shown(subject: Subject) -> list[Evidence]:
    """Handlers that hand failures on; where there are none, calls whose failures come out."""
    return list(_handlers(subject))[:SHOWN] or [
        subject.at(call.site.func, call.site.call.span, f"a failure of `{callee(call.site.call)}` comes out")
        for call in subject.sites[:SHOWN]
    ]


def _handlers(subject: Subject) -> Iterator[Evidence]:
    project = subject.project
    for place in project.blocks:
        stmt = place.stmt
        if isinstance(stmt, m.Try) and subject.within(place.func.path):
            handler = project.guarded.deciding_handler(stmt, place.func)
            if handler is not None and project.guarded.failing_call(stmt) is not None:
                yield subject.at(place.func, handler.span, "a failure is not lost here")


DETECTORS = {"recovery.not_swallowed": not_swallowed}
