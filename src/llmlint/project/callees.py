"""Functions of the project that are called: their summaries, applied to what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.model.finding import Step
from llmlint.project import guards
from llmlint.project.binding import bind
from llmlint.project.calls import Edge
from llmlint.project.content import is_vector
from llmlint.project.environments import APPROVED, Env, by_name, is_own_parameter, needs
from llmlint.project.kinds import ClassRef
from llmlint.project.scopes import Func
from llmlint.project.shapes import (
    CLEAN,
    LOG,
    MAX_STEPS,
    NO_TAINT,
    NOT_RUN,
    Mark,
    Origin,
    Shape,
    Taint,
    concerns,
    given_for,
    harmless,
    join,
    join_taints,
    without_log,
)
from llmlint.project.summaries import Hit

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow

Known = dict[int, Shape]
"""Shapes of a call's arguments, by the identity of the expression."""


class Callees:
    """The project functions that one function calls."""

    def __init__(self, flow: FunctionFlow) -> None:
        self._flow = flow
        self._flows = flow.flows

    def apply(self, edge: Edge, call: m.Call, known: Known, receiver: Shape, env: Env) -> Shape:
        """What comes back from one function that is called; what it does with its arguments is noted."""
        flow = self._flow
        target = edge.target
        summary = self._flows.summary(target)
        given = self._arguments(edge, env, receiver, known)
        if summary is None:
            return CLEAN
        name_of = target.name or "lambda"
        step = flow.step(call.span, f"`{name_of}(...)` is called with it")
        # Of several callbacks nobody knows here which one gets this text.
        several = edge.callback and len(self._flows.graph.edges_at.get(call, ())) > 1
        for param, hits in summary.param_hits.items() if not several else ():
            taint = given_for(given, param)
            if taint.clean:
                continue
            for origin, mark in taint.flat().items():
                for hit in hits:
                    needed = self._still_needed(hit, edge, env) if hit.needs else hit.needs
                    if needed is None:
                        continue
                    if harmless(mark, hit.use.danger) or not concerns(origin, hit.use.kind):
                        continue
                    if hit.use.kind == LOG and mark.parsed:
                        continue
                    if APPROVED in env and hit.use.kind not in NOT_RUN:
                        continue
                    held = needed | needs(env)
                    # Most are known by as short a way: then no longer way is put together.
                    length = len(mark.steps) + 1 + len(hit.mark.steps)
                    if length > MAX_STEPS:
                        continue
                    if self._flows.is_noted(flow, origin, hit, held, length):
                        continue
                    way = mark.then(step, *hit.mark.steps)
                    self._flows.note_hit(flow, origin, Hit(hit.use, hit.func, hit.place, way, held))
        for param in summary.prompt_params:
            self._flows.speech.argument(flow, given_for(given, param), self._expr(edge, param), call)
        for param, kinds in by_name(summary.proven).items():
            checked = self._expr(edge, param)
            name = guards.key(checked) if checked is not None else None
            if name is not None:
                flow.conditions.apply({name: kinds}, env)
                known.clear()
        if is_vector(call) or self._is_plain(target):
            result = CLEAN
        else:
            result = _substitute(summary.returned, target, given)
        back = flow.step(call.span, f"`{name_of}(...)` returns it")
        result = _with_step(result, back, flow.func)
        if (
            flow.func.receiver
            and isinstance(call.func, m.Attr)
            and _is_name(call.func.value, flow.func.receiver)
        ):
            for field, shape in self._flows.stored(target).items():
                stored = _substitute(shape, target, given)
                if not stored.clean:
                    before = flow.summary.fields.get(field, CLEAN)
                    flow.summary.fields[field] = join((before, stored))
        if target.name == "__init__":
            return CLEAN
        if result.clean and self._flows.people.asked_in(target):
            # What it gives back was decided by a person: ``result = get_confirmation(command)``.
            return Shape({Origin("person", flow.func, call=call): Mark()})
        return result

    def _is_plain(self, target: Func) -> bool:
        """Whether what a function gives is by its annotation a number or one of a few choices."""
        returns = target.facts.returns
        if returns is None or isinstance(returns, m.Const):
            return False
        return self._flows.tools.is_plain(returns, target.parent or target)

    def _still_needed(self, hit: Hit, edge: Edge, env: Env) -> frozenset[str] | None:
        """What this function's parameters have to be for a hit of the callee; None when it cannot be."""
        found: set[str] = set()
        for need in hit.needs:
            wanted, _, name = need.partition(":")
            given = self._expr(edge, name)
            if given is None:
                param = edge.target.params.get(name)
                given = param.default if param is not None else None
            if isinstance(given, m.Const):
                if bool(given.value) != (wanted == "1"):
                    return None
            elif isinstance(given, m.Name) and is_own_parameter(given.id, self._flow.func):
                found.add(f"{wanted}:{given.id}")
        return frozenset(found)

    def _expr(self, edge: Edge, param: str) -> m.Expr | None:
        bound = self._flows.lookups.bound(edge)
        _, dot, keyword = param.partition(".")  # one of a function's own **kwargs
        return bound.extra_keywords.get(keyword) if dot else bound.given.get(param)

    def _arguments(self, edge: Edge, env: Env, receiver: Shape, known: Known) -> dict[str, Shape]:
        target = edge.target
        bound = self._flows.lookups.bound(edge)
        given = {name: self._flow.calls.shape(expr, env, known) for name, expr in bound.given.items()}
        named = [self._flow.calls.shape(e, env, known) for e in bound.double_star]
        placed = [self._flow.calls.shape(bound.star, env, known)] if bound.star is not None else []
        params = [p for p in target.facts.params if p.name != target.receiver or not edge.skip_receiver]
        place = 0
        for param in params:
            if param.kind == "*" and (bound.extra or placed):
                parts = [self._flow.calls.shape(e, env, known) for e in bound.extra]
                if placed or not parts:
                    given[param.name] = Shape(join_taints(s.flat() for s in (*parts, *placed)))
                else:
                    given[param.name] = Shape(NO_TAINT, {str(n): s for n, s in enumerate(parts)})
            elif param.kind == "**":
                fields = {k: self._flow.calls.shape(e, env, known) for k, e in bound.extra_keywords.items()}
                others = join(named)
                given[param.name] = Shape(others.taint, {**(others.fields or {}), **fields} or None)
            elif param.kind != "*" and param.name not in given and (named or placed):
                found = [self._one_of(s, param.name) for s in named]
                if param.kind == "positional":
                    found += [self._one_of(s, str(place)) for s in placed]
                    place += 1
                given[param.name] = join(found)
        if edge.skip_receiver and target.receiver and not receiver.clean:
            given[target.receiver] = receiver
        return given

    def _one_of(self, spread: Shape, name: str) -> Shape:
        """What ``**spread`` or ``*spread`` gives one parameter: one of several values, not the whole."""
        if spread.fields and name in spread.fields:
            return spread.fields[name]
        taint: Taint = {}
        for origin, mark in without_log(spread.taint).items():
            if origin.kind == "param" and origin.func is self._flow.func and not mark.steps:
                param = origin.func.params.get(origin.name)
                if param is not None and param.kind.startswith("*"):
                    # Which one the caller gives is told apart there.
                    origin = Origin("param", origin.func, f"{origin.name}.{name}")
            taint[origin] = mark
        return Shape(taint) if taint else CLEAN

    def constructed(self, value: ClassRef, call: m.Call, shapes: list[Shape]) -> Shape:
        """An instance: fields by keyword for data classes, by what ``__init__`` stores for others."""
        flow = self._flow
        for owner in self._flows.evaluator.hierarchy.mro(value.cls):
            init = owner.methods.get("__init__")
            if init is None:
                continue
            kept = self._flows.stored(init)
            if not kept:
                return CLEAN
            bound = bind(call, init, True)
            given = {n: flow.eval(e, {}) for n, e in bound.given.items() if isinstance(e, m.Text)}
            by_expr = {id(arg.value): shape for arg, shape in zip(call.args, shapes, strict=True)}
            given.update({n: by_expr[id(e)] for n, e in bound.given.items() if id(e) in by_expr})
            stored = {n: _substitute(shape, init, given) for n, shape in kept.items()}
            return Shape(NO_TAINT, {n: s for n, s in stored.items() if not s.clean} or None)
        plain = {
            name
            for name, found in value.cls.attributes.items()
            for scope, b in found
            if b.annotation is not None and self._flows.tools.is_plain(b.annotation, scope)
        }
        declared = [name for name, found in value.cls.attributes.items() if found]
        fields: dict[str, Shape] = {}
        rest: list[Taint] = []
        place = 0
        for arg, shape in zip(call.args, shapes, strict=True):
            if arg.keyword:
                fields[arg.keyword] = CLEAN if arg.keyword in plain else shape
            elif not arg.star and place < len(declared):
                fields[declared[place]] = shape
                place += 1
            else:
                rest.append(shape.flat())
        return Shape(join_taints(rest), fields or None)


