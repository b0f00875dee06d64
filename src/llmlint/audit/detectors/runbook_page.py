"""The runbook itself: that there is one, that it is of today, that somebody has followed it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from llmlint.audit.age import age
from llmlint.audit.dates import latest
from llmlint.audit.model import CriterionResult, met, missing, not_applicable, vague
from llmlint.audit.pages import Passage
from llmlint.audit.runbook import Runbook, compiled
from llmlint.audit.subject import Subject

NO_RUNBOOK = "there is no runbook"


def exists(subject: Subject) -> CriterionResult:
    """A page that says enough to act on, about the calls to models."""
    runbook = subject.once(Runbook)
    if runbook.written:
        return met(page.passage.evidence for page in runbook.written)
    if runbook.pages:
        shown = [page.passage.evidence for page in runbook.pages]
        if any(not runbook.is_stub(page) for page in runbook.pages):
            return vague(shown, "it does not speak of the model or its provider")
        return vague(shown, "hardly anything is written in it yet")
    if runbook.near:
        return vague((page.passage.evidence for page in runbook.near), "a guide beside which no runbook is")
    return missing()


def current(subject: Subject) -> CriterionResult:
    """Touched, or gone through by its own word, not long before or since the code that calls models was."""
    runbook = subject.once(Runbook)
    if not runbook.written:
        return missing(NO_RUNBOOK)
    found = age(subject)
    if found is None:
        return not_applicable("git's history is not known here, and the runbook does not say of when it is")
    if found.stale:
        return missing(found.why, [found.place])
    return met([found.place], found.why)


def tried(subject: Subject) -> CriterionResult:
    """A line that says who followed it, and when."""
    runbook = subject.once(Runbook)
    if not runbook.pages:
        return missing(NO_RUNBOOK)
    words = runbook.table.pages
    found = list(_said(runbook))
    for passage in found:
        day = latest(passage.text, subject.today)
        if day is not None and re.search(words.person, passage.text):
            if subject.today is None or subject.today - day <= datetime.timedelta(days=words.tried_days):
                return met([passage.evidence], f"on {day.isoformat()}")
    if not found:
        return missing()
    dated = [day for passage in found if (day := latest(passage.text, subject.today)) is not None]
    why = f"the last time was {max(dated).isoformat()}" if dated else "who did it, and when, is not said"
    if dated and subject.today and subject.today - max(dated) <= datetime.timedelta(days=words.tried_days):
        why = "who did it is not said"
    return vague((passage.evidence for passage in found), why)


def _said(runbook: Runbook) -> Iterator[Passage]:
    words = compiled(runbook.table.pages.tried)
    for page in runbook.pages:
        yield from page.headed(words)
        yield from page.saying(words)


DETECTORS = {"runbook.exists": exists, "runbook.current": current, "runbook.tried": tried}
