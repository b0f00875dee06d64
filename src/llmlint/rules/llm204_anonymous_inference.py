"""LLM204: a handler knows its user, the LLM call it makes does not."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting, short

HELP = "Hand the user's id (or a hash of it) down to the call, or to the trace around it."


def check(project: Project) -> Iterator[Finding]:
    """Report LLM calls made for a user who is known, without saying for whom."""
    for found in project.identities.anonymous():
        site = found.call.site
        where = project.location(found.handler, found.span)
        name = found.handler.name
        if found.user:
            tail, spare = f" names no user: `{short(found.user, 24)}` is known", f" in `{short(name, 20)}`"
        else:
            tail, spare = f" names no user, but `{short(name, 24)}` requires a login", ""
        yield project.finding(
            "LLM204",
            site.func,
            site.call.span,
            fitting("", site.call, tail, spare),
            help=HELP,
            steps=[Step(where, f"`{name}` knows who is asking"), *project.way_steps(found.way, found.call)],
        )


RULE = Rule(
    code="LLM204",
    name="anonymous-inference",
    summary="A request handler knows its user, but the LLM call it makes names none",
    severity=Severity.ADVICE,
    confidence=Confidence.MEDIUM,
    default=False,
    check=check,
)
