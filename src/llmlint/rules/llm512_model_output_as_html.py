"""LLM512: what a model wrote becomes markup."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.dangers import model_findings
from llmlint.project.project import Project
from llmlint.project.shownresults import shown_results
from llmlint.project.wording import fitting, short

HELP = "Escape the answer (`markupsafe.escape`), or clean it with `nh3.clean` before it is marked as safe."


def check(project: Project) -> Iterator[Finding]:
    """Report answers that are put on a page as they are."""
    yield from model_findings(project, "LLM512", frozenset({"html"}), HELP, tools_elsewhere=False)
    for shown in shown_results(project):
        head = f"The answer that `{short(shown.func.qualname, 24)}` returns goes to"
        message = fitting(head, shown.site.call, "", f", which {shown.sink.does}")
        yield project.finding("LLM512", shown.site.func, shown.site.call.span, message, help=HELP)


RULE = Rule(
    code="LLM512",
    name="model-output-as-html",
    summary="A model's answer becomes HTML unescaped",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    check=check,
)
