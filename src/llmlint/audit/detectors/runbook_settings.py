"""Whether somebody who did not write the program can know its settings."""

from __future__ import annotations

from llmlint.audit.model import Count, CriterionResult, met, missing, not_applicable, vague
from llmlint.audit.subject import Subject
from llmlint.audit.undocumented import listed


def settings(subject: Subject) -> CriterionResult:
    """Each is listed: met; half of them or more: vague."""
    found = listed(subject)
    done, total = len(found.documented), len(found.documented) + len(found.undocumented)
    if not total:
        return not_applicable("no setting is seen to be read on the way to a model")
    count = Count(done, total, "settings")
    if done == total:
        return met(found.documented, count=count)
    places = [one.evidence for one in found.undocumented]
    if 2 * done >= total:
        return vague(places, "no document lists the others", count)
    return missing("no document lists most of them", places, count)


DETECTORS = {"runbook.settings": settings}
