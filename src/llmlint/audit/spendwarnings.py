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
        of_budget = any(self._budget.search(words_of(name)) for name in (*func.params, *func.facts.bound))
        for stmt in func.statements:
            if isinstance(stmt, m.If) and self._is_bar(stmt.test) and self._tells_somebody(stmt):
                place = self._subject.at(func, stmt.span, f"`{func.qualname}` tells that much has been spent")
                yield SpendWarning(place, of_budget)

    def _is_bar(self, test: m.Expr) -> bool:
        """Whether money is compared with a bar that is there to warn at."""
        for node in walk.expressions(test):
            if isinstance(node, m.Compare) and compares_sizes(node):
                sides = [
                    [words_of(name) for name in walk.names_in(side)] for side in (node.left, *node.rights)
                ]
                bars = [names for names in sides if any(map(self._early.search, names))]
                spent = [
                    names for names in sides if names not in bars and any(map(self._money.search, names))
                ]
                if bars and spent:
                    return True
        return False

    def _tells_somebody(self, stmt: m.If) -> bool:
        calls = (
            node
            for inner in walk.statements(stmt.body)
            for own in walk.own_expressions(inner)
            for node in walk.expressions(own)
            if isinstance(node, m.Call)
        )
        return any(self._tells.search(words_of(walk.dotted(c.func) or last_name(c))) for c in calls)
