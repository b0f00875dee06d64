"""LLM601: nobody is named as the owner of a file that calls a model."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project

HELP = "Name a team for it in {}, or under `owners` in the configuration of llmlint."
MESSAGE = "this file calls a model, and nobody is named as its owner ({} of {} files have one)"


def check(project: Project) -> Iterator[Finding]:
    """Report files without an owner, one finding each, at the first call of a model."""
    # Not at the top: a rule's module is imported to know its default, and the audit is not for that.
    from llmlint.audit.owners import modules
    from llmlint.audit.subject import Subject

    found = modules(Subject.of(project))
    owned = sum(one.owner is not None for one in found)
    owners = project.repository.owners
    help = HELP.format(f"`{owners.path}`" if owners is not None else "CODEOWNERS or `catalog-info.yaml`")
    for one in found:
        if one.owner is None:
            message = MESSAGE.format(owned, len(found))
            yield project.finding("LLM601", one.call.site.func, one.call.site.call.span, message, help=help)


RULE = Rule(
    code="LLM601",
    name="llm-module-without-owner",
    summary="Nobody is named as the owner of a file that calls a model",
    severity=Severity.ADVICE,
    confidence=Confidence.HIGH,
    check=check,
    default=False,
)
