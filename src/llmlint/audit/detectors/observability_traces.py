"""What can be seen of a single call: that there is a trace, what is recorded, whose call it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from llmlint.audit.idsaround import IdsAround
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.named import Named
from llmlint.audit.recordings import Recording, Recordings
from llmlint.audit.spending import Spending
from llmlint.audit.subject import Subject
from llmlint.audit.tracing import Tracing
from llmlint.audit.transcripts import Transcripts
from llmlint.project.calls import LlmCall
from llmlint.project.scopes import Func

ASKED = ("latency", "tokens", "cost", "model", "outcome")
"""What a record says of a call; one of them may be missing."""
OF_A_SPAN = frozenset({"latency", "outcome"})
"""What a span says of what happens in it, whatever else is put on it."""
ENOUGH = 3
"""So many of them in one record are a trace of the program's own."""


def traces(subject: Subject) -> CriterionResult:
    """Telemetry that sees calls of models, or records that the program keeps of them."""
    tracing = subject.once(Tracing)
    if tracing.traces:
        return met(trace.evidence for trace in tracing.traces)
    recordings = subject.once(Recordings)
    kept = [
        one.evidence
        for one in tracing.own
        if len(one.says & set(ASKED)) >= ENOUGH and one.how != "held" and not recordings.only_adds_up(one)
    ]
    if kept:
        said = (one.evidence for one in recordings.all if recordings.keeps_what_was_said(one))
        return met([*said, *kept], "the program keeps records of its own")
    if tracing.own:
        lacking = ", ".join(word for word in ASKED if word not in recordings.said(tracing.own))
        full = any(len(one.says & set(ASKED)) >= ENOUGH for one in tracing.own)
        why = "it is added up, or held in a list, and no call is seen to be written by itself there"
        if not full:
            why = f"to look at a single call, no {lacking or 'record of all'} is seen in what is recorded"
        return vague((one.evidence for one in tracing.own), why)
    if recordings.noted:
        return vague(recordings.noted, "time and tokens are told to the log, and no call by itself")
    if tracing.unnamed:
        return vague(tracing.unnamed, "which tool hears of the calls is a setting, and none is named here")
    if tracing.around:
        return vague(tracing.around, "it sees what stands around the calls, not the calls")
    files = subject.once(Transcripts).calls
    if files:
        return vague(files, "what was said is written to a file, nothing about the call")
    return (
        vague(tracing.examples, "an example shows how, nothing switches it on")
        if tracing.examples
        else missing()
    )


def record(subject: Subject) -> CriterionResult:
    """Time, tokens, cost, model and outcome: by instrumentation, or by records around every call."""
    tracing, recordings = subject.once(Tracing), subject.once(Recordings)
    everywhere = [trace.evidence for trace in tracing.traces if trace.all_calls]
    if everywhere:
        return met(everywhere, "time, tokens, model and outcome of every call")
    found = [one for own in recordings.measured.values() for one in own]
    spans = [trace for trace in tracing.traces if trace.use is not None]
    told = [(trace.use.func, OF_A_SPAN) for trace in spans if trace.use is not None]
    said = recordings.said(found) | (OF_A_SPAN if spans else frozenset())
    evidence = [*(trace.evidence for trace in spans), *(one.evidence for one in _fullest(found))]
    if not evidence:
        totals = subject.once(Spending).added
        return vague(totals, "totals are kept, no call by itself") if totals else missing()
    of_call = _recorded(subject, (*told, *((one.func, one.says) for one in found)))
    lacking = [word for word in ASKED if word not in said]
    if len(lacking) > 1:
        count, bare = subject.share(lambda call: bool(of_call(call)))
        why = f"no record of {', '.join(lacking)} is seen"
        return vague(evidence, why, _counted(subject, count, bare))
    count, bare = subject.share(lambda call: len(set(ASKED) - of_call(call)) <= 1)
    if count.done == 0:
        return vague(evidence, f"four of {', '.join(ASKED)} are seen together of no call")
    if bare:
        places = (_unrecorded(subject, call, of_call(call)) for call in bare)
        return vague(
            [*evidence, *places], "of other calls no such record is seen", _counted(subject, count, bare)
        )
    if not spans and all(one.how == "held" for one in found):
        return vague(evidence, "it is held while the program runs, and that it is written is not seen", count)
    return met(evidence, f"only {lacking[0]} is not recorded" if lacking else "", count)


def _counted(subject: Subject, count: Count, bare: Iterable[LlmCall]) -> Count | None:
    """A count is true only where it is followed what stands around the calls that are not among the good."""
    return count if all(map(subject.once(LlmPath).is_followed, bare)) else None


def _unrecorded(subject: Subject, call: LlmCall, said: frozenset[str]) -> Evidence:
    lacking = ", ".join(word for word in ASKED if word not in said) if said else "it"
    return subject.at(call.site.func, call.site.call.span, f"no record of {lacking} is seen")


def _fullest(found: Iterable[Recording]) -> list[Recording]:
    """One recording per function, the one that says most."""
    best: dict[object, Recording] = {}
    for one in found:
        if one.func not in best or one.weight > best[one.func].weight:
            best[one.func] = one
    return list(best.values())


def _recorded(
    subject: Subject, told: Iterable[tuple[Func, frozenset[str]]]
) -> Callable[[LlmCall], frozenset[str]]:
    """What is recorded of a call: where it stands, or by a handler that hears of all calls."""
    path = subject.once(LlmPath)
    by_function: dict[Func, frozenset[str]] = {}
    for func, says in told:
        by_function[func] = by_function.get(func, frozenset()) | says & set(ASKED)
    everywhere = frozenset().union(*(says for func, says in by_function.items() if func in path.listening))
    known: dict[LlmCall, frozenset[str]] = {}

    def of_call(call: LlmCall) -> frozenset[str]:
        if call not in known:
            around = by_function.keys() & path.around(call)
            known[call] = everywhere.union(*(by_function[func] for func in around))
        return known[call]

    return of_call


def correlation(subject: Subject) -> CriterionResult:
    """A user, request or trace id at each call, in its trace or in its record."""
    named = subject.once(Named)
    found = [one for one in named.all if one.says & {"id", "user"}]
    if found:
        count, bare = subject.share(lambda call: bool(named.of(call) & {"id", "user"}))
        evidence = [one.evidence for one in found]
        if not bare:
            return met(evidence, count=count)
        path = subject.once(LlmPath)
        told = any(
            one.traced for one in found
        )  # what is reached in ways that are not followed may hear of it
        known = [call for call in bare if path.is_begun(call)] if told else bare
        if not known:
            return met(evidence, "of some calls it is not followed from where they are reached")
        places = (subject.at(c.site.func, c.site.call.span, "whose it is is not seen") for c in known)
        shown = _counted(subject, count, bare) if len(known) == len(bare) else None
        return vague([*evidence, *places], "of other calls neither user nor request is seen", shown)
    traced = subject.once(Tracing).traces
    if traced:
        why = "calls of one trace belong together, and no id of a user or request is on it"
        return vague((trace.evidence for trace in traced), why)
    around = subject.once(IdsAround).saying("id", "user")
    return (
        vague(around, "an id is put around calls, and no record of a call shows it") if around else missing()
    )


DETECTORS = {
    "observability.traces": traces,
    "observability.record": record,
    "observability.correlation": correlation,
}
