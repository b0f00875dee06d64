"""LLM calls of which nothing is kept but the text: no usage, no time, no span."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.addresses import Addresses
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.inputs import Inputs
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.telemetry import Telemetry
from llmlint.project.values import Evaluator

_KINDS = frozenset({"chat", "text", "structured"})
_CLOCKS = frozenset(
    {"time.time", "time.perf_counter", "time.monotonic", "time.perf_counter_ns", "time.monotonic_ns",
     "time.process_time", "timeit.default_timer", "time.time_ns"}
)  # fmt: skip
_RECORDS = re.compile(
    r"metric|telemetr|track|usage|tokens|token_|cost|latenc|elapsed|duration|trace|tracing|span|instrument|observ"
    r"|timer|timed|timing|audit|record|spend|budget|callback|bill|quota|stats|analytics",
    re.I,
)
"""Names of calls and decorators by which a program may keep a record of its own."""
_ASKS = frozenset({"isinstance", "hasattr", "bool"})


@dataclass(frozen=True, slots=True, eq=False)
class Unrecorded:
    """A call whose response is thrown away but for the text, and a handler that serves people with it."""

    call: LlmCall
    handler: Func


class Records:
    """Answers which calls leave nothing behind."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        telemetry: Telemetry,
        inputs: Inputs,
        addresses: Addresses,
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._telemetry = telemetry
        self._inputs = inputs
        self._addresses = addresses
        self._recording: dict[Func, bool] = {}

    def unrecorded(self) -> Iterator[Unrecorded]:
        """The calls that serve people and are recorded by nobody."""
        if self._telemetry.of_kind("instrumentation"):
            return
        for call in self._graph.llm_calls:
            if not self._may_be_asked(call) or not self._keeps_only_text(call.site):
                continue
            func = call.site.func
            above = sorted(
                {func, *nx.ancestors(self._graph.graph, func)}, key=lambda f: (f.path, f.facts.index)
            )
            handler = next((f for f in above if f.mod.production and self._serves(f)), None)
            if handler is not None and not any(map(self._records, above)):
                yield Unrecorded(call, handler)

    def _may_be_asked(self, call: LlmCall) -> bool:
        """Whether the response holds usage, and its record, if any, would be in this project's code."""
        entry, client = call.entry, call.client
        sdk = self._catalogue.sdk_of(entry)
        if not (call.site.func.mod.production and call.generates and call.http is None and sdk is not None):
            return False
        if entry.kind not in _KINDS or entry.result != "response" or entry.stream == "always":
            return False
        if sdk.id in self._catalogue.observed.traced_outside or self._streams(call):
            return False
        return (client is None or client.entry.kind == "client") and self._addresses.is_provider(call)

    def _streams(self, call: LlmCall) -> bool:
        keywords, complete = self._evaluator.keyword_items(call.site.call, call.site.func)
        given = keywords.get(call.entry.stream) if call.entry.stream else None
        if given is None:
            return not complete
        return not (isinstance(given[0], m.Const) and not given[0].value)

    def _serves(self, func: Func) -> bool:
        """Whether a framework runs it for a remote person."""
        if func.facts.kind == "module":
            return any(
                self._inputs.call_result(value, site.call, func)
                for site in self._graph.sites[func]
                for value in self._evaluator.eval(site.call.func, func)
            )
        return bool(self._inputs.serves(func))

    # -- what becomes of the response -----------------------------------------------------------

    def _keeps_only_text(self, site: CallSite) -> bool:
        """Whether the response is read for its text only, and never leaves the function as a whole."""
        parents = _parents(site.stmt)
        holder, above = _upwards(site.call, parents)
        if isinstance(above, m.Attr | m.Sub):
            return self._is_reply(above)
        if above is not None or not isinstance(site.stmt, m.Assign) or site.stmt.value is not holder:
            return False
        targets = site.stmt.targets
        return (
            len(targets) == 1
            and isinstance(targets[0], m.Name)
            and self._read_for_text(targets[0].id, site.func)
        )

    def _is_reply(self, read: m.Expr) -> bool:
        match read:
            case m.Attr(name=name):
                return name in self._catalogue.reply
            case m.Sub(index=m.Text(value=name)):
                return name in self._catalogue.reply
            case _:
                return False

    def _read_for_text(self, name: str, func: Func) -> bool:
        if name in func.globals or name in func.nonlocals or func.facts.kind == "module":
            return False
        read = False
        for scope in (func, *func.inner):
            for stmt in scope.statements:
                for expr, parent in _with_parents(stmt):
                    if not (isinstance(expr, m.Name) and expr.id == name):
                        continue
                    if parent is None and isinstance(stmt, m.Assign) and expr in stmt.targets:
                        continue
                    if parent is None and isinstance(stmt, m.If | m.While | m.Assert):
                        continue
                    if isinstance(parent, m.Attr | m.Sub) and parent.value is expr and self._is_reply(parent):
                        read = True
                    elif not _only_asks(parent):
                        return False
        return read

    # -- what is recorded -----------------------------------------------------------------------

    def _records(self, func: Func) -> bool:
        """Whether a function keeps a record, or may: of time, of usage, of numbers."""
        known = self._recording.get(func)
        if known is None:
            known = self._recording[func] = self._keeps_record(func)
        return known

    def _keeps_record(self, func: Func) -> bool:
        if any(use.table.kind in ("span", "metric") for use in self._telemetry.by_function.get(func, ())):
            return True
        clocks = 0
        for node in func.nodes:
            if isinstance(node, m.Attr) and node.name in self._catalogue.usage:
                return True
            if isinstance(node, m.Text) and node.value in self._catalogue.usage:
                return True
            if isinstance(node, m.Call):
                if _RECORDS.search(_last_name(node.func)):
                    return True
                names = {external_name(v) for v in self._evaluator.eval(node.func, func)}
                clocks += bool(names & _CLOCKS)
        return clocks > 1 or any(_RECORDS.search(_last_name(d)) for d in func.facts.decorators)


def _last_name(expr: m.Expr) -> str:
    target = expr.func if isinstance(expr, m.Call) else expr
    return walk.dotted(target) or (target.name if isinstance(target, m.Attr) else "")


def _parents(stmt: m.Stmt) -> dict[m.Expr, m.Expr]:
    return {expr: parent for expr, parent in _with_parents(stmt) if parent is not None}


def _with_parents(stmt: m.Stmt) -> Iterator[tuple[m.Expr, m.Expr | None]]:
    for own in walk.own_expressions(stmt):
        yield own, None
        for node in walk.expressions(own):
            for child in walk.children(node):
                yield child, node


def _upwards(expr: m.Expr, parents: dict[m.Expr, m.Expr]) -> tuple[m.Expr, m.Expr | None]:
    """The expression with its ``await``, and what is around it."""
    above = parents.get(expr)
    while isinstance(above, m.Await):
        expr, above = above, parents.get(above)
    return expr, above


def _only_asks(parent: m.Expr | None) -> bool:
    """Whether an expression is only asked for what it is: ``not x``, ``x is None``, ``hasattr(x, "y")``."""
    if isinstance(parent, m.Unary | m.Compare):
        return True
    return isinstance(parent, m.Call) and isinstance(parent.func, m.Name) and parent.func.id in _ASKS
