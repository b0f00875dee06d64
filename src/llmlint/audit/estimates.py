"""Totals of tokens and estimates of prices that are compared with a limit before a model is asked."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.counted import Counted
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.saying import words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import FuncRef
from llmlint.project.scopes import Func

_ORDER = frozenset({"<", ">", "<=", ">="})


class Estimates:
    """Made once per subject (``subject.once(Estimates)``)."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        self._path = subject.once(LlmPath)
        self._counted = subject.once(Counted)
        words = read("cost", CostFile).words
        self._totals = re.compile(words.totals)
        self._prices = re.compile(words.prices)
        self._most = re.compile(words.most)

    @functools.cached_property
    def all(self) -> tuple[Evidence, ...]:
        """The comparisons, each with the function that refuses by it."""
        found = (
            Evidence(place.path, line, f"`{func.qualname}` refuses by a total or an estimate")
            for func in (*self._path.functions, *self._beside)
            for stmt in func.statements
            if isinstance(stmt, m.If) and self._refuses(stmt, func)
            for place, line in self._compared(stmt, func)
        )
        return one_per_line(found)

    @functools.cached_property
    def _beside(self) -> tuple[Func, ...]:
        """Other methods of classes that ask models: what they work out, a framework may spend for them."""
        asking = {func.cls for func in self._path.functions if self._project.reach.reaches(func)} - {None}
        return tuple(
            func for func in self._project.functions if func.cls in asking and func not in self._path
        )

    def _refuses(self, stmt: m.If, func: Func) -> bool:
        """Whether it raises, or returns from what would ask a model."""
        ways = m.Raise | m.Return if self._project.reach.reaches(func) else m.Raise
        return any(isinstance(inner, ways) for inner in walk.statements(stmt.body))

    def _compared(self, stmt: m.If, func: Func) -> Iterator[tuple[Func, int]]:
        """Where a condition compares: here, or in the function of the project that it asks."""
        if self._is_limit(stmt.test):
            yield func, stmt.span.line
        for node in walk.expressions(stmt.test):
            if isinstance(node, m.Call):
                for value in self._project.evaluator.eval(node.func, func):
                    if isinstance(value, FuncRef):
                        for inner in value.func.statements:
                            if isinstance(inner, m.Return) and inner.value is not None:
                                if self._is_limit(inner.value):
                                    yield value.func, inner.span.line

    def _is_limit(self, test: m.Expr) -> bool:
        for node in walk.expressions(test):
            if isinstance(node, m.Compare) and _ORDER & set(node.ops) and len(node.rights) == 1:
                sides = (node.left, node.rights[0])
                for spent, limit in (sides, sides[::-1]):
                    if self._is_spent(spent) and any(self._most.search(name) for name in _words(limit)):
                        return True
        return False

    def _is_spent(self, expr: m.Expr) -> bool:
        """A price, or tokens that an attribute adds up: those of one text are about the context window."""
        if any(self._most.search(name) for name in _words(expr)):
            return False
        if any(self._prices.search(name) for name in _words(expr)):
            return True
        attributes = {node.name for node in walk.expressions(expr) if isinstance(node, m.Attr)}
        return any(self._totals.search(words_of(name)) for name in attributes & self._counted.attributes)


def _words(expr: m.Expr) -> Iterable[str]:
    for node in walk.expressions(expr):
        if isinstance(node, m.Name | m.Attr):
            yield words_of(node.id if isinstance(node, m.Name) else node.name)
