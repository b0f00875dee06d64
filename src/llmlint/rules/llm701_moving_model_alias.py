"""LLM701: a model id whose meaning the provider changes."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.modelfindings import model_finding
from llmlint.project.project import Project
from llmlint.project.wording import short

HELP = "Name the version you have tested, and read it from configuration."
ROOM = 44
"""Characters of an id for which a message has room."""


def check(project: Project) -> Iterator[Finding]:
    """Report ids that say "latest"; with ``dated-models``, every alias of a dated id as well."""
    names = project.model_names
    for name in names.names:
        dated = names.snapshot(name)
        if names.retired(name) is not None or not (
            names.moving(name) or (project.options.dated_models and dated)
        ):
            continue
        message = f"`{short(name.text, ROOM)}` is an alias that moves: its model changes without a release"
        help = (
            f"The newest dated id behind it is `{dated}`; name it and test before moving on."
            if dated
            else HELP
        )
        yield model_finding(project, "LLM701", name, message, help)


RULE = Rule(
    code="LLM701",
    name="moving-model-alias",
    summary="A model id behind which the provider changes the model",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    check=check,
)
