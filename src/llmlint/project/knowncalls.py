"""What is known of a call wherever control comes from: looked up once, however often it is interpreted."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project import guards
from llmlint.project.content import is_vector
from llmlint.project.kinds import ClassRef, External, Values, external_name
from llmlint.project.sinks import SinkUse

if TYPE_CHECKING:
    from llmlint.project.calls import Edge, LlmCall
    from llmlint.project.checks import Checks
    from llmlint.project.scopes import Func
    from llmlint.project.taint import Flows


class KnownCall:
    """One call of one function."""

    def __init__(self, call: m.Call, func: Func, flows: Flows) -> None:
        self._flows = flows
        self._call = call
        self._func = func
        self.llm: LlmCall | None = flows.graph.by_call.get(call)
        self.edges: tuple[Edge, ...] = tuple(flows.graph.edges_at.get(call, ()))
        self.values: Values = flows.evaluator.eval(call.func, func)
        self.classes = tuple(v for v in self.values if isinstance(v, ClassRef))
        self.asks_person = flows.people.asked_by(call, func)
        self.embeds = is_vector(call)
        exits = flows.catalogue.exits
        self.leaves = walk.dotted(call.func) in exits or any(
            isinstance(value, External) and value.name in exits for value in self.values
        )
        """It never returns: ``abort(400)``, under whatever name it was imported."""
        self._proofs: list[guards.Proof] | None = None

    @functools.cached_property
    def sinks(self) -> list[SinkUse]:
        """The sinks among its arguments."""
        return self._flows.sinks.at(self._call, self._func)

    @functools.cached_property
    def is_request(self) -> bool:
        """Whether a service is asked for something."""
        names = (external_name(value) for value in self.values)
        return any(name and self._flows.catalogue.http.get(name) for name in names)

    def proofs(self, checks: Checks) -> list[guards.Proof]:
        """What is proven once it has not raised."""
        if self._proofs is None:
            proven = (
                guards.proven_of(expr, kinds)
                for value in self.values
                for expr, kinds in checks.raising(self._call, external_name(value))
            )
            self._proofs = [proof for proof in proven if proof]
        return self._proofs
