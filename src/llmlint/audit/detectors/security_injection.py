"""Whether what a model writes, or a user sends, ends where it can do harm."""

from __future__ import annotations

from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.subject import Subject
from llmlint.audit.unfollowed import Unfollowed
from llmlint.model.finding import Finding
from llmlint.project.wording import callee, short

SURE = ("LLM501", "LLM502", "LLM503", "LLM507", "LLM511", "LLM512")
POSSIBLE = ("LLM504", "LLM505", "LLM506")
"""Rules that are off by default: whether the way is open depends on what is at its end."""


RUNNERS = ("LLM509",)
"""Rules some of whose findings are objects that run what a model writes."""


NOTHING_FOUND = (
    "no way was found on which a model's words choose a command, a query, a file, a URL or a page's markup"
)
"""They may be one argument of a fixed command: a message of a commit is no way."""


def injection(subject: Subject) -> CriterionResult:
    """No finding of the rules that follow a model's words, and no place left that they could not follow."""
    sure = (*subject.reported(*SURE), *_runners(subject))
    possible = subject.reported(*POSSIBLE)
    if sure:
        return missing("a way is open", subject.of_findings((*sure, *possible)))
    if possible:
        return vague(subject.of_findings(possible), "a model chooses what is queried, opened or fetched")
    unfollowed = subject.once(Unfollowed).places()
    if unfollowed:
        return vague(unfollowed, "whether a model's text gets here is not seen")
    return met(_followed(subject), NOTHING_FOUND)


def _runners(subject: Subject) -> list[Finding]:
    """Findings of libraries that run a model's words, where no other rule can follow them."""
    found = subject.reported(*RUNNERS)
    project = subject.project
    places = {
        (one.func.path, one.span.line)
        for func in (project.functions if found else ())
        for one in project.capabilities.dangerous(func)
        if one.switch.runs_answer
    }
    return [one for one in found if (one.location.path, one.location.line) in places]


def _followed(subject: Subject) -> list[Evidence]:
    """Where the words come from that were followed: what tools are given, what models answer."""
    tools = [
        subject.at(func, func.facts.span, f"what tool `{short(func.qualname, 40)}` is given")
        for func in subject.project.tools.functions()
        if func.mod.production and subject.within(func.path)
    ]
    answers = [
        subject.at(one.site.func, one.site.call.span, f"what `{callee(one.site.call)}` answers")
        for one in subject.sites
    ]
    return [*tools, *answers]


DETECTORS = {"security.injection": injection}
