"""Values put together of others, as the flow interpreter sees them: text, dicts; and items taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project.environments import Env
from llmlint.project.hosts import host_is_fixed
from llmlint.project.kinds import Data, ExternalObject
from llmlint.project.shapes import CLEAN, Mark, Origin, Shape, Taint, join_taints, safe_for, without_log

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow


class Composing:
    """The composed values of one function."""

    def __init__(self, flow: FunctionFlow) -> None:
        self._flow = flow

    def text(self, parts: tuple[m.Expr, ...], env: Env) -> Shape:
        """Text put together of parts; what comes after the host of a URL no longer chooses the host."""
        taints = [self._flow.eval(part, env).whole() for part in parts]
        taint = join_taints(taints)
        if not taint:
            return CLEAN
        held = {id(part): one for part, one in zip(parts, taints, strict=True)}
        return Shape({origin: self._placed(mark, origin, parts, held) for origin, mark in taint.items()})

    def _placed(self, mark: Mark, origin: Origin, parts: tuple[m.Expr, ...], held: dict[int, Taint]) -> Mark:
        """The mark of one origin, by where in the text it first stands."""
        if "url" in mark.safe or not host_is_fixed(parts, lambda p: origin in held[id(p)], self.constant):
            return mark
        return Mark(mark.steps, mark.safe | {"url"}, mark.parsed)

    def constant(self, expr: m.Expr) -> str | None:
        """The text of an expression, where it is a constant."""
        if isinstance(expr, m.Text):
            return expr.value
        for value in self._flow.flows.evaluator.eval(expr, self._flow.func):
            if isinstance(value, Data) and isinstance(value.expr, m.Text):
                return value.expr.value
        return None

    def escaped(self, shape: Shape, markup: m.Expr) -> Shape:
        """``Markup("<p>%s</p>") % text``: what is filled in is escaped."""
        if shape.clean:
            return shape
        for value in self._flow.flows.evaluator.eval(markup, self._flow.func):
            if isinstance(value, ExternalObject) and any(
                sink.kind == "html" for sink in self._flow.flows.catalogue.sinks.get(value.name)
            ):
                return Shape(safe_for(shape.flat(), frozenset({"html"})))
        return shape

    def last_part(self, shape: Shape, base: m.Expr, name: str) -> Shape:
        """``Path(name).name`` leads out of no directory."""
        if name not in ("name", "stem", "suffix") or shape.clean:
            return shape
        for value in self._flow.flows.evaluator.eval(base, self._flow.func):
            if isinstance(value, ExternalObject) and value.name.startswith("pathlib."):
                return Shape(safe_for(shape.flat(), frozenset({"path"})))
        return shape

    @staticmethod
    def excerpt(shape: Shape) -> Shape:
        """A slice: of a secret not enough is left to tell it."""
        if not any(origin.kind == "secret" for origin in shape.taint):
            return shape
        return Shape({o: k for o, k in shape.taint.items() if o.kind != "secret"}, shape.fields)

    def table(self, items: tuple[tuple[m.Expr | None, m.Expr], ...], env: Env) -> Shape:
        """A dict display."""
        fields: dict[str, Shape] = {}
        rest: list[Taint] = []
        for key, value in items:
            shape = self._flow.eval(value, env)
            if key is None:
                rest.append(shape.taint)
                fields.update(shape.fields or {})
            elif isinstance(key, m.Text):
                fields[key.value] = shape
            else:
                rest += (self._flow.eval(key, env).flat(), shape.flat())
        return Shape(join_taints(rest), fields or None)

    def item(self, base: m.Expr, place: int, shape: Shape) -> Shape:
        """``base[place]``."""
        if shape.fields:
            return shape.field(str(place))
        last = base.name if isinstance(base, m.Attr) else base.id if isinstance(base, m.Name) else ""
        if isinstance(base, m.Sub) and isinstance(base.index, m.Text):
            last = base.index.value
        # ``response.choices[0]`` leads to the text; ``record[0]`` is one value of several.
        return (
            shape
            if last in self._flow.flows.catalogue.content or shape.clean
            else Shape(without_log(shape.taint))
        )
