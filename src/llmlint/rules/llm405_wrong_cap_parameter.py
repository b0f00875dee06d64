"""LLM405: the output of a model is capped by a parameter that another model or interface has."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting, short

ROOM = 24
"""Characters of an id for which a message has room."""


def check(project: Project) -> Iterator[Finding]:
    """Report calls that are rejected for the name of their cap."""
    for call in project.llm_calls:
        if not call.site.func.mod.production:
            continue
        found = project.wrong_caps.of(call)
        if found is None:
            continue
        wrong, right = found.param.rpartition(".")[2], found.table.right
        on = f" with `{short(found.model, ROOM)}`" if found.model else ""
        message = fitting("", call.site.call, f" takes no `{wrong}`{on}: it {found.table.does}")
        help = f"Rename `{wrong}` to `{right.rpartition('.')[2]}`."
        if "." in right and "." not in found.param:
            help = f"Give `{right.rpartition('.')[2]}` in `{right.partition('.')[0]}=`."
        yield project.finding("LLM405", call.site.func, call.site.call.span, message, help=help)


RULE = Rule(
    code="LLM405",
    name="wrong-cap-parameter",
    summary="The output is capped by a parameter that this model or interface rejects",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
)
