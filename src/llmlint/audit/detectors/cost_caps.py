"""What ends a single answer."""

from __future__ import annotations

from llmlint.audit.answercaps import AnswerCaps
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.project.calls import LlmCall
from llmlint.project.wording import callee

_KINDS = frozenset({"chat", "text", "structured", "agent"})


def per_call(subject: Subject) -> CriterionResult:
    """The share of calls with a cap on output tokens; calls whose settings cannot be seen are not counted."""
    caps = subject.once(AnswerCaps)
    capped: dict[m.Call, Evidence] = {}
    bare: dict[m.Call, Evidence] = {}
    unseen: dict[m.Call, LlmCall] = {}
    for call in subject.sites:
        if call.entry.kind in _KINDS:
            _look(subject, caps, call, capped, bare, unseen)
    # A place that may be about several clients is one place, and the one without a cap says what may happen.
    capped = {place: one for place, one in capped.items() if place not in bare}
    unseen = {place: one for place, one in unseen.items() if place not in capped and place not in bare}
    count = Count(len(capped), len(capped) + len(bare), "call sites")
    if not count.total:
        return _unseen(caps, list(unseen.values()))
    shown, lacking = dict.fromkeys(capped.values()), dict.fromkeys(bare.values())
    if not bare:
        why = f"what {len(unseen)} other calls are given is not seen" if unseen else ""
        return vague(shown, why, count) if len(unseen) > len(capped) else met(shown, why, count)
    if 3 * count.done >= count.total:
        return vague([*shown, *lacking], "the other calls have none", count)
    prepared = {call: list(caps.prepared(call)) for call in unseen.values()}
    written = dict.fromkeys(place for places in prepared.values() for place in places)
    if written and 2 * sum(map(bool, prepared.values())) >= max(len(prepared), len(bare)):
        return vague(
            [*shown, *written, *lacking],
            "a cap is written down, not for all, and other calls have none",
            count,
        )
    return missing("most calls have none" if capped else "", lacking, count)


def _look(
    subject: Subject,
    caps: AnswerCaps,
    call: LlmCall,
    capped: dict[m.Call, Evidence],
    bare: dict[m.Call, Evidence],
    unseen: dict[m.Call, LlmCall],
) -> None:
    """Puts a call where it belongs."""
    place, name = call.site.call, callee(call.site.call)
    cap, asked = caps.of(call), caps.asked_for(call)
    if cap is not None:
        capped[place] = subject.at(cap[0], cap[1].span, f"caps `{name}`")
    elif asked:
        bare[place] = subject.at(call.site.func, place.span, f"`{name}` has `{asked}` only where that is set")
    elif next(subject.project.outputs.missing(call), None) is not None:
        bare[place] = subject.at(call.site.func, place.span, f"`{name}` has no cap")
    else:
        unseen[place] = call


def _unseen(caps: AnswerCaps, calls: list[LlmCall]) -> CriterionResult:
    """Where nothing is seen of what the calls are given."""
    if not calls:
        return not_applicable("no call of a chat model")
    meant = list(caps.meant(calls))
    if meant:
        return vague(meant, "a cap is written down, and whether the calls get it is not seen")
    return missing("no cap is seen, and what the calls are given is not seen either")


DETECTORS = {"cost.per_call": per_call}
