"""What lets somebody see what the program does: instrumentation, spans, metrics, reporters of errors.

Each use is evidence with its place. An import alone is none (unless the module is known to act when it is
imported), nor is a mention in a comment or a docstring.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func, Mod
from llmlint.project.values import Evaluator
from llmlint.project.writes import Writes

_OFF = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, eq=False)
class TelemetryUse:
    """One place where telemetry is used."""

    table: s.Telemetry
    func: Func
    span: m.Span
    what: str
    """The dotted name that is called, assigned, imported or given, or the environment variable."""


class Telemetry:
    """Finds the uses in production code; computed when they are first asked for."""

    def __init__(
        self,
        modules: Iterable[Mod],
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        writes: Writes,
    ) -> None:
        self._modules = tuple(mod for mod in modules if mod.production)
        self._graph = graph
        self._evaluator = evaluator
        self._observed = catalogue.observed
        self._writes = writes
        self._of_calls: dict[m.Call, tuple[s.Telemetry, ...]] = {}

    @functools.cached_property
    def uses(self) -> tuple[TelemetryUse, ...]:
        """Every use, in reading order of the files."""
        return tuple(use for mod in self._modules for use in self._of_module(mod))

    @functools.cached_property
    def by_function(self) -> dict[Func, list[TelemetryUse]]:
        """The uses in each function (decorators are uses of the function that they decorate)."""
        found: dict[Func, list[TelemetryUse]] = defaultdict(list)
        for use in self.uses:
            found[use.func].append(use)
        return found

    def of_kind(self, *kinds: str) -> tuple[TelemetryUse, ...]:
        """The uses of these kinds."""
        return tuple(use for use in self.uses if use.table.kind in kinds)

    def at_call(self, call: m.Call, func: Func) -> tuple[s.Telemetry, ...]:
        """What a call is as telemetry; empty when it is none."""
        known = self._of_calls.get(call)
        if known is None:
            known = self._of_calls[call] = tuple(
                table for name in self._names(call.func, func) for table in self._named(name, call)
            )
        return known

    # -- how it is found ------------------------------------------------------------------------

    def _of_module(self, mod: Mod) -> Iterator[TelemetryUse]:
        for func in mod.functions:
            yield from self._decorators(func)
            yield from self._imports(func)
            yield from self._settings(func)
            for site in self._graph.sites[func]:
                for table in self.at_call(site.call, func):
                    yield TelemetryUse(table, func, site.call.span, self._names(site.call.func, func)[0])
            yield from self._texts(func)
        for cls in mod.classes:
            for base in self._evaluator.hierarchy.external_bases(cls):
                if base in self._observed.inherited:
                    yield TelemetryUse(self._observed.inherited[base], cls.body, cls.facts.span, base)

    def _names(self, expr: m.Expr, func: Func) -> list[str]:
        names = (external_name(value) for value in self._evaluator.eval(expr, func))
        return [name for name in names if name]

    def _named(self, name: str, call: m.Call | None) -> Iterator[s.Telemetry]:
        for table in self._observed.telemetry.get(name):
            if not table.given or (
                call is not None and any(arg.star or arg.keyword in table.given for arg in call.args)
            ):
                yield table

    def _decorators(self, func: Func) -> Iterator[TelemetryUse]:
        scope = func.parent or func
        for decorator, span in zip(func.facts.decorators, func.facts.decorator_spans, strict=True):
            call = decorator if isinstance(decorator, m.Call) else None
            for name in self._names(call.func if call is not None else decorator, scope):
                for table in self._named(name, call):
                    yield TelemetryUse(table, func, span, name)

    def _imports(self, func: Func) -> Iterator[TelemetryUse]:
        for stmt in func.statements:
            if isinstance(stmt, m.Import):
                names = [name for name, _ in stmt.names]
            elif isinstance(stmt, m.ImportFrom) and not stmt.level:
                names = [stmt.module, *[f"{stmt.module}.{name}" for name, _ in stmt.names]]
            else:
                continue
            for name in names:
                if name in self._observed.imported:
                    yield TelemetryUse(self._observed.imported[name], func, stmt.span, name)

    def _settings(self, func: Func) -> Iterator[TelemetryUse]:
        for write in self._writes.attributes(func):
            table = self._observed.assigned.get(write.name)
            empty = isinstance(write.value, m.Seq) and not write.value.items
            if table is not None and not empty and not _is_none(write.value):
                yield TelemetryUse(table, func, write.span, write.name)
        for write in self._writes.variables(func):
            table = self._observed.telemetry_variables.get(write.name)
            off = isinstance(write.value, m.Text) and write.value.value.strip().lower() in _OFF
            if table is not None and not off:
                yield TelemetryUse(table, func, write.span, write.name)

    def _texts(self, func: Func) -> Iterator[TelemetryUse]:
        """Handlers named in settings (``"rollbar.logger.RollbarHandler"``), proxies in URLs."""
        said = {stmt.value for stmt in func.statements if isinstance(stmt, m.ExprStmt)}
        for node in func.nodes:
            if not isinstance(node, m.Text) or node in said or "." not in node.value:
                continue
            text = node.value
            if "://" in text:
                for host, table in self._observed.proxies.items():
                    if f"{host}/" in f"{text}/":
                        yield TelemetryUse(table, func, node.span, host)
            elif text.replace(".", "_").isidentifier():
                for table in self._named(text, None):
                    if table.kind in ("instrumentation", "reporter"):
                        yield TelemetryUse(table, func, node.span, text)


def _is_none(value: m.Expr) -> bool:
    return isinstance(value, m.Const) and value.value is None
