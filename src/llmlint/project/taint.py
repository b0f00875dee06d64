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
from llmlint.project.calls import CallGraph
from llmlint.project.carriers import Carriers
from llmlint.project.flow import FunctionFlow
from llmlint.project.inputs import Inputs
from llmlint.project.interpreting import CALLED, FIELD, LATE, STORED, VARIABLES, Changes, Interest
from llmlint.project.kinds import ClassRef, Obj
from llmlint.project.logs import Logs
from llmlint.project.lookups import Lookups
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
        self._summaries: dict[Func, Summary] = {}
        self._fields: dict[tuple[Cls, str], Shape] = {}
        self._field_names: set[str] = set()
        self._late_hits: dict[Func, dict[str, list[Hit]]] = defaultdict(lambda: defaultdict(list))
        self._found: dict[tuple[Place, str, Origin], Flow] = {}
        self.speech = Speech(self)
        self.lookups = Lookups(self)

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
        # What only the interpreter asks for: on large projects it is half of what is held.
        self.lookups, self.changes = Lookups(self), Changes()
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
        flow = FunctionFlow(func, self)
        try:
            summary = flow.run()
        except RecursionError:
            # Nested beyond anything people write: nothing is known of it.
            summary = Summary()
        flow.release()
        for name, hits in self._late_hits.get(func, {}).items():
            _add_hits(summary.param_hits.setdefault(name, []), hits)
        known = self._summaries.get(func)
        if known is None:
            # A function that is not interpreted yet is called like one that does nothing at all.
            known = NOTHING
            if self.people.asked_in(func):
                self.changes.changed(CALLED, func)
        if not known.same(summary):
            self.changes.changed(CALLED, func)
        if not same_shapes(known.fields, summary.fields):
            self.changes.changed(STORED, func)
        if not same_shapes(known.variables, summary.variables):
            self.changes.changed(VARIABLES, func)
        self._summaries[func] = summary
        if func.has_inner:
            self._lend(func, summary.variables)
        if func.cls is not None:
            for name, shape in summary.fields.items():
                self.note_field(func.cls, name, self._concrete(shape, func))

    def _lend(self, func: Func, variables: dict[str, Shape]) -> None:
        """What functions inside this one see: its parameters, what it sees itself, and its variables."""
        params = {p.name: Shape({Origin("param", func, p.name): Mark()}) for p in func.facts.params}
        around = self.closures.get(func.parent, {}) if func.parent is not None else {}
        closure = {**params, **around, **variables}
        before = self.closures.get(func, {})
        others = [name for name in {**before, **closure} if before.get(name) is not closure.get(name)]
        if others:
            self.changes.closure_changed(func, others)
        self.closures[func] = closure

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

    def summary(self, func: Func) -> Summary | None:
        """The newest summary of a function, None before its first round; not what it stores."""
        self.changes.read(CALLED, func)
        return self._summaries.get(func)

    def stored(self, func: Func) -> dict[str, Shape]:
        """What a function stores in fields of its receiver, as far as is known yet."""
        self.changes.read(STORED, func)
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
            self.changes.changed(FIELD, name)
        self._fields[key] = shape
        self._field_names.add(name)

    def field_shape(self, expr: m.Attr, func: Func) -> Shape:
        """What is stored in the field that ``expr`` reads."""
        self.changes.read(FIELD, expr.name)
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
        self.changes.read(VARIABLES, scope)
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

    def note_hit(self, flow: FunctionFlow, origin: Origin, hit: Hit) -> None:
        """Text of ``origin`` reaches a sink, seen from the function being interpreted."""
        if origin.kind == "param":
            if origin.func is flow.func:
                _add_hits(flow.summary.param_hits.setdefault(origin.name, []), [hit])
            else:
                if _add_hits(self._late_hits[origin.func][origin.name], [hit]):
                    self.changes.changed(LATE, origin.func)
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

    def held(self, func: Func, name: str) -> Shape | None:
        """Everything tainted that a variable ever holds which a function sees; None when it holds none."""
        if func in self.closures:
            return self.closures[func].get(name)
        summary = self._summaries.get(func)
        if summary is None:
            return None
        around = self.closures.get(func.parent, {}) if func.parent is not None else {}
        return summary.variables.get(name) or around.get(name)

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
