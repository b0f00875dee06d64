"""What stands between a model and what its tools do: a person, a list, a type, a limit."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.described import Described
from llmlint.audit.model import (
    Count,
    CriterionResult,
    Evidence,
    met,
    missing,
    not_applicable,
    one_per_line,
    vague,
)
from llmlint.audit.offered import offers
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile
from llmlint.audit.toolchecks import passes_on, restricted
from llmlint.project.scopes import Func
from llmlint.project.wording import callee, short

OPEN = ("LLM501", "LLM502", "LLM505", "LLM506", "LLM510")
"""A model chooses what a tool runs, opens or fetches; a tool acts and nobody is asked."""


SHOWN = 5
"""So many places of a kind are enough to see it."""
ASKED = "a person is asked; that it stands before every tool is not seen"
BESIDE = "something is asked or checked; that it stands before every tool is not seen"


def tools(subject: Subject) -> CriterionResult:
    """A person is asked before what cannot be taken back, or arguments are listed and checked."""
    given = _tools(subject)
    known = [func for func in given if not passes_on(subject.project, func)]
    against = list(subject.of_findings(subject.reported(*OPEN)))
    if not known:
        around = [
            subject.at(func, func.facts.span, f"`{short(func.qualname, 40)}` is around a tool")
            for func in given
        ]
        return _offered(subject, around, against)
    asked = list(_asked(subject, known))
    limits = list(_limits(subject))[:SHOWN]
    ways = [way for func in known if (way := restricted(subject.project, func)) is not None]
    count = Count(len(ways), len(known), "tools")
    evidence = one_per_line([*asked, *limits, *(way.place for way in ways)])
    beside = subject.once(Described).limits(asked_only=True)[:SHOWN]
    if against:
        why = "a model chooses what is run, opened or sent, and nobody is asked"
        if beside:
            return vague(one_per_line([*beside, *evidence, *against]), ASKED, count)
        if asked or limits or any(way.checked for way in ways):
            return vague([*evidence, *against], why, count)
        return missing(why, against, count)
    if asked or limits or len(ways) == len(known):
        return met(evidence, count=count)
    if ways:
        return vague(evidence, "nothing restricts what the model gives the others", count)
    if beside:
        return vague(beside, ASKED, count)
    free = (subject.at(func, func.facts.span, f"tool `{short(func.qualname, 40)}`") for func in known)
    return missing("nothing restricts what the model gives its tools", free, count)


def _offered(subject: Subject, around: list[Evidence], against: list[Evidence]) -> CriterionResult:
    """No function is known as a tool, at most what is around some: what else a model can have done."""
    found = offers(subject)
    if not found:
        return _described(subject, around, against)
    limits = [*(one.limit for one in found if one.limit is not None), *_limits(subject)]
    if limits:
        why = "a list or a check stands before some of it; nobody is asked, and the rest is free"
        return vague(one_per_line([*limits, *against]), why)
    why = "a model chooses what is done, and nothing restricts it"
    return missing(why, one_per_line([*(one.place for one in found), *against]))


def _described(subject: Subject, around: list[Evidence], against: list[Evidence]) -> CriterionResult:
    """Nothing is seen that is run for a model; that tools are described to one says that something is."""
    places = [*around, *subject.once(Described).places()]
    if not places:
        return not_applicable("no tool is given to a model here")
    limits = [*subject.once(Described).limits(), *_limits(subject)]
    if limits:
        return vague(one_per_line([*limits[:SHOWN], *places[:SHOWN], *against]), BESIDE)
    return missing("tools are described to a model, and what runs them is not followed", (*places, *against))


def _tools(subject: Subject) -> list[Func]:
    return [f for f in subject.project.tools.functions() if f.mod.production and subject.within(f.path)]


def _asked(subject: Subject, known: list[Func]) -> Iterator[Evidence]:
    """Agents that ask before they run tools, and tools that ask themselves."""
    for site in subject.project.gates.of_agents:
        if subject.within(site.func.path):
            yield subject.at(site.func, site.call.span, f"`{callee(site.call)}` asks before tools run")
    for func in known:
        if func in subject.project.acts.all and subject.project.gates.asks(func):
            name = short(func.qualname, 40)
            yield subject.at(func, func.facts.span, f"`{name}` asks a person before it acts")


def _limits(subject: Subject) -> Iterator[Evidence]:
    table = read("security", SecurityFile)
    for tool in table.tool:
        if tool.kind == "limit":
            for use in subject.uses(*tool.calls):
                if use.func.mod.production:
                    yield Evidence(use.func.path, use.span.line, f"{tool.name}: `{use.name}`")
    for func in subject.project.functions:
        if subject.within(func.path):
            for site in subject.project.graph.sites[func]:
                for arg in site.call.args:
                    if arg.keyword in table.words.tool_limits:
                        yield subject.at(func, site.call.span, f"`{arg.keyword}` of `{callee(site.call)}`")


DETECTORS = {"security.tools": tools}
