"""Where a program itself tells somebody that much has been spent: ``if spent >= warn_at: notify(…)``."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.saying import Saying, last_name, speaks_of, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.guards import compares_sizes
from llmlint.project.scopes import Func


@dataclass(frozen=True, slots=True, eq=False)
class SpendWarning:
    """One such place."""

    evidence: Evidence
    of_budget: bool
    """Whether the bar is a part of a budget; otherwise it is a number of its own."""


class SpendWarnings:
    """Made once per subject (``subject.once(SpendWarnings)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._saying = subject.once(Saying)
        words = read("cost", CostFile).words
        self._money, self._early, self._tells = map(re.compile, (words.money, words.early, words.tells))
        self._budget = re.compile(f"{words.budgets}|{words.may_be_budgets}")

    @functools.cached_property
    def all(self) -> tuple[SpendWarning, ...]:
        """Of production code, on the way to a model or where its tokens are counted."""
        path = self._subject.once(LlmPath)
        return tuple(
            one
            for func in self._subject.project.functions
            if func.mod.production and self._subject.within(func.path)
            if func in path or speaks_of(func, "tokens", self._saying)
            for one in self._of(func)
        )

    def _of(self, func: Func) -> Iterator[SpendWarning]:
        for stmt in func.statements:
            bar = self._bar(stmt.test) if isinstance(stmt, m.If) else None
            if bar is not None and isinstance(stmt, m.If) and self._tells_somebody(stmt):
                place = self._subject.at(func, stmt.span, f"`{func.qualname}` tells that much has been spent")
                yield SpendWarning(place, self._is_part(bar, func))

    def _bar(self, test: m.Expr) -> m.Expr | None:
        """What is there to warn at, where money is compared with it."""
        for node in walk.expressions(test):
            if isinstance(node, m.Compare) and compares_sizes(node):
                sides = (node.left, *node.rights)
                bars = [side for side in sides if _said(side, self._early)]
                if bars and any(_said(side, self._money) for side in sides if side not in bars):
                    return bars[0]
        return None

    def _is_part(self, bar: m.Expr, func: Func) -> bool:
        """``warn_at = budget * 0.8``: whether a bar is reckoned from a budget."""
        held = (
            binding.expr
            for name in walk.names_in(bar)
            for binding in func.bindings.get(name, ())
            if binding.kind == "value" and binding.expr is not None
        )
        return any(_said(one, self._budget) for one in (bar, *held))

    def _tells_somebody(self, stmt: m.If) -> bool:
        calls = (
            node
            for inner in walk.statements(stmt.body)
            for own in walk.own_expressions(inner)
            for node in walk.expressions(own)
            if isinstance(node, m.Call)
        )
        return any(self._tells.search(words_of(walk.dotted(c.func) or last_name(c))) for c in calls)


def _said(expr: m.Expr, words: re.Pattern[str]) -> bool:
    """Whether a name or an attribute in an expression is one of these."""
    return any(
        words.search(words_of(node.id if isinstance(node, m.Name) else node.name))
        for node in walk.expressions(expr)
        if isinstance(node, m.Name | m.Attr)
    )
