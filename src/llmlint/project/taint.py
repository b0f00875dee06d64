"""Taint over the whole project: summaries bottom-up over the call graph, then what really happens.

Functions are interpreted one by one, callees before callers (strongly connected components of the call
graph in reverse order), until summaries stop changing; fields of classes, closures and module variables
come from the round before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Step
from llmlint.model.location import Location
from llmlint.project.binding import Bound, bind
from llmlint.project.calls import CallGraph, Edge
from llmlint.project.carriers import Carriers
from llmlint.project.flow import FunctionFlow
from llmlint.project.inputs import Inputs
from llmlint.project.interpreting import Changes, Interest
from llmlint.project.kinds import ClassRef, Obj
from llmlint.project.knowncalls import KnownCall
from llmlint.project.logs import Logs
from llmlint.project.origins import Standing
from llmlint.project.people import People
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.shapes import (
    CLEAN,
    COARSE,
    Mark,
    Origin,
    Shape,
    Taint,
    forget,
    join,
    same,
    same_shapes,
    without_log,
)
from llmlint.project.sinks import Sinks
from llmlint.project.speech import PromptUse, Speech
from llmlint.project.summaries import NOTHING, Hit, Place, Summary
from llmlint.project.tools import Tools
from llmlint.project.values import Evaluator

CHOSEN = frozenset({"model", "tool"})
ROUNDS = 5
"""In each, only what may have changed is interpreted again: late rounds are short."""
COMPONENT_ROUNDS = 3
MAX_HITS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Text that a model chose, at a sink."""

    origin: Origin
    hit: Hit


