"""What to do when something goes wrong, and what is learned from it afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.detectors.runbook_page import NO_RUNBOOK
from llmlint.audit.incidents import incidents
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.pages import Passage
from llmlint.audit.runbook import Runbook, compiled
from llmlint.audit.subject import Subject


def top_incidents(subject: Subject) -> CriterionResult:
    """Headings that say what goes wrong, each with its steps."""
    runbook = subject.once(Runbook)
    words = runbook.table.incidents
    found = incidents(runbook)
    full = [one for one in found if one.steps >= words.steps]
    count = Count(len(full), len(found), f"incidents with {words.steps} steps")
    if len(full) >= words.enough and 2 * len(full) >= len(found):
        return met((one.place for one in full), count=count)
    if full:
        why = "only one has its steps" if len(full) == 1 else "most have no steps"
        return vague((one.place for one in found), why, count)
    if found:
        return vague((one.place for one in found), f"none has {words.steps} steps", count)
    return missing("" if runbook.pages else NO_RUNBOOK)


def postmortem(subject: Subject) -> CriterionResult:
    """A template, or one that was written: both show what is asked."""
    runbook = subject.once(Runbook)
    words = runbook.table.postmortems
    shown: list[Evidence] = []
    for passage in _postmortems(runbook, subject):
        parts = sum(bool(compiled(part).search(passage.text)) for part in words.parts)
        if parts >= words.enough:
            return met([passage.evidence])
        shown.append(passage.evidence)
    if shown:
        return vague(shown, "it does not say what to write down: impact, timeline, cause, actions")
    return missing()


def _postmortems(runbook: Runbook, subject: Subject) -> Iterator[Passage]:
    known = set(runbook.documents.paths)
    # A template for issues is a document too, wherever the host wants it.
    for path in subject.repository.matching(runbook.table.postmortems.files):
        if path in known:
            yield runbook.documents.page(path).passage
    for page in runbook.documents.pages:
        for section in page.sections:
            if section.level and compiled(runbook.table.postmortems.headings).search(section.title):
                yield page.of(section)


DETECTORS = {"runbook.incidents": top_incidents, "runbook.postmortem": postmortem}
