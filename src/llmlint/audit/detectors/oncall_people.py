"""Who is on call, and who is next: links and pages that say it, or infrastructure that decides it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace

from llmlint.audit.dates import days, latest
from llmlint.audit.model import CriterionResult, met, missing, vague
from llmlint.audit.pages import Documents, Page, Passage
from llmlint.audit.paging import Paging
from llmlint.audit.runbook import Runbook, compiled
from llmlint.audit.subject import Subject

NAMED = 2
"""A schedule names so many days."""


def escalation(subject: Subject) -> CriterionResult:
    """Who comes next, and when: in words, behind a link, or as code."""
    found = subject.once(Paging)
    resources = list(found.resources("escalations"))
    if resources:
        return met(resources)
    parts = [part for pager in found.table.pager for part in pager.escalation_links]
    words = found.table.escalation
    passages = list(_escalations(subject))
    linked = [p for p in passages if _links(p, parts)]
    full = [p for p in passages if _says(words.who, p, exact=True) and _says(words.when, p)]
    if linked or full:
        return met(passage.evidence for passage in (*linked, *full))
    if not passages:
        return missing()
    who = any(_says(words.who, passage, exact=True) for passage in passages)
    why = "after how long is not said" if who else "who comes next is not said"
    return vague((passage.evidence for passage in passages), why)


def _escalations(subject: Subject) -> Iterator[Passage]:
    """Passages about escalation, where it is one of people on call."""
    words = subject.once(Paging).table.escalation
    context = compiled(words.context)
    runbooks = {page.path for page in subject.once(Runbook).pages}
    for page in subject.once(Documents).pages:
        headed = list(page.headed(compiled(words.headings)))
        covered = {block.line for passage in headed for block in passage.blocks}
        for passage in (*headed, *(p for p in page.saying(compiled(words.says)) if p.line not in covered)):
            if page.path in runbooks or context.search(passage.text):
                yield passage


def rotation(subject: Subject) -> CriterionResult:
    """A link to the rotation with the day of a look at it, a table of weeks, or a schedule as code."""
    found = subject.once(Paging)
    resources = list(found.resources("schedules"))
    if resources:
        return met(resources)
    parts = [part for pager in found.table.pager for part in pager.rotation_links]
    linked = list(_linked(subject, parts))
    fresh = [p for p in linked if _is_fresh(p, subject)]
    said = list(_rotations(subject))
    tables = [p for p in said if len(set(days(p.text))) >= NAMED and _is_fresh(p, subject, ahead=True)]
    if fresh or tables:
        return met(passage.evidence for passage in (fresh or tables))
    if linked:
        day = max((d for p in linked if (d := latest(p.text, subject.today)) is not None), default=None)
        why = f"it was last looked at on {day.isoformat()}" if day else "when it was looked at is not said"
        return vague((passage.evidence for passage in linked), why)
    if said:
        return vague((passage.evidence for passage in said), "it is neither linked nor dated")
    return missing()


def _linked(subject: Subject, parts: list[str]) -> Iterator[Passage]:
    """What is said where the rotation is linked, and right after it."""
    for page in subject.once(Documents).pages:
        for number, block in enumerate(page.blocks):
            passage = page.around(number, 2)
            if _links(replace(passage, blocks=(block,)), parts):
                yield passage


def _rotations(subject: Subject) -> Iterator[Passage]:
    words = subject.once(Paging).table.rotation
    for page in subject.once(Documents).pages:
        sections = [p for p in page.headed(compiled(words.headings)) if p.blocks and not _is_title(p, page)]
        yield from sections
        covered = {block.line for passage in sections for block in passage.blocks}
        for passage in page.saying(compiled(words.says)):
            if passage.line not in covered:
                yield passage


def _is_title(passage: Passage, page: Page) -> bool:
    """A page about being on call is not the rotation itself."""
    return passage.line == page.passage.line and bool(passage.inner)


def _links(passage: Passage, parts: list[str]) -> bool:
    return any(part in link.target for link in passage.targets for part in parts)


def _says(expression: str, passage: Passage, exact: bool = False) -> bool:
    flags = re.RegexFlag(0) if exact else re.IGNORECASE
    return any(re.search(expression, block.text, flags) for block in passage.blocks)


def _is_fresh(passage: Passage, subject: Subject, ahead: bool = False) -> bool:
    if subject.today is None:
        return any(days(passage.text))
    least = subject.today - datetime.timedelta(days=subject.once(Paging).table.rotation.days)
    return any(least <= day and (ahead or day <= subject.today) for day in days(passage.text))


DETECTORS = {"oncall.escalation": escalation, "oncall.rotation": rotation}
