"""LLM706: a model id is written into the call that uses it."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Read the model from settings or a parameter, with this id as the default."


def check(project: Project) -> Iterator[Finding]:
    """Report literal models in calls, unless something worse is said of them."""
    names = project.model_names
    for name in names.names:
        taker = next((t for t in name.takers if t.given is name.literal and t.generates), None)
        if taker is None or not name.in_call or names.retired(name) is not None or names.moving(name):
            continue
        if project.options.dated_models and names.snapshot(name):
            continue
        tail = " names its model itself: another model takes a release"
        message = fitting("", taker.site.call, tail)
        yield project.finding("LLM706", name.func, name.literal.span, message, help=HELP)


RULE = Rule(
    code="LLM706",
    name="hardcoded-model",
    summary="A model id is written into the call that uses it",
    severity=Severity.ADVICE,
    confidence=Confidence.HIGH,
    check=check,
    default=False,
)
