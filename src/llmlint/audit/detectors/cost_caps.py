"""What ends a single answer."""

from __future__ import annotations

from llmlint.audit.answercaps import AnswerCaps
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.subject import Subject
from llmlint.project.calls import LlmCall
from llmlint.project.wording import callee

_KINDS = frozenset({"chat", "text", "structured", "agent"})


def per_call(subject: Subject) -> CriterionResult:
    """The share of calls with a cap on output tokens; calls whose settings cannot be seen are not counted."""
    outputs, caps = subject.project.outputs, subject.once(AnswerCaps)
    capped: list[Evidence] = []
    bare: list[Evidence] = []
    unseen: list[LlmCall] = []
    for call in subject.sites:
        if call.entry.kind not in _KINDS:
            continue
        cap = caps.of(call)
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
        meant = list(caps.meant(unseen))
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


DETECTORS = {"cost.per_call": per_call}
