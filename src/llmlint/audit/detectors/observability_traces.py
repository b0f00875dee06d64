"""What can be seen of a single call: that there is a trace, what is recorded, whose call it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from llmlint.audit.idsaround import IdsAround
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import CriterionResult, met, missing, vague
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
        if len(one.says & set(ASKED)) >= ENOUGH and not recordings.only_adds_up(one)
    ]
    if kept:
        return met(kept, "the program keeps records of its own")
    if tracing.own:
        why = "what is recorded is not enough to look at a single call"
        return vague((one.evidence for one in tracing.own), why)
    if recordings.noted:
        return vague(recordings.noted, "time and tokens are told to the log, and no call by itself")
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
    said = recordings.said(found) | ({"latency", "outcome"} if spans else frozenset())
    evidence = [*(trace.evidence for trace in spans), *(one.evidence for one in _fullest(found))]
    if not evidence:
        totals = subject.once(Spending).added
        return vague(totals, "totals are kept, no call by itself") if totals else missing()
    lacking = [word for word in ASKED if word not in said]
    count, bare = subject.share(_recorded(subject, found, [trace.use.func for trace in spans if trace.use]))
    if len(lacking) > 1:
        return vague(evidence, f"nothing records {', '.join(lacking)}", count)
    if bare:
        bare_places = (subject.at(c.site.func, c.site.call.span, "is recorded by none") for c in bare)
        return vague([*evidence, *bare_places], "other calls leave no record", count)
    return met(evidence, f"only {lacking[0]} is not recorded" if lacking else "", count)


def _fullest(found: Iterable[Recording]) -> list[Recording]:
    """One recording per function, the one that says most."""
    best: dict[object, Recording] = {}
    for one in found:
        if one.func not in best or one.weight > best[one.func].weight:
            best[one.func] = one
    return list(best.values())


def _recorded(
    subject: Subject, found: Iterable[Recording], spans: Iterable[Func]
) -> Callable[[LlmCall], bool]:
    """Whether a call stands where something is recorded, or a handler that hears of all calls records."""
    path = subject.once(LlmPath)
    where = {one.func for one in found} | set(spans)
    listens = any(func in path.listening for func in where)

    def good(call: LlmCall) -> bool:
        return listens or not where.isdisjoint(path.around(call))

    return good


def correlation(subject: Subject) -> CriterionResult:
    """A user, request or trace id at each call, in its trace or in its record."""
    named = subject.once(Named)
    found = [one for one in named.all if one.says & {"id", "user"}]
    if found:
        count, bare = subject.share(lambda call: bool(named.of(call) & {"id", "user"}))
        evidence = [one.evidence for one in found]
        if not bare:
            return met(evidence, count=count)
        places = (subject.at(c.site.func, c.site.call.span, "says not whose it is") for c in bare)
        return vague([*evidence, *places], "other calls name neither user nor request", count)
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
