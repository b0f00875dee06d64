"""Whether a person is asked, and where."""

from __future__ import annotations

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import Unknown, external_name
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator


class People:
    """Answers from the waits of the catalogue, remembered by call and by function."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._asking: dict[Func, bool] = {}
        self._waits: dict[m.Call, bool] = {}

    def asked_in(self, func: Func) -> bool:
        """Whether a project function (or one it calls, two levels down) asks a person something."""
        known = self._asking.get(func)
        if known is None:
            level, known = [func], False
            for _ in range(3):
                known = known or any(
                    self.asked_by(site.call, f) for f in level for site in self._graph.sites[f]
                )
                level = [e.target for f in level for e in self._graph.edges.get(f, ())][:40]
            self._asking[func] = known
        return known

    def asked_by(self, call: m.Call, func: Func) -> bool:
        """Whether a call reads a person's answer (``input``, ``click.confirm`` …)."""
        known = self._waits.get(call)
        if known is None:
            known = self._waits[call] = self._find(call, func)
        return known

    def _find(self, call: m.Call, func: Func) -> bool:
        values = self._evaluator.eval(call.func, func)
        is_named_so = isinstance(call.func, m.Attr) and call.func.name in self._catalogue.person_methods
        if is_named_so and all(isinstance(value, Unknown) for value in values):
            return True
        for value in values:
            name = external_name(value)
            if name and any(table.person for table in self._catalogue.waits.get(name)):
                return True
        return False
