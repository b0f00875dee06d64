"""What lets somebody look at a single call: the detector of ``observability.traces`` and of LLM203."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.deployed import Setting, commands, settings
from llmlint.audit.model import Evidence
from llmlint.audit.recordings import Recording, Recordings
from llmlint.audit.saying import last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef, Data, ExternalObject, FuncRef, Obj, external_name
from llmlint.project.scopes import Func
from llmlint.project.telemetry import TelemetryUse

_OFF = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One use of telemetry that sees calls of models."""

    name: str
    evidence: Evidence
    all_calls: bool
    """Whether it sees every call by itself; otherwise the function it stands in."""
    keeps: bool
    """Whether inputs and outputs are kept with it."""
    use: TelemetryUse | None = None


class Tracing:
    """Answers about traces of one package; made once per subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        table = read("observability", ObservabilityFile)
        self._tracers = {name: tracer for tracer in table.tracer for name in tracer.names}
        self._switches = table.switch
        self._senders = table.records.senders
        self._begins = [re.compile(one) for one in (table.records.spans, table.records.contexts)]

    @functools.cached_property
    def traces(self) -> tuple[Trace, ...]:
        """What sees calls of models, code first."""
        return (*self._of_code(), *self._of_deployment())

    def _of_code(self) -> Iterator[Trace]:
        reach = self.subject.project.reach
        for use in self.subject.telemetry:
            tracer = self._tracers.get(use.table.name)
            if use in self._unnamed:
                continue
            if use.table.kind == "instrumentation":
                sees = tracer is None or _fits(use.what, tracer.sees)
                if use.what in use.table.hosts:
                    sees = use.what in self._addresses
                if sees and use.what not in use.table.bases:
                    yield self._trace(use, all_calls=True)
            elif use.what in use.table.hosts and not self._sends(use.func):
                continue
            elif use.table.kind == "span" and (
                (tracer is not None and tracer.spans) or reach.reaches(use.func)
            ):
                yield self._trace(use, all_calls=False)

    @functools.cached_property
    def _unnamed(self) -> tuple[TelemetryUse, ...]:
        """``litellm.callbacks = settings.callbacks``: which tool hears of the calls, if any, is a setting."""
        return tuple(
            use
            for use in self.subject.telemetry
            if use.what in use.table.assigns
            for write in self.subject.project.writes.attributes(use.func)
            if write.span == use.span and write.name == use.what and not self._names(write.value, use.func)
        )

    def _names(self, value: m.Expr, func: Func) -> bool:
        """Whether a value names a tool, or is a handler: a text, an object, a list of these."""
        evaluator = self.subject.project.evaluator
        for item in value.items if isinstance(value, m.Seq) else (value,):
            held = evaluator.eval(item, func)
            texts = (one.expr for one in held if isinstance(one, Data))
            if isinstance(item, m.Text) or any(map(_holds_text, texts)):
                return True
            if any(isinstance(one, FuncRef | ClassRef | Obj) or _is_of_a_class(one) for one in held):
                return True
        return False

    @property
    def unnamed(self) -> tuple[Evidence, ...]:
        """Where a setting says which tool hears of the calls."""
        return tuple(
            Evidence(use.func.path, use.span.line, f"`{use.what}` is what the settings say")
            for use in self._unnamed
        )

    @functools.cached_property
    def _addresses(self) -> frozenset[str]:
        """Hosts of proxies that clients of models, or calls, are given as their address."""
        project = self.subject.project
        found: set[str] = set()
        told = [(call.site.call, call.site.func) for call in self.subject.sites]
        clients = [call.client.site for call in self.subject.sites if call.client and call.client.site]
        for call, func in (*told, *((site.call, site.func) for site in clients)):
            keywords, _ = project.evaluator.keyword_items(call, func)
            for value, scope in keywords.values():
                for held in project.evaluator.eval(value, scope):
                    texts = walk.expressions(held.expr) if isinstance(held, Data) else ()
                    for text in texts:
                        if isinstance(text, m.Text) and "://" in text.value:
                            proxies = project.catalogue.observed.proxies
                            found.update(host for host in proxies if f"{host}/" in f"{text.value}/")
        return frozenset(found)

    def _sends(self, func: Func) -> bool:
        """Whether a function sends requests: an address alone is only text."""
        project = self.subject.project
        return any(
            external_name(value).startswith(self._senders)
            for site in project.graph.sites[func]
            for value in project.evaluator.eval(site.call.func, func)
        )

    def _trace(self, use: TelemetryUse, *, all_calls: bool) -> Trace:
        what = f"{use.table.name}: `{use.what}`"
        place = Evidence(use.func.path, use.span.line, what)
        keeps = self._keeps(use.table.name) and (all_calls or self._is_told_what_was_said(use))
        return Trace(use.table.name, place, all_calls, keeps, use)

    def _is_told_what_was_said(self, use: TelemetryUse) -> bool:
        """Whether what begins a span is given an input or an output; anything else stands in one."""
        project = self.subject.project
        site = next((s for s in project.graph.sites[use.func] if s.call.span == use.span), None)
        if site is None or not any(one.search(words_of(last_name(site.call))) for one in self._begins):
            return True
        said = self.subject.once(Recordings).says(site.call, use.func)
        spread = (arg.value for arg in site.call.args if arg.star == "**")
        return bool(said & {"input", "output"}) or not all(map(_is_written_out, spread))

    def _of_deployment(self) -> Iterator[Trace]:
        for one in settings(self.subject):
            if one.is_example:
                continue
            for name in self._switched_on(one):
                place = Evidence(one.path, one.line, f"{name}: `{one.name}`")
                yield Trace(name, place, True, self._keeps(name))
        for path, line, text in commands(self.subject):
            for switch in self._switches:
                if any(re.search(rf"(?:^|[\s\"'\[]){re.escape(c)}\b", text) for c in switch.commands):
                    place = Evidence(path, line, f"{switch.name}: `{text[:50]}`")
                    yield Trace(switch.name, place, True, self._keeps(switch.name))

    def _keeps(self, name: str) -> bool:
        return name in self._tracers and self._tracers[name].keeps

    def _switched_on(self, one: Setting) -> Iterator[str]:
        for switch in self._switches:
            if one.name in switch.variables and one.value.strip().lower() not in _OFF:
                if not switch.only or self._sdks & set(switch.only):
                    yield switch.name
        for host, table in self.subject.project.catalogue.observed.proxies.items():
            if (
                f"{host}/" in f"{one.value}/"
                and "URL" in one.name.upper()
                and table.kind == "instrumentation"
            ):
                yield table.name

    @functools.cached_property
    def _sdks(self) -> frozenset[str]:
        catalogue = self.subject.project.catalogue
        entries = [call.entry for call in self.subject.sites]
        entries += [call.client.entry for call in self.subject.sites if call.client is not None]  # type: ignore[misc]
        return frozenset(sdk.id for entry in entries if (sdk := catalogue.sdk_of(entry)) is not None)

    @functools.cached_property
    def own(self) -> tuple[Recording, ...]:
        """Where the program records time, tokens or money of calls by itself, one place per function."""
        measured = self.subject.once(Recordings).measured
        return tuple(max(own, key=lambda one: one.weight) for own in measured.values())

    @functools.cached_property
    def around(self) -> tuple[Evidence, ...]:
        """Telemetry that sees what stands around the calls, not the calls."""
        seen = {trace.use for trace in self.traces}
        return tuple(
            Evidence(use.func.path, use.span.line, f"{use.table.name}: `{use.what}`")
            for use in self.subject.telemetry
            if use not in seen
            and use not in self._unnamed
            and use.table.kind in ("instrumentation", "span")
            and use.what not in (*use.table.bases, *use.table.hosts)
        )

    @functools.cached_property
    def examples(self) -> tuple[Evidence, ...]:
        """Settings in examples by which tracing could be switched on."""
        return tuple(
            Evidence(one.path, one.line, f"{name}: `{one.name}`")
            for one in settings(self.subject)
            if one.is_example
            for name in self._switched_on(one)
        )

    @property
    def nothing(self) -> bool:
        """Whether there is no trace, no record and no telemetry around the calls."""
        return not (self.traces or self.own or self.around or self.unnamed or self.examples)


def _is_of_a_class(value: object) -> bool:
    """An object of a class of a library, not what a method of a text gives."""
    return isinstance(value, ExternalObject) and value.name.rpartition(".")[2][:1].isupper()


def _is_written_out(expr: m.Expr) -> bool:
    """``**{"key": …}``, ``**({"key": …} if this else {})``: there is nothing else in it."""
    branches = (expr.body, expr.orelse) if isinstance(expr, m.IfExp) else (expr,)
    return all(isinstance(one, m.DictDisplay) for one in branches)


def _holds_text(expr: m.Expr) -> bool:
    """``"langfuse"``, ``["langfuse", …]``; not what a text is only worked with."""
    return any(isinstance(one, m.Text) for one in (expr.items if isinstance(expr, m.Seq) else (expr,)))


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
