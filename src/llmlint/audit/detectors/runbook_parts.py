"""What a runbook has to say: one criterion for each of its parts."""

from __future__ import annotations

import functools

from llmlint.audit.detectors.runbook_page import NO_RUNBOOK
from llmlint.audit.model import CriterionResult, met, missing, vague
from llmlint.audit.runbook import Runbook
from llmlint.audit.subject import Detector, Subject
from llmlint.audit.tables.runbook import Topic


def _part(topic: Topic, subject: Subject) -> CriterionResult:
    """Specific in the runbook or what it links: met; not specific, or in another document: vague."""
    runbook = subject.once(Runbook)
    part = runbook.parts[topic.id]
    if part.specific:
        return met(part.specific)
    if part.unspecific:
        return vague(part.unspecific, topic.lacks)
    if part.elsewhere:
        where = "the runbook does not lead there" if runbook.pages else NO_RUNBOOK
        return vague(part.elsewhere, f"it is in another document, and {where}")
    if part.guides:
        return vague(part.guides, f"it is in a guide, and {NO_RUNBOOK}")
    return missing("" if runbook.pages else NO_RUNBOOK)


def _detectors() -> dict[str, Detector]:
    from llmlint.audit.catalogue import read
    from llmlint.audit.tables.runbook import RunbookFile

    return {topic.id: functools.partial(_part, topic) for topic in read("runbook", RunbookFile).topic}


DETECTORS = _detectors()
