"""How many of the places that call a model some eval or test runs."""

from __future__ import annotations

from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.reached import reached
from llmlint.audit.subject import Subject
from llmlint.project.wording import callee


def reach(subject: Subject) -> CriterionResult:
    """All are run: met; half of them or more: vague; the rest is where a person would begin."""
    found = subject.once(reached)
    done, total = len(found.reached), len(found.reached) + len(found.unreached)
    count = Count(done, total, "call sites")
    evidence = [
        Evidence(call.site.func.path, call.site.call.span.line, f"`{callee(call.site.call)}` is run by none")
        for call in found.unreached
    ]
    if not evidence:
        runners = (subject.at(func, func.facts.span, f"`{func.qualname}` runs it") for func in found.runners)
        return met(runners, count=count) if found.runners else met(_sites(subject), "an eval names it", count)
    if 2 * done >= total:
        return vague(evidence, "no eval or test runs the others", count)
    return missing("no eval or test runs most of them", evidence, count)


def _sites(subject: Subject) -> list[Evidence]:
    return [
        Evidence(call.site.func.path, call.site.call.span.line, "named in an eval") for call in subject.sites
    ]


DETECTORS = {"evals.reach": reach}
