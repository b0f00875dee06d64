"""Graphs of steps that other code runs: whether they go round, and what stops them."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import networkx as nx

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.arguments import filled_later
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.deadlines import Deadlines
from llmlint.project.guards import compares_sizes
from llmlint.project.kinds import (
    Client,
    ClientMethod,
    Data,
    FuncRef,
    Obj,
    Partial,
    Site,
    Value,
    external_name,
)
from llmlint.project.loops import Loops
from llmlint.project.reach import Reach
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True, eq=False)
class UnlimitedRun:
    """A call that runs a loop of steps at the framework's own limit."""

    call: LlmCall
    steps: int
    package: str


class Graphs:
    """Looks at every run of a graph or prebuilt agent."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        deadlines: Deadlines,
        loops: Loops,
        reach: Reach,
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines
        self._loops = loops
        self._reach = reach
        self._cyclic: dict[m.Call, bool] = {}

    def unlimited(self, oldest: Callable[[str], tuple[int, ...] | None]) -> Iterator[UnlimitedRun]:
        """Runs without a limit of their own, where ``oldest`` knows the version of the framework."""
        for call in self._graph.llm_calls:
            client = call.client
            table = self._catalogue.step_limits.get(client.entry.path) if client else None
            if client is None or client.site is None or table is None:
                continue
            steps = _default(table, oldest(table.package))
            if steps is not None and not self._limited(call, client) and self._goes_round(client, table):
                yield UnlimitedRun(call, steps, table.package)

    def _limited(self, call: LlmCall, client: Client) -> bool:
        """Whether the call, or what configured the graph before it, says or may say how many steps."""
        told = [(call.entry.path, call.site.call, call.site.func)]
        told += [(derive.name, change.call, change.func) for derive, change in client.changes]
        return any(
            self._deadlines.setting(given, func, (cap.param,)).state != "absent"
            or filled_later(walk.argument(given, cap.param.partition(".")[0]), func)
            for method, given, func in told
            for cap in self._catalogue.method_caps(client.entry, method)
        )

    def _goes_round(self, client: Client, table: s.StepLimit) -> bool:
        made = client.site
        assert made is not None
        if table.tools:
            given = walk.argument(made.call, table.tools)
            tools = self._evaluator.eval(given, made.func) if given is not None else ()
            answers_once = not tools or any(_is_empty(v) for v in tools)
            return not (answers_once or self._given(made, table.bounded_by))
        if made.call not in self._cyclic:
            self._cyclic[made.call] = self._has_cycle(made, client)
        return self._cyclic[made.call]

    def _given(self, made: Site, parameters: tuple[str, ...]) -> bool:
        return any(self._deadlines.setting(made.call, made.func, (p,)).state != "absent" for p in parameters)

    # -- the graph ------------------------------------------------------------------------------

    def _has_cycle(self, made: Site, client: Client) -> bool:
        """Whether the model's words alone can send a run round and round, past a model each time."""
        table = self._builder(made)
        if table is None or any(self._given(change, table.pauses) for _, change in client.changes):
            return False
        steps: nx.DiGraph[str] = nx.DiGraph()
        actions: dict[str, tuple[Value, ...]] = {}
        for method, site in self._assembly.get(made.call, ()):
            if method == table.node:
                name, action = self._node(site, table)
                actions[name] = action
            elif method == table.edge:
                ends = (self._texts(site, table.edge_from), self._texts(site, table.edge_to))
                steps.add_edges_from((a, b) for a in ends[0] for b in ends[1])
            elif method == table.branch:
                ends = (self._texts(site, table.branch_from), self._targets(site, table))
                steps.add_edges_from((a, b) for a in ends[0] for b in ends[1])
        return any(
            (len(circle) > 1 or any(steps.has_edge(n, n) for n in circle))
            and any(self._asks(action) for n in circle for action in actions.get(n, ()))
            and not any(self._stops(action, table) for n in circle for action in actions.get(n, ()))
            for circle in nx.strongly_connected_components(steps)
        )

    def _builder(self, made: Site) -> s.GraphBuilder | None:
        for value in self._evaluator.eval(made.call, made.func):
            if isinstance(value, Client):
                return self._catalogue.graph_builders.get(value.entry.path)
        return None

    @functools.cached_property
    def _assembly(self) -> dict[m.Call, list[tuple[str, CallSite]]]:
        """The calls on each builder, by the call that made it."""
        tables = self._catalogue.graph_builders.values()
        methods = {name for t in tables for name in (t.node, t.edge, t.branch)}
        found: dict[m.Call, list[tuple[str, CallSite]]] = defaultdict(list)
        for sites in self._graph.sites.values():
            for site in sites:
                if not (isinstance(site.call.func, m.Attr) and site.call.func.name in methods):
                    continue
                for value in self._evaluator.eval(site.call.func, site.func):
                    if isinstance(value, ClientMethod) and value.client.site is not None:
                        found[value.client.site.call].append((value.path, site))
        return found

    def _node(self, site: CallSite, table: s.GraphBuilder) -> tuple[str, tuple[Value, ...]]:
        first, action = (walk.argument(site.call, w) for w in (table.node_name, table.node_action))
        if first is None:
            return "", ()
        values = self._evaluator.eval(action or first, site.func)
        names = self._names(first, site.func) or [v.func.name for v in values if isinstance(v, FuncRef)]
        return next(iter(names), ""), values

    def _texts(self, site: CallSite, where: str) -> list[str]:
        given = walk.argument(site.call, where)
        return self._names(given, site.func) if given is not None else []

    def _names(self, expr: m.Expr, func: Func) -> list[str]:
        """The names of nodes an expression stands for; ends of the graph have none."""
        found: list[str] = []
        for value in self._evaluator.eval(expr, func):
            match value:
                case Data(expr=m.Text(value=text)):
                    found.append(text)
                case Data(expr=m.Seq(items=items), func=scope):
                    found += [name for item in items for name in self._names(item, scope)]
                case Data(expr=m.DictDisplay(items=pairs), func=scope):
                    found += [name for _, item in pairs for name in self._names(item, scope)]
                case _:
                    pass
        return found

    def _targets(self, site: CallSite, table: s.GraphBuilder) -> list[str]:
        """Where a branch can lead; nowhere when what chooses is unknown, or counts."""
        route = walk.argument(site.call, table.branch_route)
        values = self._evaluator.eval(route, site.func) if route is not None else ()
        found = self._texts(site, table.branch_map)
        for value in values:
            known = table.routers.get(external_name(value))
            func = _function(value)
            if known is not None:
                found = found or list(known)
            elif func is None or self._counts(func):
                return []
            elif not found:
                found = [n for r in func.returns if r.value is not None for n in self._names(r.value, func)]
        return found if values else []

    # -- what nodes do --------------------------------------------------------------------------

    def _asks(self, action: Value) -> bool:
        func = _function(action)
        return isinstance(action, Client | ClientMethod) or (func is not None and self._reach.reaches(func))

    def _stops(self, action: Value, table: s.GraphBuilder) -> bool:
        """Whether a node counts, or waits for somebody."""
        func = _function(action)
        return func is not None and (
            self._counts(func) or self._loops.waiting(func) or self._calls(func, table.interrupts)
        )

    def _calls(self, func: Func, names: tuple[str, ...]) -> bool:
        return any(
            external_name(value) in names
            for site in self._graph.sites[func]
            for value in self._evaluator.eval(site.call.func, func)
        )

    def _counts(self, func: Func) -> bool:
        """Whether a function, or one that it calls, compares sizes: rounds, tokens, seconds."""
        near = [func, *(edge.target for edge in self._graph.edges.get(func, ()))]
        return any(compares_sizes(n) for f in near for n in f.nodes)


def _default(table: s.StepLimit, oldest: tuple[int, ...] | None) -> int | None:
    """How many steps the oldest version that may be installed takes; None when it is not known."""
    found = None
    for since, steps in table.defaults.items():
        if oldest is not None and oldest >= tuple(map(int, since.split("."))):
            found = steps
    return found


def _function(value: Value) -> Func | None:
    match value:
        case FuncRef(func=func) | Partial(target=FuncRef(func=func)):
            return func
        case Obj(cls=cls):
            return cls.methods.get("__call__")
        case _:
            return None


def _is_empty(value: Value) -> bool:
    return isinstance(value, Data) and (
        (isinstance(value.expr, m.Seq) and not value.expr.items)
        or (isinstance(value.expr, m.Const) and value.expr.value is None)
    )
