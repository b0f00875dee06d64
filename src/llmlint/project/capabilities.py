"""What lets a program do more than it has to: switches thrown by literals, and classes without a guard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.indexes import ByName
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.consent import around, asked_for, frames_of, words
from llmlint.project.gates import Gates
from llmlint.project.kinds import (
    ClassRef,
    ClientMethod,
    Data,
    ExternalMethod,
    ExternalObject,
    Value,
    external_name,
)
from llmlint.project.literals import Literal, Literals, Written
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True, eq=False)
class Capability:
    """A switch that is thrown, or an object that is made."""

    func: Func
    span: m.Span
    switch: s.Switch
    written: str
    """How it is written: ``allow_dangerous_code=True``; empty for an object."""
    call: m.Call | None = None


class Capabilities:
    """Looks at every call and at what is assigned to attributes and to the environment."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, gates: Gates) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._gates = gates
        self._literals = Literals(evaluator)
        self._by_name: ByName[s.Switch] = ByName()
        self._under: dict[str, list[s.Switch]] = defaultdict(list)
        for switch in catalogue.switches:
            if not switch.attribute and not switch.environment:
                self._by_name.add((switch.path, *switch.also), switch)
                self._by_name.add((f"{owner}.{switch.method}" for owner in switch.on), switch)
                for root in switch.under:
                    self._under[root].append(switch)

    def dangerous(self, func: Func) -> Iterator[Capability]:
        """What a scope switches on; one for each line, where one would agree to it."""
        lines: set[int] = set()
        for site in self._graph.sites[func]:
            found = next(self._at(site), None) if site.call.span.line not in lines else None
            if found is not None:
                lines.add(found.span.line)
                yield found
        for found in self._assigned(func):
            if not asked_for(frames_of(self._graph, func, found.span), words(found.written)):
                yield found

    # -- calls ----------------------------------------------------------------------------------

    def _at(self, site: CallSite) -> Iterator[Capability]:
        switches = dict.fromkeys(
            switch for value in self._evaluator.eval(site.call.func, site.func) for switch in self._of(value)
        )
        # A switch says more than the object it is a parameter of.
        for switch in sorted(switches, key=lambda one: not one.param):
            written = self._thrown(switch, site)
            if written is not None and self._is_unguarded(switch, site, written):
                yield Capability(site.func, site.call.span, switch, written, site.call)

    def _of(self, callee: Value) -> Iterator[s.Switch]:
        names = []
        match callee:
            case ClientMethod(client=client, path=path):
                names = [f"{owner}.{path}" for owner in self._catalogue.ids(client.entry)]
            case ClassRef(cls=cls):
                names = list(self._evaluator.hierarchy.external_bases(cls))
            case ExternalObject(name=name):
                names = [f"{name}.__call__"]
            case _:
                names = [external_name(callee)]
        for name in filter(None, names):
            yield from self._by_name.get(name)
            yield from self._under.get(name.split(".", 1)[0], ())

    def _thrown(self, switch: s.Switch, site: CallSite) -> str | None:
        """How the switch is written; empty for an object; None when it is not thrown."""
        if not switch.param:
            return "" if self._is_used(site) else None
        for written in self._literals.given(site.call, site.func, switch.param):
            if asked_for(around(written.expr, written.func), words(switch.param)):
                return None
            name = switch.param.rsplit("|", 1)[-1].rsplit(".", 1)[-1]
            values = self._literals.alternatives(written)
            if values and all(_is_one_of(value, switch.values) for value in values):
                return f"{name}={_shown(values[0])}"
            for value in self._literals.elements(written):
                if _is_one_of(value, switch.values):
                    return f"{name}=[{_shown(value)}]"
        return None

    @staticmethod
    def _is_used(site: CallSite) -> bool:
        """Whether something is done with what the call gives."""
        match site.stmt:
            case m.ExprStmt(value=value):
                return value is not site.call
            case m.Assign(targets=(m.Name(id=name),), value=value) if value is site.call:
                func = site.func
                nodes = (node for one in (func, *func.inner) for node in one.nodes)
                reads = sum(isinstance(node, m.Name) and node.id == name for node in nodes)
                # What a module or class holds may be read in another file.
                return reads > 1 or func.facts.kind in ("module", "class")
            case _:
                return True

    def _is_unguarded(self, switch: s.Switch, site: CallSite, written: str) -> bool:
        call, func = site.call, site.func
        if switch.when and not self._evaluator.matches(switch.when, call, func):
            return False
        if any(self._literals.is_set(call, func, path) for path in switch.unless):
            return False
        if any(self._evaluator.matches({w: v}, call, func) for w, v in switch.unless_values.items()):
            return False
        if switch.gated and self._gates.agents_ask:
            return False
        if switch.writers and self._gates.calls_any(switch.writers):
            return False
        if switch.code_from and self._is_local(call, func, switch.code_from):
            return False
        return not asked_for(site.frames, words(f"{written} {_last(call.func)}"))

    def _is_local(self, call: m.Call, func: Func, path: str) -> bool:
        """Whether an argument is a directory of this machine."""
        for written in self._literals.given(call, func, path):
            texts = [one for one in self._literals.alternatives(written) if isinstance(one, str)]
            if texts:
                return all(text.startswith((".", "/", "~")) for text in texts)
            return any(_is_path(value) for value in self._evaluator.eval(written.expr, written.func))
        return False

    # -- assignments ----------------------------------------------------------------------------

    def _assigned(self, func: Func) -> Iterator[Capability]:
        attributes = [one for one in self._catalogue.switches if one.attribute]
        for name, value, target in self._literals.attributes(func) if attributes else ():
            for switch in attributes:
                if name in (f"{path}.{switch.attribute}" for path in (switch.path, *switch.also)):
                    if self._is_thrown(switch, value):
                        span = self._span(func, target)
                        shown = f"{walk.dotted(target) or switch.attribute} = {switch.values[0]}"
                        yield Capability(func, span, switch, shown)
        for variable in self._literals.variables(func):
            for switch in self._catalogue.switches:
                if switch.environment == variable.name and self._is_thrown(switch, variable.value):
                    shown = f"{variable.name}={self._literals.alternatives(variable.value)[0]}"
                    yield Capability(func, variable.span, switch, shown)

    def _is_thrown(self, switch: s.Switch, value: Written) -> bool:
        values = self._literals.alternatives(value)
        return bool(values) and all(
            _is_one_of(one.lower() if isinstance(one, str) else one, switch.values) for one in values
        )

    @staticmethod
    def _span(func: Func, target: m.Attr) -> m.Span:
        """The statement that assigns to a target."""
        for stmt in func.statements:
            if isinstance(stmt, m.Assign) and target in stmt.targets:
                return stmt.span
        return func.facts.span


def _is_one_of(value: Literal, values: tuple[str | bool | int, ...]) -> bool:
    return any(value == one and type(value) is type(one) for one in values)


def _shown(value: Literal) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _is_path(value: Value) -> bool:
    """``Path(...)``, ``os.path.join(...)``, ``HERE / "models"``."""
    match value:
        case ExternalObject(name=name) | ExternalMethod(owner=ExternalObject(name=name)):
            return name.split(".", 1)[0] in ("pathlib", "os")
        case Data(expr=m.BinOp(op="/")):
            return True
        case _:
            return False


def _last(func: m.Expr) -> str:
    return func.name if isinstance(func, m.Attr) else walk.dotted(func) or ""
