"""What ends a loop of answers: a counter, a limit of the framework, or only the model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.counted import Counted
from llmlint.audit.extents import Extents
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.ownretries import skips_when_used_up
from llmlint.audit.saying import words_of
from llmlint.audit.standstill import stands_still
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.audit.unsetlimits import UnsetLimits
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import Edge
from llmlint.project.loops import BUDGET
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.wording import callee, short


def loops(subject: Subject) -> CriterionResult:
    """Loops around models that something other than the model ends."""
    against = [*subject.of_findings(subject.reported("LLM401", "LLM402")), *_open(subject)]
    growing = [
        subject.at(found.func, found.span, f"`{found.name}` only grows")
        for found in subject.project.histories.growing()
        if found.func.mod.production and subject.within(found.func.path)
    ]
    blamed = {(place.path, place.line) for place in against}
    bounded = [place for place in _bounded(subject) if (place.path, place.line) not in blamed]
    if against:
        count = Count(len(bounded), len(bounded) + len(against), "loops")
        if len(bounded) >= len(against):
            return vague([*bounded, *against], "only the model ends the others", count)
        return missing("only the model ends them", against, count)
    uncounted = list(_uncounted(subject))
    unset = list(_unset(subject))
    if uncounted:
        count = Count(len(bounded), len(bounded) + len(uncounted) + len(unset), "loops")
        if len(bounded) + len(unset) >= len(uncounted):
            return vague([*bounded, *unset, *uncounted], "nothing counts the rounds of the others", count)
        return missing("nothing counts their rounds", [*uncounted, *unset], count)
    if unset:
        count = Count(len(bounded), len(bounded) + len(unset), "loops")
        return vague([*bounded, *unset], "the limit of the others is None until somebody sets one", count)
    if growing:
        return vague([*bounded, *growing], "a conversation that is sent whole each time is never shortened")
    if bounded:
        return met(bounded)
    acting = list(_acting(subject))
    if acting:
        return vague(acting, "models act here, and what ends their rounds is not seen")
    return _of_collections(subject)


def _of_collections(subject: Subject) -> CriterionResult:
    """Where models are asked along collections only: what limits these."""
    extents = subject.once(Extents)
    along = [
        (loop, func)
        for loop, func in _asking(subject)
        if isinstance(loop, m.For) and func.mod.production and not subject.project.loops.endless(loop, func)
    ]
    limited = [(loop, func) for loop, func in along if extents.limited(loop.iter, func)]
    listed = [one for one in along if one not in limited and extents.listed(one[0].iter, one[1])]
    good = [subject.at(func, loop.span, "no more rounds than the code says") for loop, func in limited]
    if listed:
        bad = (subject.at(func, loop.span, "a model lists what the rounds are for") for loop, func in listed)
        return vague([*good, *bad], "it goes round as often as a model says, and nothing limits that")
    if good:
        return met(good)
    if along or any(frame.kind == "comp" for call in subject.sites for frame in call.site.frames):
        return not_applicable(
            "the loops that ask a model end with what they go along, none asks until it will do"
        )
    return not_applicable("no loop, agent or recursion asks a model again")


def _open(subject: Subject) -> Iterator[Evidence]:
    """Recursions and graphs that nothing ends; the rules that report them are off by default."""
    project = subject.project
    for found in project.recursions.unbounded():
        func = found.edge.site.func
        if func.mod.production and subject.within(func.path):
            yield subject.at(func, found.edge.site.call.span, "a recursion that only the model ends")
    for run in project.graphs.unlimited(project.versions):
        func = run.call.site.func
        if func.mod.production and subject.within(func.path):
            yield subject.at(func, run.call.site.call.span, f"{run.steps} steps by default")


def _recursions(subject: Subject, *, counted: bool) -> Iterator[Evidence]:
    """Where functions come back to themselves and ask a model each time."""
    what = "the recursion is counted" if counted else "nothing counts the rounds of this recursion"
    for found in subject.project.recursions.rounds():
        func = found.edge.site.func
        if found.counted is counted and func.mod.production and subject.within(func.path):
            yield subject.at(func, found.edge.site.call.span, what)


def _asking(subject: Subject) -> Iterator[tuple[m.While | m.For, Func]]:
    """Loops that ask a model round after round, of the program's own accord."""
    project = subject.project
    for place in project.blocks:
        loop, func = place.stmt, place.func
        if (
            isinstance(loop, m.While | m.For)
            and subject.within(func.path)
            and not (project.repeats.by_hand(loop, func) or _tries_again(loop))
            and any(
                _asks(subject, site) for site in project.graph.sites[func] if next(site.loops(), None) is loop
            )
        ):
            yield loop, func


def _uncounted(subject: Subject) -> Iterator[Evidence]:
    """Loops that end, and not because anything is counted; what has no way out is a service."""
    loops = subject.project.loops
    open_ones = {(place.path, place.line) for place in _open(subject)}
    for place in _recursions(subject, counted=False):
        if (place.path, place.line) not in open_ones:
            yield place
    for loop, func in _asking(subject):
        if (
            func.mod.production
            and isinstance(loop, m.While)
            and not _is_counted(subject, loop, func)
            and not _limit_to_set(subject, loop, func)
            and any(not isinstance(way.stmt, m.Raise) for way in loops.exits(loop, func))
            and (not loops.waits(loop, func) or stands_still(loop, func, subject.project.graph))
        ):
            yield subject.at(func, loop.span, "nothing counts the rounds of this loop")


