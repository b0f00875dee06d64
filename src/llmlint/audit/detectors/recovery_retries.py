"""How often a failed call is tried again: bounded, with pauses, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.ownretries import OwnRetries
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.hurrying import hurried
from llmlint.project.kinds import Site
from llmlint.project.retries import RetryUse
from llmlint.project.scopes import Func
from llmlint.project.stacking import MANY, product

LEVELS = 2
"""So many callers away a retry still belongs to the call."""
_SAID = ("given", "unknown")


@dataclass(frozen=True, slots=True)
class _Tried:
    """How one call is tried again. ``written``: the code says so, not a default of the SDK."""

    place: Evidence
    written: bool


def retries(subject: Subject) -> CriterionResult:
    """Bounded retries with backoff, of the SDK, a library or by hand (LLM304 to LLM306)."""
    used = _used(subject)
    tried = [found for call in used if (found := _tried(subject, call)) is not None]
    count = Count(len(tried), len(used), "call sites")
    wrong = list(dict.fromkeys(_wrong(subject)))
    written = list(dict.fromkeys(one.place for one in tried if one.written))
    if wrong:
        return vague([*wrong, *written], "some retries have no bound or no pause, or multiply", count)
    if written:
        if len(tried) == len(used):
            return met(written, count=count)
        return vague(written, "the other calls are tried once", count)
    if tried:
        defaults = list(dict.fromkeys(one.place for one in tried))
        return vague(defaults, "only the SDK's defaults say how often", count)
    named = list(_named(subject))
    if named:
        return vague(named, "the name says that it tries again; how often is not seen", count)
    return missing("nothing is seen that tries a failed call again", count=count)


def _tried(subject: Subject, call: LlmCall) -> _Tried | None:
    stack = [layer for layer in subject.project.stacks.of(call) if layer.attempts > 1]
    if stack:
        layer = next((one for one in stack if one.written), stack[0])
        by = "" if layer.written else " by the SDK's default"
        return _Tried(subject.at(layer.func, layer.span, f"{layer.attempts} attempts{by}"), layer.written)
    for use in _around(subject, call.site.func, 0):
        number, _ = subject.project.attempts.number(use)
        many = f"{number} attempts" if number is not None else "attempts"
        return _Tried(subject.at(use.func, use.span, f"{many} by `{use.table.path}`"), True)
    own = subject.once(OwnRetries).around(call)
    if own is not None:
        return _Tried(own.place, True)
    # A number that is read from settings is a bound, though nobody sees which.
    client = call.client
    places = [(call.entry.retries, Site(call.site.func, call.site.call))]
    if client is not None:
        places += [(derive.retries, site) for derive, site in client.changes]
        places += [(one.entry.retries, one.site) for one in (client, *client.inner) if one.site is not None]
    for where, site in places:
        if where and walk.argument(site.call, where) is None:
            continue  # mappings of arguments may hold anything
        said = subject.project.deadlines.setting(site.call, site.func, (where,)) if where else None
        if said is not None and said.state in _SAID and (said.value is None or said.value > 0):
            name = where.rsplit("|", 1)[-1]
            return _Tried(subject.at(site.func, site.call.span, f"`{name}` is given"), True)
    return None


def _used(subject: Subject) -> list[LlmCall]:
    """The calls without those of functions that nobody calls or names; all, where that leaves none."""
    alone = {
        call.site.func
        for call in subject.sites
        if call.site.func.facts.kind == "function"
        and call.site.func.cls is None
        and call.site.func.parent is call.site.func.mod.body
        and not call.site.func.facts.decorators
        and not subject.project.graph.callers.get(call.site.func)
    }
    names = _named_anywhere(subject) if alone else set()
    return [c for c in subject.sites if c.site.func not in alone or c.site.func.name in names] or list(
        subject.sites
    )


def _named_anywhere(subject: Subject) -> set[str]:
    """Every variable, attribute and text: a function may be handed on, exported or looked up by it."""
    found: set[str] = set()
    for func in subject.project.functions:
        for node in func.nodes:
            match node:
                case m.Name(id=name) | m.Attr(name=name) | m.Text(value=name):
                    found.add(name)
    return found


def _around(subject: Subject, func: Func, level: int) -> Iterator[RetryUse]:
    """Retries of libraries on a function and its callers, also where only some failures come out."""
    for use in subject.project.retries.uses(func):
        if use.repeats is func and not subject.project.retries.endless(use):
            yield use
    for edge in subject.project.graph.callers.get(func, ()) if level < LEVELS else ():
        if edge.site.func is not func:
            yield from _around(subject, edge.site.func, level + 1)


def _named(subject: Subject) -> Iterator[Evidence]:
    """Functions on the way to a model that say by their name that they try again."""
    for func in subject.project.functions:
        says = any(word in func.name.lower() for word in ("retry", "retries", "backoff"))
        if says and func.facts.kind == "function" and subject.within(func.path):
            if subject.project.reach.reaches(func):
                yield subject.at(func, func.facts.span, f"`{func.name}`")


def _wrong(subject: Subject) -> Iterator[Evidence]:
    yield from subject.of_findings(subject.reported("LLM304"))
    for one in hurried(subject.project):
        if subject.within(one.func.path):
            yield subject.at(one.func, one.span, f"{one.attempts} attempts without a wait")
    for call in subject.sites:
        stack = tuple(layer for layer in subject.project.stacks.of(call) if layer.attempts > 1)
        if len(stack) > 1 and product(stack) >= MANY and any(layer.written for layer in stack):
            sum_ = " × ".join(str(layer.attempts) for layer in stack)
            yield subject.at(stack[0].func, stack[0].span, f"{sum_} requests for one failing call")


DETECTORS = {"recovery.retries": retries}
