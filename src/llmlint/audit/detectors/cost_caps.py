"""What ends a single answer."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.project.calls import LlmCall
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
        meant = list(_meant(subject, unseen))
        if meant:
            return vague(meant, "a cap is written down, and whether the calls get it is not seen")
        return missing("no cap is seen, and what the calls are given is not seen either")
    if not bare:
        why = f"what {len(unseen)} other calls are given is not seen" if unseen else ""
        if len(unseen) > len(capped):
            return vague(dict.fromkeys(capped), why, count)
        return met(dict.fromkeys(capped), why, count)
    if 2 * count.done >= count.total:
        return vague([*dict.fromkeys(capped), *bare], "the other calls have none", count)
    return missing("most calls have none" if capped else "", bare, count)


def _meant(subject: Subject, calls: list[LlmCall]) -> Iterator[Evidence]:
    """Where a number is given to a parameter that would cap such calls."""
    paths = {path for call in calls for path in call.entry.cap}
    paths |= {path for call in calls if call.client is not None for path in call.client.entry.cap}
    caps = {name for path in paths for name in path.rsplit(".", 1)[-1].split("|") if not name.isdigit()}
    for func in subject.project.functions:
        for node in func.nodes if subject.within(func.path) else ():
            if isinstance(node, m.DictDisplay):
                for key, value in node.items:
                    if isinstance(key, m.Text) and key.value in caps and not _is_none(value):
                        yield subject.at(func, key.span, f"`{key.value}`")


def _is_none(value: m.Expr) -> bool:
    return isinstance(value, m.Const) and value.value is None


DETECTORS = {"cost.per_call": per_call}