def _unset(subject: Subject) -> Iterator[Evidence]:
    """Loops that end at a number of rounds, where somebody sets one."""
    for loop, func in _asking(subject):
        if func.mod.production and isinstance(loop, m.While) and not _is_counted(subject, loop, func):
            name = _limit_to_set(subject, loop, func)
            if name:
                yield subject.at(func, loop.span, f"ends at `{name}` only where that is set")


def _limit_to_set(subject: Subject, loop: m.While, func: Func) -> str | None:
    """The name of the limit on its rounds that is None by itself."""
    unset, ways = subject.once(UnsetLimits), subject.project.loops.exits(loop, func)
    return next((name for way in ways if (name := unset.among(way.conditions, func))), None)


def _acting(subject: Subject) -> Iterator[Evidence]:
    """Agents, and tools that are given to models: something asks a model again with what they return."""
    for call in subject.sites:
        if call.entry.kind == "agent":
            yield subject.at(call.site.func, call.site.call.span, f"`{callee(call.site.call)}` runs an agent")
    for func in subject.project.tools.functions():
        if func.mod.production and subject.within(func.path):
            yield subject.at(func, func.facts.span, f"tool `{short(func.qualname, 40)}`")


def _bounded(subject: Subject) -> Iterator[Evidence]:
    """Loops that ask a model round after round and are counted, and agents with a limit."""
    project = subject.project
    for loop, func in _asking(subject):
        # A person asks for each round of an endless loop that waits.
        served = project.loops.endless(loop, func) and project.loops.waits(loop, func)
        if not served and _is_counted(subject, loop, func):
            yield subject.at(func, loop.span, "the loop is counted")
    yield from _recursions(subject, counted=True)
    words = read("cost", CostFile).words
    yield from _rounds(subject, re.compile(words.rounds))
    for func in project.functions:
        if subject.within(func.path):
            for node in func.nodes:
                for key, _ in node.items if isinstance(node, m.DictDisplay) else ():
                    if isinstance(key, m.Text) and key.value in words.step_limits:
                        yield subject.at(func, key.span, f"`{key.value}` is given")
            for limit in project.caps.holding(func):
                name = limit.cap.param.rsplit("|", 1)[-1].rsplit(".", 1)[-1]
                own = limit.setting.state == "given"
                what = f"`{name}` is given" if own else f"`{name}` is {limit.cap.default:g} by default"
                yield subject.at(func, limit.site.call.span, what)


def _asks(subject: Subject, site: CallSite) -> bool:
    """Whether a model is asked at this site, here and now."""
    target = subject.project.reach.at_site(site)
    return target is not None and not (isinstance(target, Edge) and target.deferred)


def _rounds(subject: Subject, names: re.Pattern[str]) -> Iterator[Evidence]:
    """``if max_iterations <= done: return``, where each round is a task of its own."""
    unset = subject.once(UnsetLimits)
    for func in subject.once(LlmPath).functions:
        for stmt in func.statements:
            if not isinstance(stmt, m.If) or not any(isinstance(s, m.Return | m.Raise) for s in stmt.body):
                continue
            if unset.among((stmt.test,), func):
                continue
            for node in walk.expressions(stmt.test):
                if isinstance(node, m.Compare) and {"<", ">", "<=", ">="} & set(node.ops):
                    said = (n for n in walk.expressions(node) if isinstance(n, m.Name | m.Attr | m.Text))
                    name = next((_named(n) for n in said if names.search(words_of(_named(n)))), None)
                    if name:
                        yield subject.at(func, stmt.span, f"ends at `{name}`")


def _named(expr: m.Name | m.Attr | m.Text) -> str:
    match expr:
        case m.Name(id=name) | m.Attr(name=name) | m.Text(value=name):
            return name


def _tries_again(loop: m.While | m.For) -> bool:
    """Whether it goes round only after a failure: what is tried leaves the loop when it works."""
    return any(
        isinstance(inner, m.Return) or (isinstance(inner, m.Simple) and inner.what == "break")
        for stmt in loop.body
        if isinstance(stmt, m.Try)
        for inner in (*stmt.body, *stmt.orelse)
    )


def _is_counted(subject: Subject, loop: m.While | m.For, func: Func) -> bool:
    """Whether something that is counted or measured ends the loop; a call counts its own retries."""
    loops = subject.project.loops
    if isinstance(loop, m.For) and not loops.endless(loop, func):
        return loops.counts(loop.iter, func)
    if subject.project.deadlines.bounds_loop(loop, func) or skips_when_used_up(loop):
        return True
    exits = loops.exits(loop, func)
    if isinstance(loop, m.While) and stands_still(loop, func, subject.project.graph):
        exits = [way for way in exits if way.stmt is not loop]
    unset, counted = subject.once(UnsetLimits), subject.once(Counted)
    return any(
        loops.classify(condition, loop, func) == BUDGET and not counted.is_one_value(condition, func)
        for way in exits
        if not unset.among(way.conditions, func)
        for condition in way.conditions
    )


DETECTORS = {"cost.loops": loops}
