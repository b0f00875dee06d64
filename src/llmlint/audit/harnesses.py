"""Evals that no tool and no folder names: code that asks a model about each case and scores the answers.

A loop that asks is no eval by itself. Something of the case has to meet the answer: both are compared and
what comes of it is counted, or both are given to what scores. Two sorts of values are followed by their
names, from the loop into what it calls: what is taken out of the cases, and what a model has answered.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.casevalues import Values, handed_on, loops, values_in
from llmlint.audit.catalogue import read
from llmlint.audit.scoring import SAME, Score, Scoring, last, meets, name_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import EvalsFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.testing import Tests

DEPTH = 3
"""Calls below the loop up to which answers are followed."""


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


class Harnesses:
    """Made once per subject (``subject.once(Harnesses)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.with_tests
        self._graph = self._project.graph
        self._scoring = Scoring(read("evals", EvalsFile).harness)
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

    def _asking(self, func: Func) -> set[m.Call]:
        """The calls in a function that ask a model, near or far."""
        reach = self._project.reach
        return {site.call for site in self._graph.sites[func] if reach.at_site(site) is not None}

    def _of(self, func: Func) -> Harness | None:
        cases = {name for target, _ in loops(func) for name in walk.names_in(target)}
        asking = self._asking(func)
        values = values_in(func, asking, cases, set())
        if not any(values.of(arg.value)[0] for call in asking for arg in call.args):
            return None
        scores = [one for one in self._scores(func, values, DEPTH, set()) if not one.returned]
        best = next((one for one in scores if one.expects), None)
        if best is None and scores and self._scoring.averages(func):
            best = scores[0]
        if best is None:
            return None
        through = tuple(dict.fromkeys((func, *best.through, best.where)))
        taking_part = (*through, *self._reading(through))
        # What compares with the expected may ask a model on the way, and is no judge.
        judges = tuple(one for one in self._judges(func, values) if one not in through)
        return Harness(func, best.where, best.span, best.expects, taking_part, judges)

    def _judges(self, func: Func, values: Values) -> tuple[Func, ...]:
        found: dict[Func, None] = {}
        for call in func.calls:
            if any(values.of(arg.value)[1] for arg in call.args):
                for edge in self._graph.edges_at.get(call, ()):
                    scores = self._scoring.scores(edge.target.name)
                    if self._project.reach.reaches(edge.target):
                        if scores or any(map(self._scoring.keeps_score, edge.target.statements)):
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

    # -- scores --------------------------------------------------------------------------------------

    def _scores(self, func: Func, values: Values, depth: int, seen: set[Func]) -> Iterator[Score]:
        seen.add(func)
        met = {node for node in func.nodes if isinstance(node, m.Compare) and meets(node, values)}
        yield from self._scoring.counted(func, met)
        averages = self._scoring.averages(func)
        for call in func.calls:
            both = [values.of(arg.value) for arg in call.args]
            case, answer = any(c for c, _ in both), any(a for _, a in both)
            scorer = self._scoring.scores(last(call.func))
            if case and answer and scorer:
                yield Score(func, call.span, self._scoring.expected(call, values), ())
            for edge in self._graph.edges_at.get(call, ()) if depth and (case or answer) else ():
                if edge.target in seen:
                    continue
                truth = self._against_truth(edge.target, depth) if answer and averages else None
                if truth is not None:
                    yield Score(truth[0], truth[1], True, (edge.target,))
                if not self._belongs(edge.target, func):
                    continue
                given = handed_on(edge.call, edge.target, values, edge.skip_receiver)
                inner = values_in(edge.target, self._asking(edge.target), *given)
                if (case and self._project.reach.reaches(edge.target)) or answer:
                    for one in self._scores(edge.target, inner, depth - 1, seen):
                        for kept in self._scoring.counted(func, {call}) if one.returned else (one,):
                            through = (edge.target, *one.through)
                            yield Score(one.where, one.span, one.expects, through, kept.returned)

    def _belongs(self, target: Func, func: Func) -> bool:
        """Whether a callee is of the eval, and not the program that it asks: that compares things, too."""
        apart = target.mod is not func.mod and target.mod.production
        return not apart or self._scoring.scores(target.name)

    def _against_truth(self, func: Func, depth: int) -> tuple[Func, m.Span] | None:
        """A comparison with what has the name of a truth, in a function or in what it calls."""
        level, seen = [func], {func}
        for _ in range(depth):
            for one in level:
                for stmt in one.statements:
                    for own in walk.own_expressions(stmt):
                        nodes = list(walk.expressions(own))
                        if any(isinstance(n, m.Compare) and set(n.ops) <= SAME for n in nodes) and any(
                            self._scoring.is_truth(name_of(n)) for n in nodes
                        ):
                            return one, getattr(stmt, "span", one.facts.span)
            level = [e.target for f in level for e in self._graph.edges[f] if e.target not in seen]
            seen |= set(level)
        return None
