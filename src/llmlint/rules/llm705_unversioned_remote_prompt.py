"""LLM705: a prompt that is kept elsewhere comes in whichever version is the newest."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.wording import fitting, short

HELP = "Name a version or commit, or a label that somebody promotes, such as `production`."


def check(project: Project) -> Iterator[Finding]:
    """Report fetched prompts that nothing pins."""
    for func in project.functions:
        for found in project.remote_prompts.unpinned(func):
            prompt = f"prompt `{short(found.prompt, 20)}`" if found.prompt else "its prompt"
            tail = f" takes {prompt} unpinned: whoever edits it deploys it"
            message = fitting("", found.site.call, tail)
            yield project.finding("LLM705", func, found.site.call.span, message, help=HELP)


RULE = Rule(
    code="LLM705",
    name="unversioned-remote-prompt",
    summary="A prompt kept elsewhere is used in whichever version is the newest",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    check=check,
)