class Flows:
    """All summaries and all flows of a project."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, tools: Tools) -> None:
        self.graph = graph
        self.evaluator = evaluator
        self.catalogue = catalogue
        self.tools = tools
        self.sinks = Sinks(evaluator, catalogue)
        self.logs = Logs(graph, evaluator, catalogue)
        self.carriers = Carriers(catalogue)
        self.inputs = Inputs(evaluator, catalogue)
        self.closures: dict[Func, dict[str, Shape]] = {}
        self.changes = Changes()
        self.structures: dict[m.Call | None, dict[str, bool]] = {}
        self._wanted: set[Func] = set()
        """Bodies of modules and classes, and constructors: what they set is read."""
        self.people = People(graph, evaluator, catalogue)
        self.attributes: dict[m.Attr, Standing] = {}
        self.entering: dict[m.Call, tuple[Shape, tuple[Shape, ...]]] = {}
        """Of calls: text that enters a function there."""
        self.opened: dict[m.Expr, m.Expr] = {}
        """Conditions with names replaced by what they stand for."""
        self._calls: dict[m.Call, KnownCall] = {}
        self._bound: dict[Edge, Bound] = {}
        self._levels: dict[m.Call, int | None] = {}
        self._plain: dict[m.Expr, tuple[str, ...]] = {}
        self._summaries: dict[Func, Summary] = {}
        self._fields: dict[tuple[Cls, str], Shape] = {}
        self._field_names: set[str] = set()
        self._late_hits: dict[Func, dict[str, list[Hit]]] = defaultdict(lambda: defaultdict(list))
        self._found: dict[tuple[Place, str, Origin], Flow] = {}
        self._steps: dict[tuple[Func, m.Span, str], Step] = {}
        self.speech = Speech(self)

    def solve(self) -> None:
        """Interpret what matters until nothing changes (at most a few rounds)."""
        forget()
        self.inputs.register(site for sites in self.graph.sites.values() for site in sites)
        condensed = nx.condensation(self.graph.graph)
        order = [condensed.nodes[n]["members"] for n in reversed(list(nx.topological_sort(condensed)))]
        components = [sorted(c, key=lambda f: (f.path, f.facts.index)) for c in order]
        interest = Interest(
            self.graph,
            {c.site.func for c in self.graph.llm_calls} | {*self.tools.functions(), *self.tools.parsers()},
        )
        for one in self.tools.fields():
            self.note_field(one.cls, one.name, Shape({Origin("tool", one.func, one.name): Mark()}))
        for _ in range(ROUNDS):
            progress = False
            for component in components:
                members = [func for func in component if func in interest.functions]
                recursive = len(component) > 1 or self.graph.graph.has_edge(component[0], component[0])
                for _ in range(COMPONENT_ROUNDS if recursive else 1):
                    stale = [func for func in members if self.changes.stale(func)]
                    for func in stale:
                        self._interpret(func)
                    progress = progress or bool(stale)
            progress = progress or not self._wanted <= interest.functions
            interest.functions |= self._wanted
            interest.add_readers(self._field_names, self._reads_text, self._global_names())
            if not progress:
                break
        self._tool_flows()
        forget()

    def _reads_text(self, attr: m.Attr, func: Func) -> bool:
        return any(origin.kind in CHOSEN for origin in self.field_shape(attr, func).flat())

    def _global_names(self) -> dict[Func, set[str]]:
        """For module bodies: the variables that hold text a model chose."""
        found = {}
        for func, summary in self._summaries.items():
            if func.facts.kind == "module":
                names = {
                    name
                    for name, shape in summary.variables.items()
                    if any(origin.kind in CHOSEN for origin in shape.flat())
                }
                if names:
                    found[func] = names
        return found

    def _interpret(self, func: Func) -> None:
        self.changes.begin(func)
        self.changes.read(("late", func))
        try:
            summary = FunctionFlow(func, self).run()
        except RecursionError:
            # Nested beyond anything people write: nothing is known of it.
            summary = Summary()
        for name, hits in self._late_hits.get(func, {}).items():
            _add_hits(summary.param_hits.setdefault(name, []), hits)
        closure = summary.variables
        if func.facts.parent is not None and func.parent in self.closures:
            closure = {**self.closures[func.parent], **closure}
        if func.inner:
            params = {p.name: Shape({Origin("param", func, p.name): Mark()}) for p in func.facts.params}
            closure = {**params, **closure}
        known = self._summaries.get(func)
        if known is None:
            # A function that is not interpreted yet is called like one that does nothing at all.
            known = NOTHING
            if self.people.asked_in(func):
                self.changes.changed(("summary", func))
        if not known.same(summary):
            self.changes.changed(("summary", func))
        if not same_shapes(known.fields, summary.fields):
            self.changes.changed(("stored", func))
        if not same_shapes(known.variables, summary.variables):
            self.changes.changed(("variables", func))
        before = self.closures.get(func, {})
        others = {name for name in {**before, **closure} if before.get(name) is not closure.get(name)}
        if others or func not in self.closures:
            self.changes.changed(("closure", func))
        for name in others:
            self.changes.changed(("closure", (func, name)))
        self._summaries[func] = summary
        self.closures[func] = closure
        if func.cls is not None:
            for name, shape in summary.fields.items():
                self.note_field(func.cls, name, self._concrete(shape, func))

    def _concrete(self, shape: Shape, func: Func) -> Shape:
        """Only origins that hold for every caller; parameters of tools are such origins.

        State kept between calls is too coarse to say what a log record shows of it.
        """
        taint: Taint = {}
        for origin, mark in shape.taint.items():
            if origin.kind == "person":
                continue
            if origin.kind == "param":
                if self.tools.chooses(origin.func, origin.name.split(".", 1)[0]):
                    taint[Origin("tool", origin.func, origin.name)] = mark
            else:
                taint[origin] = mark
        fields = {name: self._concrete(field, func) for name, field in (shape.fields or {}).items()}
        return Shape(without_log(taint, COARSE) if taint else taint, fields or None)

    # -- asked by the interpreter -------------------------------------------------------------

    def read_closure(self, func: Func) -> None:
        """A function looks at those variables around it that it names; functions inside it at any."""
        if func.inner:
            self.changes.read(("closure", func.parent))
            return
        for name in {node.id: None for node in func.nodes if isinstance(node, m.Name)}:
            self.changes.read(("closure", (func.parent, name)))

    def summary(self, func: Func) -> Summary | None:
        """The newest summary of a function, None before its first round; not what it stores."""
        self.changes.read(("summary", func))
        return self._summaries.get(func)

    def stored(self, func: Func) -> dict[str, Shape]:
        """What a function stores in fields of its receiver, as far as is known yet."""
        self.changes.read(("stored", func))
        summary = self._summaries.get(func)
        return summary.fields if summary else {}

    def note_field(self, cls: Cls, name: str, shape: Shape) -> None:
        """Something tainted is stored in a field of a class."""
        if shape.clean:
            return
        key = (cls, name)
        known = self._fields.get(key, CLEAN)
        shape = join((known, shape))
        if not same(known, shape):
            self.changes.changed(("field", name))
        self._fields[key] = shape
        self._field_names.add(name)

    def field_shape(self, expr: m.Attr, func: Func) -> Shape:
        """What is stored in the field that ``expr`` reads."""
        self.changes.read(("field", expr.name))
        if expr.name not in self._field_names:
            return CLEAN
        found: list[Shape] = []
        for value in self.evaluator.eval(expr.value, func):
            if isinstance(value, Obj):
                family = (
                    *self.evaluator.hierarchy.mro(value.cls),
                    *self.evaluator.hierarchy.subclasses(value.cls),
                )
                found += [self._fields[c, expr.name] for c in family if (c, expr.name) in self._fields]
        return join(found)

    def known_call(self, call: m.Call, func: Func) -> KnownCall:
        """What is known of a call whatever it is given."""
        known = self._calls.get(call)
        if known is None:
            known = self._calls[call] = KnownCall(call, func, self)
        return known

    def bound(self, edge: Edge) -> Bound:
        """Which argument goes to which parameter."""
        known = self._bound.get(edge)
        if known is None:
            known = self._bound[edge] = bind(edge.call, edge.target, edge.skip_receiver)
        return known

    def variables_of(self, mod: Mod, name: str, func: Func) -> list[Func]:
        """The scope to be asked for a module variable, if it can hold text."""
        computed = any(binding.is_computed for binding in mod.body.bindings.get(name, ()))
        return [mod.body] if computed and func is not mod.body else []

    def fields_of(self, cls: Cls, name: str) -> list[Func]:
        """The scopes to be asked for a variable of a class; its constructor says what its fields hold."""
        found: list[Func] = []
        for owner in self.evaluator.hierarchy.mro(cls):
            for scope, binding in owner.attributes.get(name, ()):
                if scope is owner.body and binding.is_computed:
                    found.append(scope)
                elif scope.name == "__init__":
                    self._wanted.add(scope)
        return found

    def variable(self, name: str, scope: Func) -> Shape:
        """What a variable of a module or class holds; its body is interpreted from the next round on."""
        self._wanted.add(scope)
        self.changes.read(("variables", scope))
        summary = self._summaries.get(scope)
        return summary.variables.get(name, CLEAN) if summary else CLEAN

    def note_structure(self, call: m.Call, wheres: tuple[str, ...], func: Func) -> None:
        """An answer in the form of a class: its fields, and which are numbers or choices and no free text."""
        if call in self.structures:
            return
        plain: dict[str, bool] = {}
        known = False
        for where in wheres:
            given = walk.argument(call, where)
            for value in self.evaluator.eval(given, func) if given is not None else ():
                if isinstance(value, ClassRef):
                    known = True
                    for owner in self.evaluator.hierarchy.mro(value.cls):
                        for name, found in owner.attributes.items():
                            chosen = any(
                                b.annotation and self.tools.is_plain(b.annotation, f) for f, b in found
                            )
                            plain[name] = plain.get(name, False) or chosen
        if known:
            self.structures[call] = plain

    def log_level(self, call: m.Call, func: Func) -> int | None:
        """The level at which a call logs, None when it does not."""
        if call not in self._levels:
            self._levels[call] = self.logs.level(call, func)
        return self._levels[call]

    def plain_fields(self, annotation: m.Expr, scope: Func) -> tuple[str, ...]:
        """Fields of a parameter annotated so (a data class) that hold no free text."""
        known = self._plain.get(annotation)
        if known is None:
            known = self._plain[annotation] = tuple(
                name
                for value in self.evaluator.instances(annotation, scope)
                if isinstance(value, Obj)
                for name, found in value.cls.attributes.items()
                if any(b.annotation is not None and self.tools.is_plain(b.annotation, f) for f, b in found)
            )
        return known

    def note_hit(self, flow: FunctionFlow, origin: Origin, hit: Hit) -> None:
        """Text of ``origin`` reaches a sink, seen from the function being interpreted."""
        if origin.kind == "param":
            if origin.func is flow.func:
                _add_hits(flow.summary.param_hits.setdefault(origin.name, []), [hit])
            else:
                if _add_hits(self._late_hits[origin.func][origin.name], [hit]):
                    self.changes.changed(("late", origin.func))
            return
        self._keep(Flow(origin, hit))

    def is_noted(
        self, flow: FunctionFlow, origin: Origin, hit: Hit, needs: frozenset[str], steps: int
    ) -> bool:
        """Whether noting this hit, seen by a way of so many steps, would change nothing."""
        if origin.kind == "param":
            of = flow.summary.param_hits if origin.func is flow.func else self._late_hits[origin.func]
            noted = of.get(origin.name, [])
            other = _known_as(noted, hit)
            return len(noted) >= MAX_HITS if other is None else other.needs <= needs
        known = self._found.get((hit.place, hit.use.kind, origin))
        return known is not None and len(known.hit.mark.steps) <= steps

    def _keep(self, flow: Flow) -> None:
        key = (flow.hit.place, flow.hit.use.kind, flow.origin)
        known = self._found.get(key)
        if known is None or len(flow.hit.mark.steps) < len(known.hit.mark.steps):
            self._found[key] = flow

    def step(self, func: Func, span: m.Span, message: str) -> Step:
        """A step at a place of a function's file; there is one object for each."""
        key = (func, span, message)
        known = self._steps.get(key)
        if known is None:
            place = Location(func.path, span.line, span.column, span.end_line, span.end_column)
            known = self._steps[key] = Step(place, message)
        return known

    # -- results ------------------------------------------------------------------------------

    def _tool_flows(self) -> None:
        for tool in self.tools.functions():
            summary = self._summaries.get(tool)
            if summary is None:
                continue
            for name, hits in summary.param_hits.items():
                if self.tools.chooses(tool, name.split(".", 1)[0]):
                    for hit in hits:
                        self._keep(Flow(Origin("tool", tool, name), hit))

        for parser in self.tools.parsers():
            summary = self._summaries.get(parser)
            if summary is None:
                continue
            for name in self.tools.answered(parser):
                for hit in summary.param_hits.get(name, ()):
                    self._keep(Flow(Origin("model", parser, name), hit))

    def flows(self) -> Iterable[Flow]:
        """Every flow from something a model chose to a sink, in a stable order."""
        return sorted(
            self._found.values(),
            key=lambda f: (
                f.hit.func.path, f.hit.place.span.line, f.hit.place.span.column, f.origin.kind != "tool",
                f.origin.func.path, f.origin.func.facts.index, f.origin.name,
            ),
        )  # fmt: skip

    def returned(self, func: Func) -> Shape:
        """What a function gives back, in terms of its parameters and of concrete origins."""
        return self._summaries[func].returned if func in self._summaries else CLEAN

    def prompts(self) -> Iterable[PromptUse]:
        """Every expression that becomes part of a prompt."""
        return self.speech.uses.values()

    def prompt_params(self, func: Func) -> dict[str, m.Call]:
        """Parameters of a function that become part of a prompt."""
        summary = self._summaries.get(func)
        return summary.prompt_params if summary else {}

    def test_taint(self, func: Func, test: m.Expr) -> Taint:
        """Origins that a condition looks at."""
        return self._summaries[func].tests.get(test, {}) if func in self._summaries else {}

    def asserted(self, func: Func) -> dict[m.Expr, Taint]:
        """The sides of equalities that a function asserts, with what is in them."""
        return self._summaries[func].asserted if func in self._summaries else {}

    def logged(self, func: Func, call: m.Call) -> dict[m.Expr, Taint]:
        """For a logging call: the taint of each leaf that the record shows."""
        return self._summaries[func].logged.get(call, {}) if func in self._summaries else {}


def _known_as(known: list[Hit], hit: Hit) -> Hit | None:
    return next((h for h in known if h.place is hit.place and h.use.kind == hit.use.kind), None)


def _add_hits(known: list[Hit], new: list[Hit]) -> bool:
    changed = False
    for hit in new:
        other = _known_as(known, hit)
        if other is not None:
            if not other.needs <= hit.needs:
                other.needs &= hit.needs
                changed = True
        elif len(known) < MAX_HITS:
            known.append(hit)
            changed = True
    return changed
