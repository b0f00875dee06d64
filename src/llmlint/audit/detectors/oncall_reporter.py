"""Whether failures of models are heard of: the project has a reporter, and handlers tell it."""

from __future__ import annotations

from llmlint.audit.model import CriterionResult, met, missing, vague
from llmlint.audit.subject import Subject


def reporter(subject: Subject) -> CriterionResult:
    """A reporter that hears of every handled failure: met; of some, or only traces and metrics: vague."""
    uses = [use for use in subject.telemetry if use.table.kind == "reporter"]
    if not uses:
        noted = [use for use in subject.telemetry if use.table.kind == "failure"]
        places = [subject.at(use.func, use.span, f"`{use.what}`") for use in noted]
        return vague(places, "failures are only noted, and nobody is told") if places else missing()
    shown = [subject.at(use.func, use.span, f"{use.table.name}: `{use.what}`") for use in uses]
    silent = [one for one in subject.project.alerts.unreported(lost=True) if subject.within(one.func.path)]
    if not silent:
        return met(shown)
    places = [subject.at(one.func, one.handler.span, "a failed call ends here") for one in silent]
    return vague([*shown[:1], *places], f"{uses[0].table.name} never hears of what ends in some handlers")


DETECTORS = {"oncall.reporter": reporter}
