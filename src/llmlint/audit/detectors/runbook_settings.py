"""Whether somebody who did not write the program can know its settings."""

from __future__ import annotations

from llmlint.audit.model import Count, CriterionResult, met, missing, not_applicable, vague
from llmlint.audit.settingsfiles import listing, loaded
from llmlint.audit.subject import Subject
from llmlint.audit.undocumented import Listed, listed

_PARTLY = 3
"""One of so many is listed: somebody has begun to."""


def settings(subject: Subject) -> CriterionResult:
    """Each is listed: met; a third of them, or those of a file that is read as well: vague."""
    found = listed(subject)
    done = len(found.documented) + len(found.by_key)
    total = done + len(found.undocumented)
    if not total:
        return _unnamed(subject, found)
    count = Count(done, total, "settings")
    if done == total and found.unnamed:
        return vague(found.unnamed, "the names of others are made at run time", count)
    if done == total and found.by_key:
        why = "some are listed as keys of a file, and the names of their variables are not"
        return vague(found.by_key, why, count)
    if done == total:
        return met(found.documented, count=count)
    places = [one.evidence for one in found.undocumented]
    if _PARTLY * done >= total:
        return vague(places, "no document lists the others", count)
    files = listing(subject)
    if files:
        why = "a file lists settings too, and which of them reach a model is not seen"
        return vague([*files, *places], why, count)
    return missing("no document lists most of them", places, count)


def _unnamed(subject: Subject, found: Listed) -> CriterionResult:
    """No name of a setting is seen. That is not to say that there is none."""
    if found.unnamed:
        return vague(found.unnamed, "the names of the settings are made at run time")
    files = loaded(subject) or listing(subject)
    if files:
        return vague(files, "settings come from a file; which of them reach a model is not seen")
    return not_applicable("no setting is seen to be read on the way to a model")


DETECTORS = {"runbook.settings": settings}
