"""What limits spending: budgets that libraries and gateways keep, and the program's own checks."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.fed import Fed
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.saying import last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import Budget, CostFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite

_ORDER = frozenset({"<", ">", "<=", ">="})
_LONG = 40


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """A budget that somebody else's code enforces."""

    table: Budget
    evidence: Evidence
    by_period: bool
    by_user: bool
    warns: bool


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """A condition on what was spent, on the way to a model."""

    func: Func
    stmt: m.If | m.While | m.Assert
    refuses: bool
    """Whether the call is not made when it holds."""
    by_period: bool
    by_user: bool
    early: bool
    """Whether the bar lies below the limit, and somebody is told."""

    @property
    def evidence(self) -> Evidence:
        """The condition."""
        what = "refuses" if self.refuses else "compares"
        return Evidence(
            self.func.path, self.stmt.span.line, f"`{self.func.qualname}` {what} by what was spent"
        )


class Budgets:
    """Made once per subject."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._fed = subject.once(Fed)
        self._table = read("cost", CostFile)
        words = self._table.words
        self._budget = re.compile(words.budgets)
        self._may_be = re.compile(words.may_be_budgets)
        self._asks = re.compile(words.asks)
        self._money = re.compile(words.money)
        self._other = re.compile(words.not_budgets)
        self._spending = re.compile(words.spending)
        self._whose = re.compile(words.whose)
        self._periods = re.compile(words.periods)
        self._refuses = re.compile(words.refuses)
        self._tells = re.compile(words.tells)
        self._early = re.compile(words.early)

    # -- of others --------------------------------------------------------------------------------

    @functools.cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Budgets that are set: in code, in headers, in configuration files."""
        return (*self._in_code(), *self._in_files())

    def _in_code(self) -> Iterator[Limit]:
        project = self._subject.project
        for table in self._table.budget:
            for use in self._subject.uses(*table.calls) if table.calls else ():
                call = self._call_at(use.func, use.span)
                given = {a.keyword for a in call.args if a.keyword} if call is not None else set()
                if use.func.mod.production and (not table.given or given & set(table.given)):
                    yield self._limit(table, use.evidence, given, use.func)
            for func in project.functions if table.assigns else ():
                for write in project.writes.attributes(func):
                    if write.name in table.assigns and self._subject.within(func.path):
                        place = self._subject.at(func, write.span, f"`{write.name}`")
                        yield self._limit(table, place, set(), func)
            for func in self._subject.once(LlmPath).functions if table.headers else ():
                for node in func.nodes:
                    if isinstance(node, m.Text) and node.value.lower() in table.headers:
                        yield self._limit(
                            table, self._subject.at(func, node.span, f"`{node.value}`"), set(), func
                        )

    def _call_at(self, func: Func, span: m.Span) -> m.Call | None:
        return next((s.call for s in self._subject.with_tests.graph.sites[func] if s.call.span is span), None)

    def _limit(self, table: Budget, place: Evidence, given: set[str], func: Func) -> Limit:
        texts = {node.value for node in func.nodes if isinstance(node, m.Text)}
        held = given | {text for text in texts if len(text) < _LONG}
        return Limit(
            table,
            place,
            by_period=not held.isdisjoint(table.periods) or _in_header(texts, table.periods),
            by_user=not held.isdisjoint(table.whose) or _in_header(texts, table.whose),
            warns=not held.isdisjoint(table.warns),
        )

    def _in_files(self) -> Iterator[Limit]:
        for table in self._table.budget:
            for path in self._subject.repository.matching(table.files) if table.files else ():
                for tree in self._subject.repository.trees(path):
                    if table.marks and not any(tree.get(mark) is not None for mark in table.marks):
                        continue
                    keys = {
                        str(k[-1]): node for k, node in tree.walk() if k and node.value not in (None, "", [])
                    }
                    found = [keys[key] for key in table.keys if key in keys]
                    if found:
                        yield Limit(
                            table,
                            Evidence(path, found[0].line, f"budget of {table.name}"),
                            by_period=not keys.keys().isdisjoint(table.periods),
                            by_user=not keys.keys().isdisjoint(table.whose),
                            warns=not keys.keys().isdisjoint(table.warns),
                        )

    # -- own --------------------------------------------------------------------------------------

    @functools.cached_property
    def checks(self) -> tuple[Check, ...]:
        """Conditions of the program itself, in functions around models."""
        path = self._subject.once(LlmPath)
        return tuple(check for func in path.functions for check in self._of(func))

    def _of(self, func: Func) -> Iterator[Check]:
        if self._other.search(words_of(func.name)):
            return
        for stmt in func.statements:
            if isinstance(stmt, m.If | m.While | m.Assert) and self._is_budget(stmt.test, func):
                around = " ".join((*_names(stmt.test), func.name, *func.params, *_owners(func)))
                said = " ".join(map(words_of, around.split()))
                inside = {words_of(name) for node in func.nodes for name in _names(node, deep=False)}
                yield Check(
                    func,
                    stmt,
                    refuses=self._is_refusal(stmt, func),
                    by_period=any(self._periods.search(name) for name in (*inside, said)),
                    by_user=any(self._whose.search(name) for name in (*inside, said)),
                    early=self._is_early(stmt, func),
                )

    def _is_budget(self, test: m.Expr, func: Func) -> bool:
        """Whether a condition compares what was spent with a limit, or asks whether anything is left."""
        for node in walk.expressions(test):
            if isinstance(node, m.Call):
                if self._asks.search(words_of(last_name(node))) or self._fed.asked(node, func):
                    return True
            if isinstance(node, m.Compare) and _ORDER & set(node.ops) and not self._fed.packs(node, func):
                names = [words_of(name) for side in (node.left, *node.rights) for name in _names(side)]
                if any(self._other.search(name) for name in names):
                    continue
                if any(self._budget.search(name) for name in names):
                    return True
                may_be = any(self._may_be.search(name) for name in names)
                if may_be and any(self._spending.search(n) or self._whose.search(n) for n in names):
                    return True
                if any(re.search(r"_(?:budget|allowance|balance)_", name) for name in names) and any(
                    self._money.search(words_of(n)) for one in func.nodes for n in _names(one, deep=False)
                ):
                    return True
        return False

    def _is_refusal(self, stmt: m.If | m.While | m.Assert, func: Func) -> bool:
        if isinstance(stmt, m.Assert):
            return True
        body = stmt.body if isinstance(stmt, m.If) else stmt.orelse
        for inner in walk.statements(body):
            if isinstance(inner, m.Raise | m.Return):
                return True
            if isinstance(inner, m.Simple) and inner.what in ("break", "continue"):
                return True
            for name in _called(inner):
                if self._refuses.search(words_of(name)):
                    return True
        return isinstance(stmt, m.If) and self._guards(stmt, func)

    def _guards(self, stmt: m.If, func: Func) -> bool:
        """``if left > 0: ask()``: the call is made only where something is left."""
        inside = set(map(id, walk.statements(stmt.body)))
        reach = self._subject.project.reach
        sites: list[CallSite] = self._subject.project.graph.sites[func]
        return any(id(site.stmt) in inside and reach.at_site(site) is not None for site in sites)

    def _is_early(self, stmt: m.If | m.While | m.Assert, func: Func) -> bool:
        if not isinstance(stmt, m.If):
            return False
        names = {words_of(name) for name in _names(stmt.test)}
        below = any(self._early.search(name) for name in names) or _has_fraction(stmt.test)
        told = any(
            self._tells.search(words_of(n)) for inner in walk.statements(stmt.body) for n in _called(inner)
        )
        return below and told


def _has_fraction(test: m.Expr) -> bool:
    return any(
        isinstance(n, m.Const) and isinstance(n.value, float) and 0 < n.value < 1
        for n in walk.expressions(test)
    )


def _names(expr: m.Expr, deep: bool = True) -> Iterator[str]:
    for node in walk.expressions(expr) if deep else (expr,):
        match node:
            case m.Name(id=name) | m.Attr(name=name):
                yield name
            case m.Text(value=text) if text and not re.search(r"\s", text):
                yield text
            case m.Call(args=args):
                yield from (arg.keyword for arg in args if arg.keyword)
            case _:
                pass


def _owners(func: Func) -> Iterator[str]:
    if func.cls is not None:
        yield func.cls.name


def _called(stmt: m.Stmt) -> Iterator[str]:
    for own in walk.own_expressions(stmt):
        for node in walk.expressions(own):
            if isinstance(node, m.Call):
                yield walk.dotted(node.func) or last_name(node)


def _in_header(texts: set[str], parts: tuple[str, ...]) -> bool:
    """``1000;w=86400;u=cents;s=user``: a policy in one text."""
    return any(
        part in text.split(";") or any(p.startswith(part) for p in text.split(";"))
        for text in texts
        for part in parts
        if "=" in part
    )
