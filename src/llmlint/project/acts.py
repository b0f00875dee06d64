"""Tools that change something outside the program, and whether anybody is asked first."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.endpoints import Endpoints
from llmlint.project.gates import Gates
from llmlint.project.kinds import ClientMethod, Value, external_name
from llmlint.project.scopes import Func
from llmlint.project.sinks import Sinks
from llmlint.project.sites import CallSite
from llmlint.project.tools import Tools
from llmlint.project.values import Evaluator

DEPTH = 4
"""Levels of calls below a tool that are looked at."""
NEAR = 1
"""Levels on which a table is the tool's own subject; further down it is a log or a cache."""
_WRITES = re.compile(
    r"\s*(insert|update|delete|drop|alter|truncate|replace|merge|create|grant)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """A tool, the call in it (or below it) that cannot be taken back, and what that does."""

    tool: Func
    does: str
    func: Func
    """Where the call stands."""
    call: m.Call


class Acts:
    """Looks at what tools do, by their bodies.

    Commands, code, statements and files that the model chooses are not among it: that they can be chosen is
    what other rules speak of, and says more.
    """

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, tools: Tools, gates: Gates
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._tools = tools
        self._gates = gates
        self._sinks = Sinks(evaluator, catalogue)
        self._endpoints = Endpoints(evaluator, catalogue)

    @functools.cached_property
    def all(self) -> dict[Func, Act]:
        """What each tool of production code does that acts, whoever is asked; not those of hosts that ask."""
        acts = {}
        for tool in self._tools.functions():
            if tool.mod.production and not self._gates.hosted(self._tools, tool):
                act = self._act(tool)
                if act is not None:
                    acts[tool] = act
        return acts

    def ungated(self) -> Iterator[Act]:
        """Tools of production code that act without anybody being asked."""
        if self._gates.agents_ask:
            return
        acts = {tool: act for tool, act in self.all.items() if not self._gates.asks(tool)}
        for tool, act in acts.items():
            # What hands over to another tool is that tool's wrapper.
            if not any(
                edge.target in acts for edge in self._graph.edges.get(tool, ()) if edge.target is not tool
            ):
                yield act

    def _act(self, tool: Func) -> Act | None:
        near, seen = [tool], {tool}
        for depth in range(DEPTH):
            for func in near:
                for site in self._graph.sites[func]:
                    does = self._does(site, depth)
                    if does:
                        return Act(tool, does, func, site.call)
            below = {edge.target for func in near for edge in self._graph.edges.get(func, ())} - seen
            seen |= below
            near = sorted(below, key=lambda func: (func.path, func.facts.index))
        return None

    def _does(self, site: CallSite, depth: int) -> str:
        for callee in self._evaluator.eval(site.call.func, site.func):
            for name in self._names(callee):
                for table in self._catalogue.acts.get(name):
                    return table.does
        for use in self._sinks.at(site.call, site.func) if depth <= NEAR else ():
            if use.kind == "sql":
                texts = [text for expr in use.exprs for text in self._endpoints.texts(expr, site.func)]
                if any(_WRITES.match(text) for text in texts):
                    return "writes to the database"
        return ""

    def _names(self, callee: Value) -> list[str]:
        if isinstance(callee, ClientMethod):
            return [f"{owner}.{callee.path}" for owner in self._catalogue.ids(callee.client.entry)]
        name = external_name(callee)
        return [name] if name else []
