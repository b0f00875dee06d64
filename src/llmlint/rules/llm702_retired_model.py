"""LLM702: a literal model id whose provider no longer serves it, or soon will not."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.modelfindings import model_finding
from llmlint.project.modelnames import Ending, ModelName
from llmlint.project.project import Project
from llmlint.project.wording import short

ROOM = 44
"""Characters of an id for which a message has room."""


def check(project: Project) -> Iterator[Finding]:
    """Report ids that are retired on the day of the run, or within sixty days of it."""
    names = project.model_names
    for name in names.names:
        ending = names.retired(name)
        if ending is not None:
            help = f"See {ending.vendor.retirements} for what {ending.vendor.name} serves today."
            if ending.replacement:
                help = f"{ending.vendor.name} names `{ending.replacement}` as the replacement."
            yield model_finding(project, "LLM702", name, _message(name, ending), help)


def _message(name: ModelName, ending: Ending) -> str:
    model, by = short(name.text, ROOM), ending.replacement
    if ending.over:
        replaced = f", replaced by `{by}`" if by else ", so requests for it fail"
        text = f"`{model}` was retired on {ending.day}{replaced}"
    else:
        replaced = f" and is replaced by `{by}`" if by else ", and requests for it fail from then on"
        text = f"`{model}` retires on {ending.day}{replaced}"
    return text if len(text) <= 100 else text.partition(", ")[0]


RULE = Rule(
    code="LLM702",
    name="retired-model",
    summary="A model id that its provider has retired, or retires within 60 days",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
)
