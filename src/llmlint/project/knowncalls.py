"""What is known of a call wherever control comes from: looked up once, however often it is interpreted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project import guards
from llmlint.project.content import is_vector
from llmlint.project.kinds import ClassRef, External, Values, external_name
from llmlint.project.shapes import Shape

if TYPE_CHECKING:
    from llmlint.project.calls import Edge, LlmCall
    from llmlint.project.flow import FunctionFlow


class KnownCall:
    """One call of one function."""

    __slots__ = (
        "asks_person",
        "classes",
        "edges",
        "embeds",
        "enters",
        "is_request",
        "leaves",
        "llm",
        "proofs",
        "sent",
        "values",
    )

    def __init__(self, call: m.Call, flow: FunctionFlow) -> None:
        flows, func = flow.flows, flow.func
        self.llm: LlmCall | None = flows.graph.by_call.get(call)
        self.edges: tuple[Edge, ...] = tuple(flows.graph.edges_at.get(call, ()))
        self.values: Values = flows.evaluator.eval(call.func, func)
        self.classes = tuple(v for v in self.values if isinstance(v, ClassRef))
        names = [external_name(value) for value in self.values]
        self.asks_person = flows.people.asked_by(call, func)
        self.embeds = is_vector(call)
        self.is_request = any(name and flows.catalogue.http.get(name) for name in names)
        """Whether a service is asked for something."""
        exits = flows.catalogue.exits
        self.leaves = walk.dotted(call.func) in exits or any(
            isinstance(value, External) and value.name in exits for value in self.values
        )
        """It never returns: ``abort(400)``, under whatever name it was imported."""
        proven = (
            guards.proven_of(expr, kinds)
            for name in names
            for expr, kinds in flow.calls.checks.raising(call, name)
        )
        self.proofs: tuple[guards.Proof, ...] = tuple(proof for proof in proven if proof)
        """What is proven once it has not raised."""
        self.sent: Shape = flow.origins.field(call)
        """What a remote person sent as the field that is read here; nothing else is given then."""
        others = (flow.origins.read(call), flow.origins.result(call, self.values))
        self.enters: tuple[Shape, ...] = tuple(shape for shape in others if not shape.clean)
        """What remote people sent and secrets among what it gives."""
