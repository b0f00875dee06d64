"""Whose calls they are: the user, tenant, request or feature, named at the call or around it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.handed import Handed
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.recordings import Recordings
from llmlint.audit.saying import MEASURES, Saying
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func

WHO = frozenset({"id", "user", "feature"})


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """A place that says whose a call is."""

    func: Func
    span: m.Span
    says: frozenset[str]
    """``id`` (of a request, trace, session or conversation), ``user`` (or tenant), ``feature``."""
    what: str
    call: LlmCall | None = None
    """The only call it speaks of; None: those of the functions it stands in, or all."""
    traced: bool = False
    """It is told to telemetry that puts it on every call that follows."""
    recorded: Evidence | None = None
    """The record that says it."""

    @property
    def evidence(self) -> Evidence:
        """The place."""
        return self.recorded or Evidence(self.func.path, self.span.line, self.what)


class Named:
    """Looks at calls, at telemetry and at the program's own records; made once per subject."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._recordings = subject.once(Recordings)
        self._saying = subject.once(Saying)
        self._known: dict[Func, set[Func] | None] = {}

    @functools.cached_property
    def all(self) -> tuple[Naming, ...]:
        """Every place, those at calls first."""
        return (*self._at_calls(), *self._told(), *self._recorded())

    def of(self, call: LlmCall) -> frozenset[str]:
        """What is known of whose call it is."""
        found: set[str] = set()
        around = self._subject.once(LlmPath).around(call)
        for one in self.all:
            told = self._under(one.func) if one.traced else None
            under = one.traced and (told is None or call.site.func in told)
            if one.call is call or (one.call is None and (under or one.func in around)):
                found |= one.says
        return frozenset(found)

    def _under(self, func: Func) -> set[Func] | None:
        """The functions that run under what is told to telemetry in a function; None: whatever follows."""
        if func not in self._known:
            if self._project.reach.reaches(func) or self._project.graph.callers.get(func):
                self._known[func] = self._subject.once(LlmPath).under(func)
            else:  # a middleware, a handler of a framework
                self._known[func] = None
        return self._known[func]

    def _at_calls(self) -> Iterator[Naming]:
        for call in self._subject.sites:
            site = call.site
            says = set(self._given(site.call, site.func, call.entry.attribution))
            if call.client is not None and call.client.site is not None:
                made = call.client.site
                says |= set(self._given(made.call, made.func, call.client.entry.attribution))
            if says:
                what = f"the call names its {', '.join(sorted(says))}"
                yield Naming(site.func, site.call.span, frozenset(says), what, call)

    def _given(self, call: m.Call, func: Func, paths: tuple[str, ...]) -> Iterator[str]:
        """What the arguments say that these parameter paths begin with."""
        roots = {name for path in paths for name in path.partition(".")[0].split("|")}
        keywords, _ = self._project.evaluator.keyword_items(call, func)
        for keyword, (value, scope) in keywords.items():
            if keyword not in roots or (isinstance(value, m.Const) and value.value is None):
                continue
            if isinstance(value, m.Text):  # the same for every call: it names the program
                yield "feature"
            else:
                for name in (keyword, *self._saying.names(value, scope)):
                    yield from self._saying.of_name(name) & WHO

    def _told(self) -> Iterator[Naming]:
        """Users and ids told to telemetry, which puts them on what follows."""
        observed = self._project.catalogue.observed
        for func in self._project.functions:
            if not self._subject.within(func.path):
                continue
            for site in self._project.graph.sites[func]:
                for value in self._project.evaluator.eval(site.call.func, func):
                    name = external_name(value)
                    ways = observed.attributions.get(name) if name else ()
                    if ways or (name and self._project.telemetry.at_call(site.call, func)):
                        says = self._recordings.says(site.call, func) & WHO
                        if ways and not ways[0].keys:
                            says |= {"user"}
                        if says:
                            what = f"`{name}` is told the {', '.join(sorted(says))}"
                            yield Naming(func, site.call.span, says, what, traced=True)
                        break

    def _recorded(self) -> Iterator[Naming]:
        """Records of calls that say whose they are."""
        for own in self._recordings.measured.values():
            for one in own:
                if one.says & WHO and one.says & MEASURES and one.how != "held":
                    shown = one.evidence
                    yield Naming(one.func, one.call.span, one.says & WHO, shown.what, recorded=shown)
        for one, says, place in self._subject.once(Handed).saying(WHO):
            yield Naming(one.func, one.call.span, says, place.what, recorded=place)
