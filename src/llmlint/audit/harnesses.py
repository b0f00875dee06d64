"""Evals that no tool and no folder names: code that asks a model about each case and scores the answers.

A loop that asks is no eval by itself. Something of the case has to meet the answer: both are compared and
what comes of it is counted, or both are given to what scores. Two sorts of values are followed by their
names, from the loop into what it calls: what is taken out of the cases, and what a model has answered.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import EvalsFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.testing import Tests

DEPTH = 3
"""Calls below the loop up to which answers are followed."""
_SAME = frozenset({"==", "!=", "in", "not in"})
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True, eq=False)
class Harness:
    """A function that asks a model about case after case and scores what it answers."""

    func: Func
    where: Func
    """Where an answer is scored: ``func``, or something that it calls."""
    span: m.Span
    compared: bool
    """With what is expected of it; otherwise it is scored by what cannot be seen."""
    functions: tuple[Func, ...]
    """Those that take part, ``func`` first."""
    judges: tuple[Func, ...] = ()
    """Those that are given an answer, ask a model about it and make a score of that."""

    @property
    def texts(self) -> Iterator[str]:
        """The literals of its file and of what is called without asking a model: names of data too."""
        for func in dict.fromkeys((*self.func.mod.functions, *self.functions)):
            yield from _texts(func)


def _texts(func: Func) -> Iterator[str]:
    given = [param.default for param in func.facts.params if param.default is not None]
    for node in (*func.nodes, *given):
        if isinstance(node, m.Text):
            yield node.value


@dataclass(slots=True)
class _Values:
    """Names in one function that hold something of a case, or an answer; ``keys`` of records with answers."""

    cases: set[str]
    answers: set[str]
    keys: set[str]

    def of(self, expr: m.Expr) -> tuple[bool, bool]:
        """Whether something of a case is in it, and an answer."""
        case = answer = False
        pending: list[m.Expr] = [expr]
        while pending:
            node = pending.pop()
            if _key(node) in self.keys:
                answer = True
                continue
            if isinstance(node, m.Name):
                case = case or node.id in self.cases
                answer = answer or node.id in self.answers
            pending += walk.children(node)
        return case, answer


def _key(node: m.Expr) -> str | None:
    if isinstance(node, m.Sub) and isinstance(node.index, m.Text):
        return node.index.value
    return node.name if isinstance(node, m.Attr) else None


@dataclass(frozen=True, slots=True)
class _Score:
    where: Func
    span: m.Span
    expects: bool
    through: tuple[Func, ...]
    returned: bool = False
    """It is what a function returns: whoever calls it has to count it."""


class Harnesses:
    """Made once per subject (``subject.once(Harnesses)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.with_tests
        self._graph = self._project.graph
        self._words = read("evals", EvalsFile).harness
        self._tests = Tests(
            self._project.modules, self._graph, self._project.evaluator, self._project.catalogue
        )

    @functools.cached_property
    def all(self) -> tuple[Harness, ...]:
        """In the order of the files."""
        found = []
        for mod in self._project.modules:
            if self._subject.within(mod.path) and not self._tests.is_test_file(mod.path):
                for func in mod.functions:
                    if func.facts.kind in ("module", "function") and self._asks_in_a_loop(func):
                        harness = self._of(func)
                        if harness is not None:
                            found.append(harness)
        return tuple(found)

    def _asks_in_a_loop(self, func: Func) -> bool:
        reach = self._project.reach
        return reach.reaches(func) and any(
            any(f.kind == "comp" or isinstance(f.node, m.For) for f in site.frames)
            and reach.at_site(site) is not None
            for site in self._graph.sites[func]
        )

    def _of(self, func: Func) -> Harness | None:
        cases = {name for target, _ in _loops(func) for name in walk.names_in(target)}
        values = self._values(func, cases, set())
        asked = [site for site in self._graph.sites[func] if self._project.reach.at_site(site) is not None]
        if not any(values.of(arg.value)[0] for site in asked for arg in site.call.args):
            return None
        scores = [one for one in self._scores(func, values, DEPTH, set()) if not one.returned]
        best = next((one for one in scores if one.expects), None)
        if best is None and scores and self._averages(func):
            best = scores[0]
        if best is None:
            return None
        through = tuple(dict.fromkeys((func, *best.through, best.where)))
        taking_part = (*through, *self._reading(through))
        # What compares with the expected may ask a model on the way, and is no judge.
        judges = tuple(one for one in self._judges(func, values) if one not in through)
        return Harness(func, best.where, best.span, best.expects, taking_part, judges)

    def _judges(self, func: Func, values: _Values) -> tuple[Func, ...]:
        found: dict[Func, None] = {}
        for call in func.calls:
            if any(values.of(arg.value)[1] for arg in call.args):
                for edge in self._graph.edges_at.get(call, ()):
                    scores = _parts(edge.target.name) & set(self._words.scorers)
                    if self._project.reach.reaches(edge.target):
                        if scores or any(map(self._keeps_score, edge.target.statements)):
                            found[edge.target] = None
        return tuple(found)

    def _reading(self, functions: Iterable[Func]) -> list[Func]:
        """What they call that asks no model: what reads the cases is among it."""
        found: dict[Func, None] = {}
        level = list(functions)
        for _ in range(DEPTH):
            below = (edge.target for func in level for edge in self._graph.edges[func])
            level = [f for f in dict.fromkeys(below) if f not in found and not self._project.reach.reaches(f)]
            found.update(dict.fromkeys(level))
        return list(found)

    # -- values ---------------------------------------------------------------------------------

    def _values(self, func: Func, cases: set[str], answers: set[str]) -> _Values:
        """Twice over the statements: what the end of a loop assigns is known at its beginning."""
        asking = {
            site.call for site in self._graph.sites[func] if self._project.reach.at_site(site) is not None
        }
        values = _Values(set(cases), set(answers), set())

        def note(target: m.Expr, value: m.Expr) -> None:
            case, answer = values.of(value)
            answer = answer or any(node in asking for node in walk.expressions(value))
            if not (case or answer):
                return
            for node in target.items if isinstance(target, m.Seq) else (target,):
                if isinstance(node, m.Name):
                    (values.answers if answer else values.cases).add(node.id)
                    (values.cases if answer else set()).discard(node.id)
                elif answer and isinstance(node, m.Sub | m.Attr) and (key := _key(node)):
                    values.keys.add(key)

        for _ in range(2):
            for stmt in func.statements:
                if isinstance(stmt, m.Assign) and stmt.value is not None:
                    for target in stmt.targets:
                        note(target, stmt.value)
            for target, value in _pairs(func):
                note(target, value)
            for call in func.calls:
                if isinstance(call.func, m.Attr) and call.func.name in ("append", "extend"):
                    if isinstance(call.func.value, m.Name) and call.args and values.of(call.args[0].value)[1]:
                        values.answers.add(call.func.value.id)
        return values

    # -- scores ---------------------------------------------------------------------------------

    def _scores(self, func: Func, values: _Values, depth: int, seen: set[Func]) -> Iterator[_Score]:
        seen.add(func)
        met = {node for node in func.nodes if isinstance(node, m.Compare) and _meets(node, values)}
        yield from self._counted(func, met)
        averages = self._averages(func)
        for call in func.calls:
            both = [values.of(arg.value) for arg in call.args]
            case, answer = any(c for c, _ in both), any(a for _, a in both)
            scorer = bool(_parts(_last(call.func)) & set(self._words.scorers))
            if case and answer and scorer:
                yield _Score(func, call.span, self._expected(call, values), ())
            for edge in self._graph.edges_at.get(call, ()) if depth and (case or answer) else ():
                if edge.target in seen:
                    continue
                truth = self._against_truth(edge.target, depth) if answer and averages else None
                if truth is not None:
                    yield _Score(truth[0], truth[1], True, (edge.target,))
                if not self._belongs(edge.target, func):
                    continue
                inner = self._handed_on(edge.call, edge.target, values, edge.skip_receiver)
                if (case and self._project.reach.reaches(edge.target)) or answer:
                    for one in self._scores(edge.target, inner, depth - 1, seen):
                        for kept in self._counted(func, {call}) if one.returned else (one,):
                            through = (edge.target, *one.through)
                            yield _Score(one.where, one.span, one.expects, through, kept.returned)

    def _belongs(self, target: Func, func: Func) -> bool:
        """Whether a callee is of the eval, and not the program that it asks: that compares things, too."""
        apart = target.mod is not func.mod and target.mod.production
        return not apart or bool(_parts(target.name) & set(self._words.scorers))

    def _counted(self, func: Func, results: Collection[m.Expr]) -> Iterator[_Score]:
        """Where what comes of a comparison becomes a score, or is returned."""
        names: set[str] = set()

        def holds(expr: m.Expr) -> bool:
            nodes = walk.expressions(expr)
            return any(n in results or (isinstance(n, m.Name) and n.id in names) for n in nodes)

        for stmt in func.statements if results else ():
            counted = returned = False
            match stmt:
                case m.Assert(test=test):
                    counted = holds(test)
                case m.Assign(value=value, targets=targets) if value is not None and holds(value):
                    counted = any(self._is_metric(_name(target)) for target in targets)
                    names |= {target.id for target in targets if isinstance(target, m.Name)}
                case m.AugAssign(target=target, value=value):
                    counted = self._is_metric(_name(target)) and holds(value)
                case m.If(test=test) if holds(test):
                    counted = any(map(self._keeps_score, walk.statements((*stmt.body, *stmt.orelse))))
                case m.Return(value=value) if value is not None and holds(value):
                    counted = bool(_parts(func.name) & {*self._words.scorers, *self._words.metrics})
                    returned = True
                case _:
                    pass
            for own in walk.own_expressions(stmt):
                counted = counted or any(self._adds_up(node, holds) for node in walk.expressions(own))
            if counted or returned:
                yield _Score(func, getattr(stmt, "span", func.facts.span), True, (), not counted)

    def _keeps_score(self, stmt: m.Stmt) -> bool:
        match stmt:
            case m.Assign(targets=targets):
                return any(self._is_metric(_name(target)) for target in targets)
            case m.AugAssign(target=target):
                return self._is_metric(_name(target))
            case m.ExprStmt(value=m.Call(func=m.Attr(value=kept, name="append"))):
                return self._is_metric(_name(kept))
            case _:
                return False

    def _adds_up(self, node: m.Expr, holds: Callable[[m.Expr], bool]) -> bool:
        match node:
            case m.Call(func=m.Attr(value=kept, name="append"), args=(arg,)) if self._is_metric(_name(kept)):
                return holds(arg.value)
            case m.Call(func=m.Name(id="sum"), args=(arg, *_)):
                return holds(arg.value)
            case m.DictDisplay(items=items):
                return any(
                    isinstance(key, m.Text) and self._is_metric(key.value) and holds(value)
                    for key, value in items
                )
            case m.Call(args=args):
                return any(arg.keyword and self._is_metric(arg.keyword) and holds(arg.value) for arg in args)
            case _:
                return False

    def _expected(self, call: m.Call, values: _Values) -> bool:
        """Whether something of a case that is given has the name of what is expected."""
        for arg in call.args:
            if not values.of(arg.value)[0]:
                continue
            names = [arg.keyword or "", *(_name(node) for node in walk.expressions(arg.value))]
            if any(_parts(name) & set(self._words.expected) for name in names):
                return True
        return False

    def _handed_on(self, call: m.Call, target: Func, values: _Values, skip: bool) -> _Values:
        names = [param.name for param in target.facts.params if param.kind == "positional"][int(skip) :]
        cases: set[str] = set()
        answers: set[str] = set()
        at = 0
        for arg in call.args:
            name = arg.keyword
            if name is None and not arg.star:
                name = names[at] if at < len(names) else None
                at += 1
            if name is not None:
                case, answer = values.of(arg.value)
                (answers if answer else cases if case else set()).add(name)
        return self._values(target, cases, answers)

    def _against_truth(self, func: Func, depth: int) -> tuple[Func, m.Span] | None:
        """A comparison with what has the name of a truth, in a function or in what it calls."""
        level, seen = [func], {func}
        for _ in range(depth):
            for one in level:
                for stmt in one.statements:
                    for own in walk.own_expressions(stmt):
                        nodes = list(walk.expressions(own))
                        if any(isinstance(n, m.Compare) and set(n.ops) <= _SAME for n in nodes) and any(
                            _parts(_name(n)) & set(self._words.truths) for n in nodes
                        ):
                            return one, getattr(stmt, "span", one.facts.span)
            level = [e.target for f in level for e in self._graph.edges[f] if e.target not in seen]
            seen |= set(level)
        return None

    def _averages(self, func: Func) -> bool:
        """Whether scores are brought down to one number: ``sum(scores) / len(scores)``, ``mean(scores)``."""
        for node in func.nodes:
            over: tuple[m.Expr, ...] = ()
            if isinstance(node, m.BinOp) and node.op == "/":
                over = (node.left,)
            elif isinstance(node, m.Call) and _last(node.func) in ("mean", "average", "fmean", "nanmean"):
                over = (node.func, *(arg.value for arg in node.args))
            if any(self._is_metric(_name(n)) for one in over for n in walk.expressions(one)):
                return True
        return False

    def _is_metric(self, name: str) -> bool:
        return bool(_parts(name) & set(self._words.metrics))


def _loops(func: Func) -> Iterator[tuple[m.Expr, m.Expr]]:
    """What each loop assigns, and what it goes over."""
    for stmt in func.statements:
        if isinstance(stmt, m.For):
            yield stmt.target, stmt.iter
    for node in func.nodes:
        if isinstance(node, m.Comp):
            yield from ((clause.target, clause.iter) for clause in node.clauses)


def _pairs(func: Func) -> Iterator[tuple[m.Expr, m.Expr]]:
    """The same, with what ``zip`` and ``enumerate`` put together taken apart."""
    for target, over in _loops(func):
        name = over.func.id if isinstance(over, m.Call) and isinstance(over.func, m.Name) else ""
        if isinstance(target, m.Seq) and isinstance(over, m.Call):
            given = [arg.value for arg in over.args]
            if name == "zip" and len(given) == len(target.items):
                yield from zip(target.items, given, strict=True)
                continue
            if name == "enumerate" and len(target.items) == 2 and given:
                yield target.items[1], given[0]
                continue
        yield target, over


def _meets(node: m.Compare, values: _Values) -> bool:
    """Whether an answer is on one side, and on the other something of a case and no answer."""
    if not set(node.ops) <= _SAME:
        return False
    sides = [values.of(side) for side in (node.left, *node.rights)]
    return any(answer for _, answer in sides) and any(case and not answer for case, answer in sides)


def _name(node: m.Expr) -> str:
    match node:
        case m.Name(id=name) | m.Attr(name=name):
            return name
        case m.Sub(index=m.Text(value=name)):
            return name
        case _:
            return ""


def _last(func: m.Expr) -> str:
    return func.id if isinstance(func, m.Name) else func.name if isinstance(func, m.Attr) else ""


@functools.lru_cache(maxsize=4096)
def _parts(name: str) -> frozenset[str]:
    return frozenset(part.lower() for part in _WORDS.findall(name))
