"""What the interpreter looks up: once for each expression, however often a function is interpreted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.model.finding import Step
from llmlint.model.location import Location
from llmlint.project.binding import Bound, bind
from llmlint.project.calls import Edge
from llmlint.project.kinds import Obj
from llmlint.project.knowncalls import KnownCall
from llmlint.project.origins import Standing
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow
    from llmlint.project.taint import Flows


class Lookups:
    """Answers that hold whatever text goes through a function."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self.attributes: dict[m.Attr, Standing] = {}
        self.opened: dict[m.Expr, m.Expr] = {}
        """Conditions with names replaced by what they stand for."""
        self._calls: dict[m.Call, KnownCall] = {}
        self._bound: dict[Edge, Bound] = {}
        self._levels: dict[m.Call, int | None] = {}
        self._plain: dict[m.Expr, tuple[str, ...]] = {}
        self._steps: dict[tuple[Func, m.Span, str], Step] = {}

    def call(self, call: m.Call, flow: FunctionFlow) -> KnownCall:
        """What is known of a call whatever it is given."""
        known = self._calls.get(call)
        if known is None:
            known = self._calls[call] = KnownCall(call, flow)
        return known

    def bound(self, edge: Edge) -> Bound:
        """Which argument goes to which parameter."""
        known = self._bound.get(edge)
        if known is None:
            known = self._bound[edge] = bind(edge.call, edge.target, edge.skip_receiver)
        return known

    def log_level(self, call: m.Call, func: Func) -> int | None:
        """The level at which a call logs, None when it does not."""
        if call not in self._levels:
            self._levels[call] = self._flows.logs.level(call, func)
        return self._levels[call]

    def plain_fields(self, annotation: m.Expr, scope: Func) -> tuple[str, ...]:
        """Fields of a parameter annotated so (a data class) that hold no free text."""
        known = self._plain.get(annotation)
        if known is None:
            known = self._plain[annotation] = tuple(
                name
                for value in self._flows.evaluator.instances(annotation, scope)
                if isinstance(value, Obj)
                for name, found in value.cls.attributes.items()
                if any(
                    b.annotation is not None and self._flows.tools.is_plain(b.annotation, f) for f, b in found
                )
            )
        return known

    def step(self, func: Func, span: m.Span, message: str) -> Step:
        """A step at a place of a function's file; there is one object for each."""
        key = (func, span, message)
        known = self._steps.get(key)
        if known is None:
            place = Location(func.path, span.line, span.column, span.end_line, span.end_column)
            known = self._steps[key] = Step(place, message)
        return known