_Done = dict[tuple[Shape, int], Shape]
"""Parts that have been seen: one shape can be in many places of another."""


def _substitute(
    shape: Shape, target: Func, given: dict[str, Shape], depth: int = 0, done: _Done | None = None
) -> Shape:
    """A summary's shape with the callee's parameters replaced by what the caller gives."""
    if shape.clean:
        return CLEAN
    if not shape.given and depth + shape.depth <= 4:
        return shape
    done = {} if done is None else done
    known = done.get((shape, depth))
    if known is not None:
        return known
    taints: list[Taint] = []
    whole: list[Shape] = []
    for origin, mark in shape.taint.items():
        if origin.kind == "param" and origin.func is target:
            value = given_for(given, origin.name)
            if value.clean:
                continue
            if not mark.steps and not mark.safe:
                whole.append(value)
            else:
                taints.append(
                    {
                        o: Mark(k.steps, k.safe | mark.safe, k.parsed or mark.parsed)
                        for o, k in value.flat().items()
                    }
                )
        else:
            taints.append({origin: mark})
    fields = None
    if shape.fields and depth < 4:
        fields = {n: _substitute(f, target, given, depth + 1, done) for n, f in shape.fields.items()}
    if fields and whole:
        # Fields that are known here are known of the result, whatever is in them of what was given.
        rest = join(whole)
        result = Shape(join_taints([*taints, rest.taint]), {**(rest.fields or {}), **fields})
    else:
        result = join([Shape(join_taints(taints), fields), *whole])
    done[shape, depth] = result
    return result


def _with_step(shape: Shape, step: Step, func: Func, depth: int = 0, done: _Done | None = None) -> Shape:
    """What comes back from a function carries the step; what the caller itself gave needs none."""
    if shape.clean:
        return shape
    done = {} if done is None else done
    known = done.get((shape, depth))
    if known is not None:
        return known
    taint: Taint = {}
    for origin, mark in shape.taint.items():
        elsewhere = origin.kind == "model" and origin.func is not func
        if elsewhere and (not mark.steps or mark.steps[-1] is not step):
            if len(mark.steps) < MAX_STEPS:
                taint[origin] = mark.then(step)
        else:
            taint[origin] = mark
    fields = shape.fields
    if fields and depth <= 3:
        fields = {n: _with_step(f, step, func, depth + 1, done) for n, f in fields.items()}
    result = done[shape, depth] = Shape(taint, fields)
    return result


def _is_name(expr: m.Expr, name: str) -> bool:
    return isinstance(expr, m.Name) and expr.id == name
