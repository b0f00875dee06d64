"""Where a person is asked before a tool is run."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import FuncRef, external_name
from llmlint.project.people import People
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.tools import Tools
from llmlint.project.values import Evaluator

DEPTH = 4
"""Levels of calls below a tool in which the question is looked for."""


class Gates:
    """Answers for single tools and for the project's agents as a whole.

    Gates only ever silence, so their names are enough: what is called ``interrupt_before`` is taken for it.
    """

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, people: People) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._people = people
        tables = catalogue.gates
        self._tool_keywords = {word for one in tables for word in one.tool_keywords}
        self._agent_keywords = {word for one in tables for word in one.agent_keywords}
        self._calls = {name for one in tables for name in one.calls}
        self._asked = {name for one in tables for name in one.asked}
        self._methods = {name for one in tables for name in one.methods}
        self._hosts = {root for one in tables for root in one.hosts}

    @property
    def agents_ask(self) -> bool:
        """Whether an agent of the project (which one is not known) asks before it runs tools."""
        return bool(self.of_agents)

    @functools.cached_property
    def of_agents(self) -> tuple[CallSite, ...]:
        """Where agents of the project are told to ask before they run tools."""
        return tuple(
            site
            for func in self._graph.functions
            if func.mod.production
            for site in self._graph.sites[func]
            if self._is_set(site.call, self._agent_keywords) or self._calls_gate(site.call, func)
        )

    def calls_any(self, methods: Iterable[str]) -> bool:
        """Whether the project calls one of these methods, on whatever."""
        return not self._called.isdisjoint(methods)

    @functools.cached_property
    def _called(self) -> set[str]:
        return {
            site.call.func.name
            for func in self._graph.functions
            for site in self._graph.sites[func]
            if isinstance(site.call.func, m.Attr)
        }

    def hosted(self, tools: Tools, func: Func) -> bool:
        """Whether a tool runs in somebody else's host only, which asks by itself (MCP)."""
        roots = []
        for use in tools.uses(func):
            table = use.table
            owners = (table.path, *table.on) if table is not None else ("",)
            roots += [owner.split(".", 1)[0] for owner in owners if owner or table is None]
        return bool(roots) and all(root in self._hosts for root in roots)

    def asks(self, func: Func) -> bool:
        """Whether a tool asks: where it is made one, or in what it does."""
        if any(self._sets_keyword(one, func.parent or func) for one in func.facts.decorators):
            return True
        if func in self._registered:
            return True
        level, seen = [func], {func}
        for _ in range(DEPTH):
            for one in level:
                if self._people.asked_in(one) or any(
                    self._asks(site.call, one) for site in self._graph.sites[one]
                ):
                    return True
            below = {edge.target for one in level for edge in self._graph.edges.get(one, ())} - seen
            seen |= below
            level = sorted(below, key=lambda one: (one.path, one.facts.index))
        return False

    def _asks(self, call: m.Call, func: Func) -> bool:
        if isinstance(call.func, m.Attr) and call.func.name in self._methods:
            return True
        return self._calls_gate(call, func)

    def _sets_keyword(self, expr: m.Expr, func: Func) -> bool:
        if not isinstance(expr, m.Call):
            return self._is_gate(expr, func)
        return self._is_set(expr, self._tool_keywords) or self._calls_gate(expr, func)

    def _calls_gate(self, call: m.Call, func: Func) -> bool:
        """``interrupt(question)`` asks a person, ``kernel.interrupt()`` asks nobody."""
        name = call.func.name if isinstance(call.func, m.Attr) else walk.dotted(call.func)
        return (bool(call.args) or name not in self._asked) and self._is_gate(call.func, func)

    def _is_gate(self, expr: m.Expr, func: Func) -> bool:
        """Whether a function or class has, here or in its own module, the name of a gate."""
        if not isinstance(expr, m.Name | m.Attr):
            return False
        values = self._evaluator.eval(expr, func)
        names = {external_name(value).rpartition(".")[2] for value in values}
        return not self._calls.isdisjoint({*names, expr.id if isinstance(expr, m.Name) else expr.name})

    @functools.cached_property
    def _registered(self) -> set[Func]:
        """Functions given to a call that says that it asks: ``function_tool(f, needs_approval=True)``."""
        found: set[Func] = set()
        for func in self._graph.functions:
            for site in self._graph.sites[func]:
                if self._is_set(site.call, self._tool_keywords):
                    for arg in site.call.args:
                        if arg.keyword in (None, "func", "function", "coroutine") and isinstance(
                            arg.value, m.Name | m.Attr
                        ):
                            found.update(self._functions(arg.value, func))
        return found

    def _functions(self, expr: m.Expr, func: Func) -> list[Func]:
        values = self._evaluator.eval(expr, func)
        return [value.func for value in values if isinstance(value, FuncRef)]

    @staticmethod
    def _is_set(call: m.Call, keywords: set[str]) -> bool:
        return any(
            arg.keyword in keywords
            and not (isinstance(arg.value, m.Const) and not arg.value.value)
            and not (isinstance(arg.value, m.Seq) and not arg.value.items)
            for arg in call.args
        )
