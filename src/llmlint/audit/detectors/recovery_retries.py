"""How often a failed call is tried again: bounded, with pauses, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.model import CriterionResult, Evidence, met, missing, one_per_line, vague
from llmlint.audit.ownretries import OwnRetries
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.deadlines import Setting
from llmlint.project.hurrying import Hurried, hurried
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
    waits: bool = True
    """Whether there is a pause between the attempts."""


def retries(subject: Subject) -> CriterionResult:
    """Bounded retries with backoff, of the SDK, a library or by hand (LLM304 to LLM306)."""
    used = _used(subject)
    by_call = {call: found for call in used if (found := _tried(subject, call)) is not None}
    tried = list(by_call.values())
    count = subject.counted(by_call.keys(), used)
    wrong = list(dict.fromkeys(_wrong(subject)))
    written = list(one_per_line(one.place for one in tried if one.written))
    if wrong:
        return vague([*wrong, *written], "some retries have no bound or no pause, or multiply", count)
    at_once = list(one_per_line(one.place for one in tried if one.written and not one.waits))
    if at_once:
        some = "" if all(one in at_once for one in written) else "some of "
        why = f"{some}these retries are bounded and make the next attempt at once"
        return vague([*at_once, *written], why, count)
    if written:
        if len(tried) == len(used):
            return met(written, count=count)
        return vague(written, "nothing is seen that tries the other calls again", count)
    if tried:
        defaults = list(dict.fromkeys(one.place for one in tried))
        return vague(defaults, "only the SDK's defaults say how often", count)
    off = list(_off(subject))
    if off:
        return vague(off, "how often is a setting, and it is 0 unless somebody sets it", count)
    named = list(_named(subject))
    if named:
        return vague(named, "the name says that it tries again; how often is not seen", count)
    return missing("nothing is seen that tries a failed call again", count=count)


def _tried(subject: Subject, call: LlmCall) -> _Tried | None:
    stack = [layer for layer in subject.project.stacks.of(call) if layer.attempts > 1]
    at_once = subject.once(_at_once)
    written = [layer for layer in stack if layer.written]
    if written:
        layer = max(written, key=lambda one: (one.func, one.span) not in at_once)
        place = subject.at(layer.func, layer.span, f"{layer.attempts} attempts")
        return _Tried(place, True, (layer.func, layer.span) not in at_once)
    for use in _around(subject, call.site.func, 0):
        number, _ = subject.project.attempts.number(use)
        many = f"{number} attempts" if number is not None else "attempts"
        place = subject.at(use.func, use.span, f"{many} by `{use.table.path}`")
        return _Tried(place, True, (use.func, use.span) not in at_once)
    own = subject.once(OwnRetries).around(call)
    if own is not None:
        return _Tried(own.place, True, own.waits)
    if stack:
        layer = stack[0]
        place = subject.at(layer.func, layer.span, f"{layer.attempts} attempts by the SDK's default")
        return _Tried(place, False)
    return _told(subject, call)


def _told(subject: Subject, call: LlmCall) -> _Tried | None:
    """A number that is read from settings: a bound, though nobody sees which."""
    for name, site, said in _given(subject, call):
        if said.value is None or said.value > 0:
            return _Tried(subject.at(site.func, site.call.span, f"`{name}` is given"), True)
    return None


def _off(subject: Subject) -> Iterator[Evidence]:
    """Calls that are told a number which is 0 by default, and which somebody may set."""
    for call in subject.sites:
        for name, site, said in _given(subject, call):
            given = walk.argument(site.call, name)
            if said.value == 0 and not isinstance(given, m.Const):
                yield subject.at(site.func, site.call.span, f"`{name}` is given")


def _given(subject: Subject, call: LlmCall) -> Iterator[tuple[str, Site, Setting]]:
    """What the call and its client are told of attempts, by keyword."""
    client = call.client
    places = [(call.entry.retries, Site(call.site.func, call.site.call))]
    if client is not None:
        places += [(derive.retries, site) for derive, site in client.changes]
        places += [(one.entry.retries, one.site) for one in (client, *client.inner) if one.site is not None]
    for where, site in places:
        for name in where.split("|") if where else ():
            if walk.argument(site.call, name) is not None:  # mappings of arguments may hold anything
                said = subject.project.deadlines.setting(site.call, site.func, (name,))
                if said.state in _SAID:
                    yield name, site, said


def _at_once(subject: Subject) -> set[tuple[Func, m.Span]]:
    """Retries that certainly make the next attempt without a pause, by where they are written."""
    project = subject.project
    found = set()
    for func in project.functions:
        for use in project.retries.uses(func):
            if project.attempts.hurries(use) and use.repeats not in project.attempts.pausing:
                if not any(project.attempts.pauses(site.call, site.func) for site in use.sites):
                    found.add((use.func, use.span))
    for place in project.blocks:
        if isinstance(place.stmt, m.While | m.For):
            retry = project.repeats.bounded(place.stmt, place.func)
            if retry is not None and project.repeats.hurries(place.stmt, retry, place.func):
                found.add((place.func, place.stmt.span))
    return found


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
        if subject.within(one.func.path) and not _asks_otherwise(subject, one):
            yield subject.at(one.func, one.span, f"{one.attempts} attempts without a wait")
    for call in subject.sites:
        stack = tuple(layer for layer in subject.project.stacks.of(call) if layer.attempts > 1)
        if len(stack) > 1 and product(stack) >= MANY and any(layer.written for layer in stack):
            sum_ = " × ".join(str(layer.attempts) for layer in stack)
            yield subject.at(stack[0].func, stack[0].span, f"{sum_} requests for one failing call")


def _asks_otherwise(subject: Subject, one: Hurried) -> bool:
    """Whether each round of a loop asks with something that the loop has made anew: no pause would help."""
    loop = next((stmt for stmt in one.func.statements if getattr(stmt, "span", None) == one.span), None)
    if not isinstance(loop, m.While | m.For):
        return False
    made = {
        target.id
        for stmt in walk.statements(loop.body)
        if isinstance(stmt, m.Assign)
        for target in stmt.targets
        if isinstance(target, m.Name)
    }
    project = subject.project
    return any(
        made & walk.names_in(arg.value)
        for site in project.graph.sites[one.func]
        if loop in site.loops() and project.reach.at_site(site, escaping=True)
        for arg in site.call.args
    )


DETECTORS = {"recovery.retries": retries}
