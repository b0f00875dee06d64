"""What a budget is fed by: what calls have used or cost, or only the sizes of texts that have to fit."""

from __future__ import annotations

import re

from llmlint.audit.catalogue import read
from llmlint.audit.saying import Saying, last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import FuncRef
from llmlint.project.scopes import Cls, Func

_MONEY = frozenset({"tokens", "cost"})


class Fed:
    """Made once per subject (``subject.once(Fed)``)."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        self._saying = subject.once(Saying)
        words = read("cost", CostFile).words
        self._asks, self._other = re.compile(words.asks), re.compile(words.not_budgets)
        self._sizes, self._spending = re.compile(words.sizes), re.compile(words.spending)

    def packs(self, test: m.Compare, func: Func) -> bool:
        """Whether a sum of this function is compared that no model adds to: texts are packed."""
        compared = set().union(*(walk.names_in(side) for side in (test.left, *test.rights)))
        given = [
            stmt.value
            for stmt in func.statements
            if isinstance(stmt, m.AugAssign) and isinstance(stmt.target, m.Name)
            if stmt.target.id in compared & set(func.facts.bound) and stmt.op in ("+=", "-=")
        ]
        if not given:
            return False
        return not self._project.reach.reaches(func) or any(self._is_size(value, func) for value in given)

    def _is_size(self, expr: m.Expr, func: Func) -> bool:
        """``len(text)``, ``count_tokens(text)``, or a name that was given that here."""
        held = [
            binding.expr
            for name in walk.names_in(expr)
            for binding in func.bindings.get(name, ())
            if binding.kind == "value" and binding.expr is not None
        ]
        return any(
            isinstance(node, m.Call) and self._sizes.search(words_of(last_name(node)))
            for one in (expr, *held)
            for node in walk.expressions(one)
        )

    def asked(self, call: m.Call, func: Func) -> bool:
        """``budget.exhausted()``, where the class of the budget counts tokens or money."""
        name = "_".join((walk.dotted(call.func) or "").split(".")[-2:])
        if "_" not in name or not self._asks.search(words_of(name)) or self._other.search(words_of(name)):
            return False
        return any(
            isinstance(value, FuncRef) and value.func.cls is not None and self._counts(value.func.cls)
            for value in self._project.evaluator.eval(call.func, func)
        )

    def _counts(self, cls: Cls) -> bool:
        names = {name for method in cls.methods.values() for name in method.params} | cls.attributes.keys()
        return any(
            self._saying.of_name(name) & _MONEY or self._spending.search(words_of(name)) for name in names
        )
