"""What users get while a provider is down."""

from __future__ import annotations

from llmlint.audit.fallbacks import Fallbacks, Kind
from llmlint.audit.model import CriterionResult, met, missing, vague
from llmlint.audit.overmodels import OverModels
from llmlint.audit.subject import Subject
from llmlint.audit.substitutes import substitutes
from llmlint.project.wording import callee


def outage(subject: Subject) -> CriterionResult:
    """Another model, or an answer without one, on every way to a model (LLM704)."""
    fallbacks = subject.once(Fallbacks)
    by_call = {call: fallbacks.of(call) for call in subject.sites}
    good = [call for call, one in by_call.items() if one.kind > Kind.ERROR]
    count = subject.counted(good)
    shown = list(dict.fromkeys(one.place for one in by_call.values() if one.place and one.kind > Kind.ERROR))
    if good and len(good) == len(by_call):
        return met(shown, count=count)
    if good:
        return vague(shown, "nothing stands in for the other calls", count)
    errors = list(dict.fromkeys(one.place for one in by_call.values() if one.place))
    loops = subject.once(OverModels)
    if loops.places and loops.of_most:
        return met(loops.places)
    if loops.places:
        return vague(loops.places, "only some of what asks a model goes on with another one")
    own = list(dict.fromkeys(substitutes(subject)))
    if own:
        why = "only some callers go on with something else, and nothing stands in for the other answers"
        return vague(own, why, count)
    if errors:
        return vague(errors, "users are told of the failure, and nothing stands in for the answer", count)
    bare = [
        subject.at(call.site.func, call.site.call.span, f"nothing stands in for `{callee(call.site.call)}`")
        for call in by_call
    ]
    return missing("nothing stands in for any call", dict.fromkeys(bare), count)


DETECTORS = {"recovery.outage": outage}
