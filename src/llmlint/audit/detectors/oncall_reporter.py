"""Whether failures of models are heard of: the project has a reporter, and handlers tell it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import CriterionResult, Evidence, met, missing, one_per_line, vague
from llmlint.audit.saying import last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func
from llmlint.project.telemetry import TelemetryUse


def reporter(subject: Subject) -> CriterionResult:
    """A reporter that hears of every handled failure: met; of some, or only traces and metrics: vague."""
    uses = [use for use in subject.telemetry if use.table.kind == "reporter"]
    if not uses:
        noted = [u for u in subject.telemetry if u.table.kind == "failure" and _is_caught(subject, u)]
        places = [subject.at(use.func, use.span, f"`{use.what}`") for use in noted]
        if places:
            return vague(places, "failures are only noted, and nobody is told")
        sent = one_per_line(_sent(subject))
        return (
            vague(sent, "failures are sent on by code of its own, and nobody is told") if sent else missing()
        )
    shown = [subject.at(use.func, use.span, f"{use.table.name}: `{use.what}`") for use in uses]
    silent = [one for one in subject.project.alerts.unreported(lost=True) if subject.within(one.func.path)]
    if not silent:
        return met(shown)
    places = [subject.at(one.func, one.handler.span, "a failed call ends here") for one in silent]
    return vague([*shown[:1], *places], f"{uses[0].table.name} never hears of what ends in some handlers")


def _is_caught(subject: Subject, use: TelemetryUse) -> bool:
    """Whether it stands where something is caught, or hears by itself of what is caught nowhere."""
    if use.table.given:  # ``Posthog(enable_exception_autocapture=True)``
        return True
    sites = [site for site in subject.project.graph.sites[use.func] if site.call.span == use.span]
    caught = (frame.kind == "handler" for site in sites for frame in site.frames)
    return not sites or any(caught)


def _sent(subject: Subject) -> Iterator[Evidence]:
    """``record_metric("errors", …)``, ``send_telemetry("errored", …)`` where a model's failure is caught."""
    project, words = subject.project, read("observability", ObservabilityFile).records
    spans, reports = re.compile(words.spans), re.compile(words.reports)
    for func in project.functions:
        if not (func.mod.production and subject.within(func.path) and project.reach.reaches(func)):
            continue
        sites = project.graph.sites[func]
        asked = {
            id(frame.node)
            for site in sites
            if project.reach.at_site(site)
            for frame in site.frames
            if frame.kind == "try"
        }
        for site in sites:
            caught = {
                frame.handler.name
                for frame in site.frames
                if frame.kind == "handler" and frame.handler is not None and id(frame.node) in asked
            }
            given = {name for arg in site.call.args for name in walk.names_in(arg.value)}
            if not caught & given:
                continue
            name = words_of(last_name(site.call))
            if spans.search(name) or (reports.search(name) and _sends(subject, site.call, words.senders)):
                yield subject.at(func, site.call.span, f"`{last_name(site.call)}` is given the failure")


def _sends(subject: Subject, call: m.Call, senders: tuple[str, ...]) -> bool:
    """Whether a function of the program's own sends a request, itself or by what it calls."""
    graph = subject.project.graph
    own = {edge.target for edge in graph.edges_at.get(call, ())}
    own |= {edge.target for func in own for edge in graph.edges[func]}
    return any(_requests(subject, func, senders) for func in own)


def _requests(subject: Subject, func: Func, senders: tuple[str, ...]) -> bool:
    project = subject.project
    return any(
        external_name(value).startswith(senders)
        for site in project.graph.sites[func]
        for value in project.evaluator.eval(site.call.func, func)
    )


DETECTORS = {"oncall.reporter": reporter}
