"""What to do when something goes wrong, and what is learned from it afterwards."""

from __future__ import annotations

from llmlint.audit.detectors.runbook_page import NO_RUNBOOK
from llmlint.audit.incidents import in_guides, incidents, postmortems
from llmlint.audit.model import Count, CriterionResult, met, missing, vague
from llmlint.audit.runbook import Runbook
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
    guides = in_guides(runbook)
    if guides:
        return vague(guides, f"it is in a guide, and {NO_RUNBOOK}")
    return missing("" if runbook.pages else NO_RUNBOOK)


def postmortem(subject: Subject) -> CriterionResult:
    """A template, or one that was written: both show what is asked."""
    runbook = subject.once(Runbook)
    words = runbook.table.postmortems
    found = postmortems(runbook)
    full = [one.place for one in found if one.parts >= words.enough]
    if full:
        return met(full)
    if found:
        why = "it does not say what to write down: impact, timeline, cause, actions"
        return vague((one.place for one in found), why)
    return missing()


DETECTORS = {"runbook.incidents": top_incidents, "runbook.postmortem": postmortem}
