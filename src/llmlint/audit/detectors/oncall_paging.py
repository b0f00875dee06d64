"""Whether an alert reaches somebody who sleeps."""

from __future__ import annotations

from llmlint.audit.model import CriterionResult, met, missing, vague
from llmlint.audit.paging import Paging
from llmlint.audit.subject import Subject


def paging(subject: Subject) -> CriterionResult:
    """Alerts are sent to a tool that pages: met. A tool without alerts, chat, mail, a webhook: vague."""
    found = subject.once(Paging)
    if found.paged:
        return met(found.paged)
    if found.idle:
        return vague(found.idle, "no route leads there")
    named = list(found.named)
    if named:
        return vague(named, "the service is named, and nothing here sends alerts to it")
    if found.told:
        return vague(found.told, "alerts reach chat, mail or a webhook, and as far as is seen wake nobody")
    own = list(found.own)
    return (
        vague(own, "the program alerts in a way of its own, and whom it wakes is not seen")
        if own
        else missing()
    )


DETECTORS = {"oncall.paging": paging}
