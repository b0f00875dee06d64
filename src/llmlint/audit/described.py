"""Tools that are described to a model, where what runs them is not followed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.prose import either
from llmlint.audit.saying import last_name
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
from llmlint.project.kinds import Data, is_none_value
from llmlint.project.scopes import Func
from llmlint.project.toolschemas import Words, items_of
from llmlint.project.wording import callee

HOPS = 3
"""Callers over which it is looked whether a parameter is ever given tools."""

_ADDS = frozenset({"append", "extend", "insert"})
"""Methods by which a list grows."""


class Described:
    """Looks for them in production code; made once per subject (``subject.once(Described)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._words = read("security", SecurityFile).words
        self._people = subject.project.flows.people
        self._keys = Words.of(subject.project.catalogue).schema_keys

    def places(self) -> tuple[Evidence, ...]:
        """Where tools are handed to a model, or written down for one."""
        return one_per_line(one for func in self._functions() for one in self._in(func))

    def limits(self, *, asked_only: bool = False) -> tuple[Evidence, ...]:
        """Where a person is asked before something is done, or what a model wants is checked.

        ``asked_only``: only where a person is asked, in what is called after tools.
        """
        path = self._subject.once(LlmPath)
        lists = either(self._words.tool_lists)
        asks, confirms = either(self._words.questions), either(self._words.confirms)
        checks, which = either(self._words.checks), either(self._words.tool_checks)
        found = []
        for func in self._functions():
            of_tools = "tool" in f"{func.path} {func.qualname}".lower()
            if of_tools or (not asked_only and func in path):
                for site in self._project.graph.sites[func]:
                    name = last_name(site.call)
                    texts = (arg.value.value for arg in site.call.args if isinstance(arg.value, m.Text))
                    asked = any(map(asks.search, texts)) and self._people.asked_by(site.call, func)
                    checked = which.search(name) or (of_tools and checks.search(name))
                    if asked or confirms.search(name) or (checked and not asked_only):
                        found.append(self._subject.at(func, site.call.span, f"`{callee(site.call)}`"))
                if not asked_only:
                    found += [self._subject.at(func, *place) for place in _picked(func, lists)]
        return one_per_line(found)

    def _functions(self) -> Iterator[Func]:
        return (f for f in self._project.functions if f.mod.production and self._subject.within(f.path))

    def _in(self, func: Func) -> Iterator[Evidence]:
        for site in self._project.graph.sites[func]:
            for arg in site.call.args:
                if arg.keyword in self._words.tool_arguments and self._holds(arg.value, func):
                    if func in self._subject.once(LlmPath):
                        what = f"`{arg.keyword}` of `{callee(site.call)}`"
                        yield self._subject.at(func, site.call.span, what)
        for stmt in func.statements:
            for target in stmt.targets if isinstance(stmt, m.Assign) else ():
                match target:
                    case m.Sub(index=m.Text(value=key)) if key in self._words.tool_arguments:
                        if isinstance(stmt, m.Assign) and stmt.value and self._holds(stmt.value, func):
                            yield self._subject.at(func, stmt.span, f"`{key}` of what is sent")
                    case _:
                        pass
        for stmt in func.statements:
            if not isinstance(stmt, m.Assign | m.AugAssign | m.ExprStmt | m.Return):
                continue
            for expr in walk.own_expressions(stmt):
                if any(map(self._describes, walk.expressions(expr))):
                    yield self._subject.at(func, stmt.span, "a tool is described")

    def _describes(self, expr: m.Expr) -> bool:
        """``{"name": "search", "description": "…", "parameters": {…}}``."""
        items = items_of(expr) if isinstance(expr, m.DictDisplay) else {}
        return bool(self._keys & items.keys()) and {"name", "description"} <= items.keys()

    def _holds(self, expr: m.Expr, func: Func, hops: int = HOPS) -> bool:
        """Whether there can be a tool in it: not where it is ``None``, empty, or never given."""
        if _grows(expr, func):
            return True
        param = func.params.get(expr.id) if isinstance(expr, m.Name) else None
        if param is None or len(func.bindings.get(param.name, ())) > 1:
            values = self._project.evaluator.eval(expr, func)
            return not values or not all(is_none_value(value) or _is_empty(value) for value in values)
        edges = self._project.graph.callers.get(func, ()) if hops else ()
        for edge in edges:
            bound = bind(edge.call, func, edge.skip_receiver)
            given = bound.given.get(param.name)
            if bound.double_star or (given is not None and self._holds(given, edge.site.func, hops - 1)):
                return True
        return param.default is None and not edges


def _picked(func: Func, lists: re.Pattern[str]) -> Iterator[tuple[m.Span, str]]:
    """``if tool.name in enabled_tools``; a table out of which the tool itself is taken is no such list."""
    tables = {walk.dotted(node.value) for node in func.nodes if isinstance(node, m.Sub)}
    for stmt in (s for s in func.statements if isinstance(s, m.If | m.Assign | m.Return)):
        for node in (n for expr in walk.own_expressions(stmt) for n in walk.expressions(expr)):
            if isinstance(node, m.Compare) and node.ops in (("in",), ("not in",)):
                name = walk.dotted(node.rights[0]) or ""
                of_tools = "tool" in (walk.dotted(node.left) or "").lower()
                if of_tools and name not in tables and lists.search(name.rpartition(".")[2]):
                    yield stmt.span, f"only what is in `{name}`"


def _grows(expr: m.Expr, func: Func) -> bool:
    """Whether something is added to a list: there in the function, or if it is a field, in the module."""
    name = walk.dotted(expr)
    if name is None:
        return False
    for one in (func,) if isinstance(expr, m.Name) else func.mod.functions:
        for node in one.nodes:
            if isinstance(node, m.Call) and isinstance(node.func, m.Attr) and node.func.name in _ADDS:
                if walk.dotted(node.func.value) == name:
                    return True
        for stmt in one.statements:
            if isinstance(stmt, m.AugAssign) and walk.dotted(stmt.target) == name:
                return True
    return False


def _is_empty(value: object) -> bool:
    return isinstance(value, Data) and isinstance(value.expr, m.Seq) and not value.expr.items
