"""Feature flags on the way to a model: for ``rollback.staged`` and LLM704."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject, Use
from llmlint.audit.tables.rollback import Flag, RollbackFile
from llmlint.facts import model as m
from llmlint.project.scopes import Func


class Flags:
    """Where flags are asked for; made once per subject (``subject.once(Flags)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.table: RollbackFile = read("rollback", RollbackFile)

    @functools.cached_property
    def asked(self) -> tuple[tuple[str, Func, Evidence], ...]:
        """Every question for a flag in production code: of whom, in which function, where."""
        found = [
            (tool.name, use.func, Evidence(use.func.path, use.span.line, f"{tool.name}: `{use.name}`"))
            for tool, use in self._uses("evaluates")
        ]
        return (*found, *self._own())

    @property
    def connected(self) -> Iterator[Evidence]:
        """Where a service of flags is only connected to."""
        return (use.evidence for _, use in self._uses("sets_up"))

    def _uses(self, which: str) -> Iterator[tuple[Flag, Use]]:
        for tool in self.table.flag:
            for use in self._subject.uses(*getattr(tool, which)):
                if use.func.mod.production:
                    yield tool, use

    def _own(self) -> Iterator[tuple[str, Func, Evidence]]:
        """Functions and methods whose name asks for a flag, of the project or of anybody."""
        for func in self._subject.project.functions:
            if not self._subject.within(func.path) or func.name in self.table.words.own_flags:
                continue
            for site in self._subject.project.graph.sites[func]:
                target = site.call.func
                name = target.name if isinstance(target, m.Attr) else getattr(target, "id", "")
                if name in self.table.words.own_flags:
                    yield "", func, Evidence(func.path, site.call.span.line, f"`{name}`")

    @functools.cached_property
    def _in(self) -> dict[m.Function, list[Evidence]]:
        # By facts: uses are functions of the call graph with tests, which has its own.
        found: dict[m.Function, list[Evidence]] = defaultdict(list)
        for _, func, place in self.asked:
            found[func.facts].append(place)
        return found

    def guard(self, func: Func) -> Evidence | None:
        """A flag on a way to this function: asked in it, in a caller, or in what one of them calls."""
        graph = self._subject.project.graph
        pending, seen = [func], {func}
        while pending:
            here = pending.pop()
            callees = [edge.target for edge in graph.edges.get(here, ())]
            for place in (here, *callees, *here.inner):
                if place.facts in self._in:
                    return self._in[place.facts][0]
            for edge in graph.callers.get(here, ()):
                if edge.site.func not in seen:
                    seen.add(edge.site.func)
                    pending.append(edge.site.func)
        return None
