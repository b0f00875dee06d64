"""Loops over models that call whatever they are given: ``for model in models: try: return await ask(model)``.

What they are given may ask through an object of which nobody sees what it is, so that the way from a call of
a model up to the loop is broken.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from llmlint.audit.alternatives import goes_over_alternatives
from llmlint.audit.askers import Askers
from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite

MOST = 0.5
"""Where more than this share of what asks a model runs in such loops, the others are the exception."""


class OverModels:
    """Made once per subject (``subject.once(OverModels)``); only loops to which functions are handed."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        found = list(self._found())
        self.places = tuple(dict.fromkeys(place for place, _ in found))
        """The loops in which something runs that asks a model."""
        self._given = {func for _, func in found}

    @functools.cached_property
    def of_most(self) -> bool:
        """Whether one of the loops runs most functions that ask a model and that somebody calls."""
        callers = self._project.graph.callers
        wanted = {call.site.func for call in self._subject.sites if callers.get(call.site.func)}
        wanted |= self._subject.once(Askers).beyond
        run, pending = set(self._given), list(self._given)
        while pending:
            for edge in self._project.graph.edges[pending.pop()]:
                if edge.target not in run:
                    run.add(edge.target)
                    pending.append(edge.target)
        return len(wanted & run) > MOST * len(wanted)

    def _found(self) -> Iterator[tuple[Evidence, Func]]:
        asking = self._subject.once(Askers).functions
        words = read("recovery", RecoveryFile).words.alternatives
        for place in self._project.blocks:
            func = place.func
            if func.mod.production and self._subject.within(func.path):
                loop = next((f.node for f in reversed(place.frames) if f.kind == "loop"), None)
                if isinstance(loop, m.For) and goes_over_alternatives(loop, words) and self._goes_on(place):
                    for given in self._handed_over(place):
                        if given in asking:
                            yield self._subject.at(func, loop.span, "the next one is asked"), given

    def _goes_on(self, place: StatementSite) -> bool:
        """Whether the first handler that hears of every failure of a provider leads to the next round."""
        handlers = place.stmt.handlers if isinstance(place.stmt, m.Try) else ()
        one = next((h for h in handlers if self._project.handlers.catches_provider(h, place.func)), None)
        return one is not None and not isinstance(one.body[-1], m.Raise | m.Return)

    def _handed_over(self, place: StatementSite) -> Iterator[Func]:
        for site in self._project.graph.sites[place.func]:
            if any(frame.kind == "try" and frame.node is place.stmt for frame in site.frames):
                for edge in self._project.graph.edges_at.get(site.call, ()):
                    if edge.callback:
                        yield edge.target
