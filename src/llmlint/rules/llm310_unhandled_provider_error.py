"""LLM310: a provider's failure that leaves an entry point with nobody to see to it."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Catch the SDK's errors here, or install one handler for the application, and say what failed."


def check(project: Project) -> Iterator[Finding]:
    """Report the call in an entry point on whose way to the model nothing handles failures."""
    for found in project.exposure.entries():
        if found.func.mod.production:
            call = found.start.site.call
            fails = "ends in a traceback" if found.kind == "command" else "fails unseen"
            tail = f" {fails}: nothing from this {found.kind} to the model handles its errors"
            edges, end = project.exposure.way(found)
            yield project.finding(
                "LLM310",
                found.func,
                call.span,
                fitting("", call, tail),
                help=HELP,
                steps=project.way_steps(edges, end) if edges else (),
            )


RULE = Rule(
    code="LLM310",
    name="unhandled-provider-error",
    summary="Nothing between an entry point and the LLM call handles a provider's failure",
    severity=Severity.ADVICE,
    confidence=Confidence.LOW,
    check=check,
    default=False,
)
