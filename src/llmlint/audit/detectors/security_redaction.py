"""Whether personal data is taken out of records before they are written."""

from __future__ import annotations

from llmlint.audit.model import CriterionResult, met, missing, not_applicable, vague
from llmlint.audit.redaction import Redaction
from llmlint.audit.subject import Subject


def redaction(subject: Subject) -> CriterionResult:
    """A filter or processor of the logger, a hook of a reporter; less is a function around single records."""
    found = subject.once(Redaction)
    against = list(subject.of_findings(subject.reported("LLM514")))
    if found.wired and not against:
        return met(found.wired)
    if found.wired:
        return vague([*found.wired, *against], "and what people and models say is logged elsewhere")
    if found.around:
        return vague([*found.around, *against], "before single records, not in the logger's own pipeline")
    if found.loose:
        return vague([*found.loose, *against], "that it stands before the logs is not seen")
    if found.foreign:
        return vague(
            [*found.foreign, *against], "the records of another library go through it, not the program's own"
        )
    if found.marked:
        return vague([*found.marked, *against], "single fields are taken out, not what people and models say")
    if against:
        return missing("what people and models say is logged as it is", against)
    if not found.records and found.printed:
        return missing("what people and models say is printed where requests are served", found.printed)
    return (
        missing(evidence=found.own_loggers)
        if found.records
        else not_applicable("nothing is logged or traced here")
    )


DETECTORS = {"security.redaction": redaction}
