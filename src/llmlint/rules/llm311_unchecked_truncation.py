"""LLM311: an answer that may have been cut off is used as if it were whole."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.endings import Cut
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Look at the finish reason first: ask for more, ask again with a higher cap, or give up."
_DOES = {"parse": "parsed", "store": "kept", "send": "sent on"}


def check(project: Project) -> Iterator[Finding]:
    """Report capped LLM calls whose answer is used as whole though nothing reads why it ended."""
    for cut in project.cuts:
        if cut.call.site.func.mod.production and cut.flow.hit.func.mod.production:
            yield _finding(project, cut)


def _finding(project: Project, cut: Cut) -> Finding:
    site, hit = cut.call.site, cut.flow.hit
    does = _DOES.get(hit.use.kind, "run")
    message = fitting("What", site.call, f" writes may end at its cap, and is {does} as if it were whole")
    end = Step(project.location(hit.func, hit.place.span), f"`{hit.use.name}`: it is {does} here")
    steps = (*hit.mark.steps, end)
    return project.finding("LLM311", site.func, site.call.span, message, help=HELP, steps=steps)


RULE = Rule(
    code="LLM311",
    name="unchecked-truncation",
    summary="A capped answer is parsed, run, stored or sent on, and nothing reads why it ended",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    check=check,
    default=False,
)
