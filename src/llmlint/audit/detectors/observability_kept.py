"""What is kept of answers: for the day of a complaint, and for the next eval."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from llmlint.audit.alerting import terraform
from llmlint.audit.catalogue import read
from llmlint.audit.deployed import settings
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.recordings import Recordings
from llmlint.audit.saying import last_name, words_of
from llmlint.audit.subject import Subject, Use
from llmlint.audit.tables.observability import ObservabilityFile, RecordWords
from llmlint.audit.tracing import Tracing
from llmlint.audit.transcripts import Transcripts
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func, Mod

NEEDED = ("input", "output", "model", "prompt version")
BESIDE = ("context", "action")
_ANY = "_retention_"
"""A variable of this name alone may hold anything: how well somebody remembers, how many customers stay."""


def audit_trail(subject: Subject) -> CriterionResult:
    """Input, output, model and prompt version are stored for every call, for a time that is written down."""
    recordings, words = subject.once(Recordings), read("observability", ObservabilityFile).records
    rows = [one for one in recordings.all if recordings.keeps_what_was_said(one)]
    traces = [trace for trace in subject.once(Tracing).traces if trace.keeps]
    if not rows and not traces:
        files = subject.once(Transcripts).all
        why = "what was said is kept, and no prompt version is seen with it"
        if not any(_retention(subject, words)):
            why = f"{why}, nor for how long it is kept"
        if files:
            return vague(files, why)
        unnamed = subject.once(Tracing).unnamed
        return vague(unnamed, "which tool keeps the calls is a setting") if unnamed else missing()
    said = recordings.said(rows)
    if traces:
        told = (one for one in recordings.all if one.how == "telemetry")
        said |= {"input", "output", "model"} | recordings.said(told)
    kept_for = list(_retention(subject, words))
    lacking = [word for word in NEEDED if word not in said] + ([] if kept_for else ["how long it is kept"])
    evidence = [*(one.evidence for one in rows), *(trace.evidence for trace in traces), *kept_for[:1]]
    if lacking:
        return vague(evidence, f"it does not say {', '.join(lacking)}")
    beside = [word for word in BESIDE if word not in said]
    return met(evidence, f"no {' nor '.join(beside)} is stored" if beside else "")


def _retention(subject: Subject, words: RecordWords) -> Iterator[Evidence]:
    """Settings by which records end, in code, deployment and Terraform; a sentence in the docs."""
    ends = re.compile(words.retention)
    for func in subject.project.functions:
        for stmt in func.statements if subject.within(func.path) else ():
            if isinstance(stmt, m.Assign):
                for target in stmt.targets:
                    name = target.id if isinstance(target, m.Name) else getattr(target, "name", "")
                    if ends.search(words_of(name)) and words_of(name) != _ANY and _is_setting(stmt.value):
                        yield subject.at(func, stmt.span, f"`{name}`")
    for one in settings(subject):
        if ends.search(words_of(one.name)):
            yield Evidence(one.path, one.line, f"`{one.name}`")
    for path, block in terraform(subject):
        for value in block.values:
            if ends.search(words_of(value.name)):
                yield Evidence(path, value.line, f"`{value.name}`")
    said = re.compile(words.kept_for, re.I)
    for path in subject.repository.matching(words.documents):
        for text in subject.repository.markdown(path).blocks:
            found = said.search(text.text) if text.kind != "code" else None
            if found:
                yield Evidence(path, text.line, " ".join(found[0].split())[:60])


def _is_setting(value: m.Expr | None) -> bool:
    """A number, a text, or what settings say; no lock and no list that is begun."""
    if isinstance(value, m.Call):
        return any(isinstance(node, m.Text | m.Const) for node in walk.expressions(value))
    return not isinstance(value, m.Seq | m.DictDisplay)


def feedback(subject: Subject) -> CriterionResult:
    """Something takes samples or ratings out of production and makes cases of them."""
    table = read("observability", ObservabilityFile)
    firm: list[Evidence] = []
    ratings: list[Evidence] = []
    cases: dict[Mod, list[Evidence]] = defaultdict(list)
    samples: dict[Mod, list[Evidence]] = defaultdict(list)
    # Code around models that makes cases makes them of what it answers; a script makes them by hand.
    served = {(func.path, func.qualname) for func in subject.once(LlmPath).functions if func.mod.production}
    for tool in table.feedback:
        for use in subject.uses(*tool.of):
            last = use.name.rsplit(".", 1)[-1]
            if last in tool.direct or (last in tool.cases and _is_given(subject, use, tool.direct)):
                firm.append(use.evidence)
            elif last in tool.cases and (use.func.path, use.func.qualname) in served:
                firm.append(use.evidence)
            elif last in tool.cases:
                cases[use.func.mod].append(use.evidence)
            elif last in tool.samples:
                samples[use.func.mod].append(use.evidence)
            elif last in tool.ratings and use.func.mod.production:
                ratings.append(use.evidence)
    for mod in cases.keys() & samples.keys():
        firm += [min(found, key=lambda place: place.line) for found in (samples[mod], cases[mod])]
    firm += _written(subject, table)
    if firm:
        return met(sorted(firm, key=lambda place: place.path))
    ratings += _rated(subject, table)
    if ratings:
        return vague(ratings, "what people thought is kept, and becomes no case of the evals")
    said = list(_described(subject, table))
    return vague(said, "the docs say so, nothing here does it") if said else missing()


def _is_given(subject: Subject, use: Use, names: tuple[str, ...]) -> bool:
    """Whether a call is given one of these arguments."""
    calls = (site.call for site in subject.with_tests.graph.sites[use.func] if site.call.span is use.span)
    return any(arg.keyword in names for call in calls for arg in call.args if arg.keyword)


def _written(subject: Subject, table: ObservabilityFile) -> Iterator[Evidence]:
    """Code that reads what came out of production and writes to data of evals."""
    words = table.feedbacks
    place, sources = re.compile(words.cases), re.compile(words.sources)
    for mod in subject.with_tests.modules:
        texts = [(func, n) for func in mod.functions for n in func.nodes if isinstance(n, m.Text)]
        paths = [(func, node) for func, node in texts if place.search(node.value)]
        if not paths or not subject.within(mod.path):
            continue
        names = {node.id for func in mod.functions for node in func.nodes if isinstance(node, m.Name)}
        said = {
            *names,
            *(func.name for func in mod.functions),
            *(node.value for _, node in texts if len(node.value) < 60),
        }
        if any(sources.search(words_of(one)) for one in said):
            write = next((s for f in mod.functions for s in _writing(subject, f, words.writes)), None)
            if write is not None:
                yield write
                func, node = paths[0]
                yield subject.at(func, node.span, f"`{node.value[:50]}`")


def _writing(subject: Subject, func: Func, writes: tuple[str, ...]) -> Iterator[Evidence]:
    for site in subject.with_tests.graph.sites[func]:
        name = (
            site.call.func.name if isinstance(site.call.func, m.Attr) else getattr(site.call.func, "id", "")
        )
        modes = {arg.value.value for arg in site.call.args if isinstance(arg.value, m.Text)}
        if name in writes or (name == "open" and modes & {"w", "a", "x", "wt", "at"}):
            yield subject.at(func, site.call.span, "data of evals is written")


def _rated(subject: Subject, table: ObservabilityFile) -> Iterator[Evidence]:
    keeps, served = re.compile(table.feedbacks.ratings), re.compile(table.feedbacks.served)
    inputs = subject.project.flows.inputs
    for func in subject.project.functions:
        if subject.within(func.path) and func.facts.kind == "function":
            words, paths = words_of(func.name), list(_paths(func))
            asked = any(map(served.search, (words, *paths))) and (paths or inputs.serves(func))
            if keeps.search(words) or asked:
                yield subject.at(func, func.facts.span, f"`{func.qualname}`")


def _paths(func: Func) -> Iterator[str]:
    """The paths below which something is sent to it: ``@router.post("/messages/{id}/feedback")``."""
    for decorator in func.facts.decorators:
        texts = [n.value for n in walk.expressions(decorator) if isinstance(n, m.Text)]
        name = last_name(decorator) if isinstance(decorator, m.Call) else ""
        sends = name in ("post", "put", "patch") or not set(texts).isdisjoint(("POST", "PUT", "PATCH"))
        yield from (words_of(text) for text in texts if sends and text.startswith("/"))


def _described(subject: Subject, table: ObservabilityFile) -> Iterator[Evidence]:
    said = re.compile(table.feedbacks.prose, re.I)
    for path in subject.repository.matching(table.records.documents):
        for block in subject.repository.markdown(path).blocks:
            found = said.search(block.text) if block.kind != "code" else None
            if found:
                yield Evidence(path, block.line, " ".join(found[0].split())[:60])


DETECTORS = {"observability.audit_trail": audit_trail, "observability.feedback": feedback}
