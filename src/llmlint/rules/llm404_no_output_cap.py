"""LLM404: an LLM call whose answer may be as long as the model likes."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Cap the output tokens at the length the longest useful answer needs, and handle a cut-off one."


def check(project: Project) -> Iterator[Finding]:
    """Report calls, or the clients they go through, that cap no output tokens."""
    for found in project.outputs.uncapped():
        if project.wrong_caps.of(found.call) is not None:
            continue  # a cap is meant: LLM405 says that it is misnamed
        if found.func.mod.production and found.call.site.func.mod.production:
            tail = " caps no output tokens: an answer costs as much as the model writes"
            message = fitting("", found.place, tail)
            yield project.finding("LLM404", found.func, found.place.span, message, help=HELP)


RULE = Rule(
    code="LLM404",
    name="no-output-cap",
    summary="Nothing caps the output tokens of an LLM call",
    severity=Severity.ADVICE,
    confidence=Confidence.HIGH,
    check=check,
    default=False,
)
