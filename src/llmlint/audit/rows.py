"""Rows of the program's own tables that are written around calls of models, and what they say together.

A row is often begun before a call and completed after it: what it says is what all writes of its table say.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.saying import Saying, last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
from llmlint.project.kinds import ClassRef, Obj
from llmlint.project.scopes import Cls, Func

_WHO = frozenset({"id", "user"})
_MEASURED = (frozenset({"tokens"}), frozenset({"latency", "model"}), frozenset({"cost", "model"}))
_SAID = frozenset({"input", "output"})


@dataclass(frozen=True, slots=True, eq=False)
class RowWrite:
    """A call that begins a row, or changes one."""

    func: Func
    call: m.Call
    table: Cls
    columns: dict[str, m.Expr]


class Rows:
    """Made once per subject (``subject.once(Rows)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._saying = subject.once(Saying)
        self._known: dict[Cls, frozenset[str]] = {}
        words = read("observability", ObservabilityFile).rows
        self._bases = words.bases
        self._saves, self._changes = frozenset(words.saves), frozenset(words.changes)
        self._turns = words.turns
        self._began, self._ended = re.compile(words.began), re.compile(words.ended)

    @functools.cached_property
    def tables(self) -> frozenset[Cls]:
        """Classes whose objects are rows: they name their table, or have the base of a library for it."""
        hierarchy = self._project.evaluator.hierarchy
        return frozenset(
            cls
            for cls in hierarchy.classes
            if "__tablename__" in cls.attributes
            or any(one.keyword == "table" for one in cls.facts.keywords)
            or any(base in self._bases for base in hierarchy.external_bases(cls))
        )

    @functools.cached_property
    def writes(self) -> tuple[RowWrite, ...]:
        """Every write in functions around models, in reading order."""
        if not self.tables:
            return ()
        return tuple(one for func in self._subject.once(LlmPath).functions for one in self._of(func))

    @functools.cached_property
    def turns(self) -> tuple[RowWrite, ...]:
        """Where rows are made and saved that are turns of a conversation, wherever that is."""
        functions = (f for f in self._project.functions if f.mod.production and self._subject.within(f.path))
        return tuple(one for func in functions if self.tables for one in self._turns_of(func))

    def _turns_of(self, func: Func) -> Iterator[RowWrite]:
        graph = self._project.graph
        around = (func, *(edge.site.func for edge in graph.callers.get(func, ())))
        saves = any(last_name(site.call) in self._saves for one in around for site in graph.sites[one])
        imports = any(last_name(site.call) == "open" for site in graph.sites[func])
        for site in graph.sites[func] if saves and not imports else ():
            columns = {arg.keyword: arg.value for arg in site.call.args if arg.keyword}
            if all(columns.keys() & names for names in map(set, self._turns)):
                for table in self._classes(site.call.func, func):
                    yield RowWrite(func, site.call, table, columns)

    @functools.cached_property
    def by_call(self) -> dict[m.Call, RowWrite]:
        """The writes by the call that writes."""
        return {one.call: one for one in self.writes}

    def first(self, table: Cls) -> RowWrite:
        """The write to show for a table: where its rows begin."""
        own = [one for one in self.writes if one.table is table]
        return next((one for one in own if last_name(one.call) == table.name), own[0])

    @functools.cached_property
    def of_calls(self) -> frozenset[Cls]:
        """Tables whose rows measure calls of models."""
        return frozenset(table for table in self._written if self._measures(table))

    def _measures(self, table: Cls) -> bool:
        return any(one <= self._named(table) for one in _MEASURED)

    @functools.cached_property
    def readers(self) -> tuple[Func, ...]:
        """Functions off the way to models that work with rows of calls."""
        path = self._subject.once(LlmPath)
        return tuple(
            func
            for func in self._project.functions
            if func not in path and self._subject.within(func.path) and self._mentions(func)
        )

    def _mentions(self, func: Func) -> bool:
        evaluator = self._project.evaluator
        return any(
            isinstance(value, ClassRef) and value.cls in self.of_calls
            for name in func.names & {table.name for table in self.of_calls}
            for value in evaluator.eval(m.Name(name), func)
        )

    def tell(self, table: Cls) -> bool:
        """Whether rows of a table measure calls of models, or hold what was asked and answered."""
        return table in self.of_calls or self._named(table) >= _SAID

    # -- what is written --------------------------------------------------------------------------

    def _of(self, func: Func) -> Iterator[RowWrite]:
        sites = self._project.graph.sites[func]
        saves = any(last_name(site.call) in self._saves for site in sites)
        for site in sites:
            call = site.call
            table = next(self._classes(call.func, func), None) if saves else None
            if table is None and last_name(call) in self._changes and isinstance(call.func, m.Attr):
                table = self._behind(call.func.value, func)
            columns = {arg.keyword: arg.value for arg in call.args if arg.keyword} if table else {}
            if table is not None and columns:
                yield RowWrite(func, call, table, columns)

    def _classes(self, expr: m.Expr, func: Func) -> Iterator[Cls]:
        for value in self._project.evaluator.eval(expr, func):
            if isinstance(value, ClassRef) and value.cls in self.tables:
                yield value.cls

    def _behind(self, expr: m.Expr, func: Func) -> Cls | None:
        """``update(Call).where(…)``, ``Call.objects``: the table that a chain is about."""
        while isinstance(expr, m.Call | m.Attr):
            given = [arg.value for arg in expr.args[:1]] if isinstance(expr, m.Call) else []
            for one in (expr, *given):
                found = next(self._classes(one, func), None) if not isinstance(one, m.Call) else None
                if found is not None:
                    return found
            expr = expr.func if isinstance(expr, m.Call) else expr.value
        return next(self._classes(expr, func), None)

    @functools.cached_property
    def _written(self) -> dict[Cls, list[tuple[str, m.Expr, Func]]]:
        """Columns of each table with what they are given, by calls and by attributes of a row."""
        found: dict[Cls, list[tuple[str, m.Expr, Func]]] = defaultdict(list)
        for one in self.writes:
            found[one.table] += [(name, value, one.func) for name, value in one.columns.items()]
        for func in self._subject.once(LlmPath).functions if found else ():
            for target, given in _assigned(func):
                for value in self._project.evaluator.eval(target.value, func):
                    if isinstance(value, Obj) and value.cls in found:
                        found[value.cls].append((target.name, given, func))
        return found

    def adds_up(self, table: Cls) -> bool:
        """Whether rows are running totals: a column is given what it holds and more."""
        written = self._written[table]
        return any(
            isinstance(value, m.BinOp) and value.op == "+" and name in set(_names(value))
            for name, value, _ in written
        ) or any(
            isinstance(stmt, m.AugAssign)
            and isinstance(stmt.target, m.Attr)
            and stmt.target.name in {name for name, _, _ in written}
            for func in self._subject.once(LlmPath).functions
            for stmt in func.statements
        )

    # -- what it says -----------------------------------------------------------------------------

    def says(self, table: Cls) -> frozenset[str]:
        """What rows of a table say, in the words of ``[[said]]``."""
        if table not in self._known:
            self._known[table] = frozenset(self._said_in(table))
        return self._known[table]

    def _named(self, table: Cls) -> frozenset[str]:
        """What the names of the columns say that are written: a column for anything says nothing."""
        columns = {name for name, _, _ in self._written.get(table, ())}
        words = list(map(words_of, columns))
        timed = any(map(self._began.search, words)) and any(map(self._ended.search, words))
        said: frozenset[str] = frozenset().union(*map(self._saying.of_name, columns))
        return said | {"latency"} if timed else said

    def _said_in(self, table: Cls) -> Iterator[str]:
        yield from self._named(table)
        for _, value, func in self._written.get(table, ()):
            for one, scope in ((value, func), *self._handed(value, func)):
                if isinstance(one, m.Text):
                    continue  # what is written, not what it is about
                for said in self._saying.names(one, scope):
                    yield from self._saying.of_name(said)
                for attribute in walk.expressions(one):
                    if isinstance(attribute, m.Attr):
                        for held in self._assigned.get(attribute.name, ()):
                            yield from self._saying.of_name(held)
                yield from self._of_row(one, table)

    def _handed(self, value: m.Expr, func: Func) -> Iterator[tuple[m.Expr, Func]]:
        """What callers give for a parameter that is written as it is."""
        if isinstance(value, m.Name) and value.id in func.params:
            for edge in self._project.graph.callers.get(func, ()):
                given = bind(edge.call, func, edge.skip_receiver).given.get(value.id)
                if given is not None:
                    yield given, edge.site.func

    def _of_row(self, value: m.Expr, table: Cls) -> Iterator[str]:
        """``call_id=self.record.id``: by the key of another row, what that row says of whose it is."""
        owner = value.value if isinstance(value, m.Attr) and value.name == "id" else None
        name = getattr(owner, "id", getattr(owner, "name", ""))
        for other in self.tables if name else ():
            if other is not table and words_of(other.name).endswith(words_of(name)):
                yield "id"
                for column in other.attributes:
                    yield from self._saying.of_name(column) & _WHO

    @functools.cached_property
    def _assigned(self) -> dict[str, set[str]]:
        """The names of what attributes are given as it is, by attribute, where that is around models."""
        found: dict[str, set[str]] = defaultdict(set)
        for func in self._subject.once(LlmPath).functions:
            for target, given in _assigned(func):
                if isinstance(given, m.Attr | m.Name):
                    found[target.name].update(_names(given, deep=False))
        return found


def _assigned(func: Func) -> Iterator[tuple[m.Attr, m.Expr]]:
    """Attributes that a function assigns, and what."""
    for stmt in func.statements:
        if isinstance(stmt, m.Assign) and stmt.value is not None:
            for target in stmt.targets:
                if isinstance(target, m.Attr):
                    yield target, stmt.value


def _names(expr: m.Expr, *, deep: bool = True) -> Iterator[str]:
    for node in walk.expressions(expr) if deep else (expr,):
        if isinstance(node, m.Name | m.Attr):
            yield node.id if isinstance(node, m.Name) else node.name
