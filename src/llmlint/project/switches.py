"""Debug switches of SDKs that are on wherever the program runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func
from llmlint.project.sites import Frame
from llmlint.project.values import Evaluator
from llmlint.project.writes import Write, Writes

_CONDITIONAL = frozenset({"if", "orelse", "case", "handler", "comp"})
_ASKED_FOR = re.compile(r"debug|verbose|log|trace|diagnos", re.I)
"""Functions of such names are called by whoever wants it."""
MAX_CALLERS = 8
"""Levels of callers in which a condition is looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class SwitchedOn:
    """A debug switch that is thrown whatever the settings say."""

    switch: s.DebugSwitch
    func: Func
    span: m.Span
    written: str
    """As in the code: ``litellm.set_verbose = True``."""


class Switches:
    """Looks for them."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, writes: Writes) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._observed = catalogue.observed
        self._writes = writes

    def on(self, func: Func) -> Iterator[SwitchedOn]:
        """The switches that a scope throws for good."""
        found = [*self._attributes(func), *self._variables(func), *self._calls(func)]
        for one, frames in found:
            if not _conditional(frames, func, one.span) and self._always_runs(func):
                yield one

    def _attributes(self, func: Func) -> Iterator[tuple[SwitchedOn, tuple[Frame, ...]]]:
        table = self._observed.switch_attributes
        writes = [write for write in self._writes.attributes(func) if write.name in table]
        for write in writes:
            switch = table[write.name]
            if _literal(write.value, switch) and not _undone(write, writes):
                shown = f"{walk.dotted(write.target) or write.name} = " if write.target else ""
                written = f"{shown}{_shown(write.value)}"
                yield SwitchedOn(switch, func, write.span, written), write.place.frames

    def _variables(self, func: Func) -> Iterator[tuple[SwitchedOn, tuple[Frame, ...]]]:
        table = self._observed.switch_variables
        writes = [write for write in self._writes.variables(func) if write.name in table]
        for write in writes:
            switch = table[write.name]
            if _literal(write.value, switch) and not _undone(write, writes):
                written = f"{write.name}={_shown(write.value)}"
                yield SwitchedOn(switch, func, write.span, written), write.place.frames

    def _calls(self, func: Func) -> Iterator[tuple[SwitchedOn, tuple[Frame, ...]]]:
        table = self._observed.switch_calls
        for site in self._graph.sites[func]:
            if not (isinstance(site.stmt, m.ExprStmt) and site.stmt.value is site.call):
                continue  # ``DEBUG and set_debug(True)``
            for callee in self._evaluator.eval(site.call.func, func):
                switch = table.get(external_name(callee))
                if switch is None:
                    continue
                given = walk.argument(site.call, switch.arg) if switch.arg else None
                if switch.arg and (given is None or not _literal(given, switch)):
                    continue
                name = walk.dotted(site.call.func) or switch.path
                written = f"{name}({_shown(given) if given is not None else ''})"
                yield SwitchedOn(switch, func, site.call.span, written), site.frames
                break

    def _always_runs(self, func: Func, levels: int = MAX_CALLERS) -> bool:
        """Whether nothing decides if this scope runs at all, as far as its callers are known."""
        if func.facts.kind == "module":
            return True
        if func.facts.kind == "class":
            return func.parent is None or self._always_runs(func.parent, levels)
        if func.facts.kind == "lambda":
            return False
        callers = self._graph.callers.get(func, ())
        if not callers:
            return not _ASKED_FOR.search(func.name)
        return levels > 0 and any(
            edge.site.func.mod.production
            and edge.site.func is not func
            and not _conditional(edge.site.frames, edge.site.func, edge.site.call.span)
            and self._always_runs(edge.site.func, levels - 1)
            for edge in callers
        )


def _conditional(frames: tuple[Frame, ...], func: Func, span: m.Span) -> bool:
    """Whether a condition decides if what stands there runs: around it, or an early ``return`` before it."""
    if any(frame.kind in _CONDITIONAL for frame in frames):
        return True
    return any(
        isinstance(stmt, m.If) and stmt.span.line < span.line and _returns(stmt) for stmt in func.statements
    )


def _returns(stmt: m.If) -> bool:
    return any(
        isinstance(inner, m.Return) or (isinstance(inner, m.Simple) and inner.what != "pass")
        for inner in walk.statements((*stmt.body, *stmt.orelse))
    )


def _literal(value: m.Expr, switch: s.DebugSwitch) -> bool:
    """Whether a value is written down, and switches it on."""
    match value:
        case m.Const(value=constant):
            return constant in switch.values and isinstance(constant, bool)
        case m.Text(value=text):
            return bool(text) if not switch.values else text.lower() in switch.values
        case _:
            return False


def _undone(write: Write, writes: list[Write]) -> bool:
    """Whether the same scope sets it to something else later."""
    return any(
        later.name == write.name
        and later.span.line > write.span.line
        and _shown(later.value).lower() != _shown(write.value).lower()
        for later in writes
    )


def _shown(value: m.Expr) -> str:
    match value:
        case m.Text(value=text):
            return text
        case m.Const(value=constant):
            return str(constant)
        case _:
            return "…"
