"""What ends a single answer, and what ends a loop of answers."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.facts import model as m
from llmlint.project.calls import LlmCall
from llmlint.project.loops import BUDGET
from llmlint.project.scopes import Func
from llmlint.project.wording import callee

_KINDS = frozenset({"chat", "text", "structured", "agent"})


def per_call(subject: Subject) -> CriterionResult:
    """The share of calls with a cap on output tokens; calls whose settings cannot be seen are not counted."""
    outputs = subject.project.outputs
    capped: list[Evidence] = []
    bare: list[Evidence] = []
    unseen: list[LlmCall] = []
    for call in subject.sites:
        if call.entry.kind not in _KINDS:
            continue
        cap = outputs.cap(call)
        if cap is not None:
            capped.append(subject.at(cap[0], cap[1].span, f"caps `{callee(call.site.call)}`"))
        elif next(outputs.missing(call), None) is not None:
            bare.append(
                subject.at(call.site.func, call.site.call.span, f"`{callee(call.site.call)}` has no cap")
            )
        else:
            unseen.append(call)
    count = Count(len(capped), len(capped) + len(bare), "call sites")
    if not count.total:
        if not unseen:
            return not_applicable("no call of a chat model")
        return missing("no cap is seen, and what the calls are given is not seen either")
    if not bare:
        why = f"what {len(unseen)} other calls are given is not seen" if unseen else ""
        if len(unseen) > len(capped):
            return vague(dict.fromkeys(capped), why, count)
        return met(dict.fromkeys(capped), why, count)
    if 2 * count.done >= count.total:
        return vague([*dict.fromkeys(capped), *bare], "the other calls have none", count)
    return missing("most calls have none" if capped else "", bare, count)


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
    if growing:
        return vague([*bounded, *growing], "a conversation that is sent whole each time is never shortened")
    return met(bounded) if bounded else not_applicable("no loop, agent or recursion asks a model again")


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


def _bounded(subject: Subject) -> Iterator[Evidence]:
    """Loops that ask a model round after round and are counted, and agents with a limit."""
    project = subject.project
    for place in project.blocks:
        loop, func = place.stmt, place.func
        if (
            isinstance(loop, m.While | m.For)
            and subject.within(func.path)
            and _is_counted(subject, loop, func)
            and not project.repeats.by_hand(loop, func)
        ):
            for site in project.graph.sites[func]:
                if next(site.loops(), None) is loop and project.reach.at_site(site) is not None:
                    yield subject.at(func, loop.span, "the loop is counted")
                    break
    keys = read("cost", CostFile).words.step_limits
    for func in project.functions:
        if subject.within(func.path):
            for node in func.nodes:
                for key, _ in node.items if isinstance(node, m.DictDisplay) else ():
                    if isinstance(key, m.Text) and key.value in keys:
                        yield subject.at(func, key.span, f"`{key.value}` is given")
            for limit in project.caps.holding(func):
                name = limit.cap.param.rsplit("|", 1)[-1].rsplit(".", 1)[-1]
                own = limit.setting.state == "given"
                what = f"`{name}` is given" if own else f"`{name}` is {limit.cap.default:g} by default"
                yield subject.at(func, limit.site.call.span, what)


def _is_counted(subject: Subject, loop: m.While | m.For, func: Func) -> bool:
    """Whether something that is counted, measured or paid for ends the loop."""
    loops = subject.project.loops
    if isinstance(loop, m.For) and not loops.endless(loop, func):
        return loops.counts(loop.iter, func)
    conditions = (c for way in loops.exits(loop, func) for c in way.conditions)
    return loops.charges_budget(loop, func) or any(
        loops.classify(c, loop, func) == BUDGET for c in conditions
    )


DETECTORS = {"cost.per_call": per_call, "cost.loops": loops}
