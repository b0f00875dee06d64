"""Of which parts a runbook says nothing: the detector of LLM801."""

from __future__ import annotations

from dataclasses import dataclass

from llmlint.audit.incidents import incidents, postmortems
from llmlint.audit.model import Evidence
from llmlint.audit.runbook import Runbook
from llmlint.audit.subject import Subject


@dataclass(frozen=True, slots=True)
class Lacking:
    """A runbook, or that there is none, and the names of the parts that it lacks."""

    page: Evidence | None
    parts: tuple[str, ...]
    total: int


def lacking(subject: Subject) -> Lacking:
    """What is not even begun; what is begun and not specific is only shown by the audit."""
    runbook = subject.once(Runbook)
    begun = {
        topic.name: bool((p := runbook.parts[topic.id]).specific or p.unspecific) for topic in runbook.topics
    }
    begun["incidents and their first steps"] = bool(incidents(runbook))
    begun["postmortem template"] = bool(postmortems(runbook))
    pages = runbook.written or runbook.pages
    page = pages[0].passage.evidence if pages else None
    return Lacking(page, tuple(name for name, there in begun.items() if not there), len(begun))
