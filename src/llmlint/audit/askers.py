"""What asks a model as far as names tell: methods of objects of which nobody sees what they are.

``self.handler.chat(…)``, where the ``chat`` of the program asks a model. That is enough to doubt, and to look
further there.
"""

from __future__ import annotations

import functools

from llmlint.audit.catalogue import read
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite

ROUNDS = 3
"""So many wrappers may lie around each other, each of which is only known by its name."""


class Askers:
    """Made once per subject (``subject.once(Askers)``)."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        self._words = read("recovery", RecoveryFile).words.asking

    def at(self, site: CallSite) -> bool:
        """Whether a call asks a model: a method by its name, a function that calls one, its wrapper."""
        graph = self._project.graph
        level = [edge.target for edge in graph.edges_at.get(site.call, ()) if not edge.deferred]
        if not level:
            return self._by_name(site)
        level += [edge.target for func in level for edge in graph.edges[func] if not edge.deferred]
        return any(func in self.beyond for func in level)

    @functools.cached_property
    def functions(self) -> frozenset[Func]:
        """Production functions that ask a model, near or far, by the call graph or by names."""
        return self._found[0]

    @functools.cached_property
    def beyond(self) -> frozenset[Func]:
        """Those of them in which only a name leads on."""
        return frozenset(
            func for func in self.functions if any(map(self._by_name, self._project.graph.sites[func]))
        )

    def _by_name(self, site: CallSite) -> bool:
        method = site.call.func
        unknown = (
            not self._project.graph.edges_at.get(site.call) and site.call not in self._project.graph.by_call
        )
        return unknown and isinstance(method, m.Attr) and method.name in self._found[1]

    @functools.cached_property
    def _found(self) -> tuple[frozenset[Func], frozenset[str]]:
        graph, reach = self._project.graph, self._project.reach
        own = [func for func in self._project.functions if func.mod.production]
        asking = {func for func in own if reach.reaches(func)}
        names: set[str] = set()
        for _ in range(ROUNDS):
            names |= self._names(own, asking)
            more = {
                site.func
                for func in own
                if func not in asking
                for site in graph.sites[func]
                if isinstance(site.call.func, m.Attr)
                and site.call.func.name in names
                and not graph.edges_at.get(site.call)
            }
            level = more
            while level:  # and whoever calls those
                asking |= level
                level = {
                    e.site.func for f in level for e in graph.callers.get(f, ()) if not e.deferred
                } - asking
            if not more:
                break
        return frozenset(asking), frozenset(names)

    def _names(self, own: list[Func], asking: set[Func]) -> set[str]:
        """Names of methods that sound like it, and most of which do."""
        found = set()
        for func in asking:
            plain = func.name.lower()
            if func.is_method and not plain.startswith("__") and any(word in plain for word in self._words):
                same = [one for one in own if one.name == func.name]
                if 2 * sum(one in asking for one in same) >= len(same):
                    found.add(func.name)
        return found
