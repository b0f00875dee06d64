"""What can fail the run of an eval: the detector of ``evals.threshold`` and of LLM104."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.answers import Answers, narrows
from llmlint.audit.evals import Evals, Script
from llmlint.audit.model import Evidence
from llmlint.audit.scoring import name_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import words_in_name
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func

_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "pytest.fail", "pytest.exit", "SystemExit"})


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """What was found about one script."""

    script: Script
    fails: tuple[Evidence, ...]
    """Places by which its run can fail, those that compare with a number first."""
    scores: tuple[Evidence, ...]
    """Those where a number that comes from scores or answers is compared."""
    checks: tuple[Evidence, ...]
    """The others that look at a score or at an answer, then assertions of tests about anything else."""
    numbers: tuple[Evidence, ...]
    """Bars that are named and that nothing fails by."""


def bars(subject: Subject) -> tuple[Bars, ...]:
    """One per eval that is a Python file."""
    evals = subject.once(Evals)
    return tuple(_Reader(subject, evals).read(script) for script in evals.running)


def offered(subject: Subject) -> tuple[Evidence, ...]:
    """Bars in frameworks for evals: no run here can fail by them."""
    evals = subject.once(Evals)
    reader = _Reader(subject, evals)
    return tuple(place for script in evals.frameworks for place in reader.read(script).numbers)


@dataclass(frozen=True, slots=True)
class _Fail:
    place: Evidence
    measures: bool = False
    """Something is compared with a number."""
    about: bool = False
    """It has to do with scores or answers."""
    asserted: bool = False
    """It is there to fail the run: a test asserts it."""


class _Reader:
    def __init__(self, subject: Subject, evals: Evals) -> None:
        self._subject = subject
        self._evals = evals
        self._words = evals.table.words
        self._evaluator = subject.with_tests.evaluator
        gates = tuple(name for tool in evals.table.tool for name in tool.gates if "." in name)
        self._answers = Answers(subject, evals)
        self._gates = {use.func.mod: use for use in subject.uses(*gates)} if gates else {}

    def read(self, script: Script) -> Bars:
        fails: list[_Fail] = []
        numbers: list[Evidence] = []
        for test in script.live:
            place = self._subject.at(
                test.func, test.span, "an answer that is not the expected one fails the run"
            )
            fails.append(_Fail(place, about=True))
        for func in self._functions(script):
            if script.live:
                fails += (one for one in self._missed(func) if one.about)
                continue
            fails += self._missed(func) if script.benchmark else self._fails(func)
            numbers += self._numbers(func)
        if script.mod in self._gates:
            fails.append(_Fail(self._gates[script.mod].evidence, measures=True, about=True))
        fails.sort(key=lambda one: not one.measures)
        scores = [one.place for one in fails if one.about and one.measures]
        checks = [one.place for one in fails if one.about and not one.measures]
        checks += [one.place for one in fails if one.asserted and not one.about]
        return Bars(script, tuple(one.place for one in fails), tuple(scores), tuple(checks), tuple(numbers))

    def _functions(self, script: Script) -> list[Func]:
        """Its own and those of other tests and evals that it calls."""
        if script.harness is not None or script.live:  # what it calls is the program
            return list(script.functions)
        found = dict.fromkeys(script.functions)
        pending = list(found)
        while pending:
            for edge in self._subject.with_tests.graph.edges[pending.pop()]:
                if not edge.target.mod.production and edge.target not in found:
                    found[edge.target] = None
                    pending.append(edge.target)
        return list(found)

    def _fails(self, func: Func) -> Iterator[_Fail]:
        for stmt in func.statements:
            match stmt:
                case m.Assert(test=test):
                    place = self._subject.at(func, stmt.span, "an assertion can fail the run")
                    about, asserted = self._answers.are_in(test, func), func.name.startswith("test")
                    means = not narrows(test)
                    yield _Fail(place, self._measures(test), means and about, means and asserted)
                case m.If(test=test) if self._ends_badly(stmt, func):
                    place = self._subject.at(func, stmt.span, "below it, the run fails")
                    yield self._condition(place, test, func)
                case _:
                    pass
        if any(isinstance(stmt, m.Raise) for stmt in func.statements):
            yield _Fail(self._subject.at(func, func.facts.span, "it can raise"))
        for site in self._subject.with_tests.graph.sites[func]:
            method, given = site.call.func, [arg.value for arg in site.call.args]
            if isinstance(method, m.Attr) and method.name.startswith("assert"):
                place = self._subject.at(func, site.call.span, f"`{method.name}` can fail the run")
                about = any(self._answers.are_in(value, func) for value in given)
                yield _Fail(place, any(map(self._is_number, given)), about, func.name.startswith("test"))
            elif self._exits(site.call, func):
                place = self._subject.at(func, site.call.span, "an exit code can fail the run")
                yield self._condition(place, given[0], func)
            for arg in site.call.args:
                if arg.keyword and self._is_bar_name(arg.keyword):
                    place = self._subject.at(func, site.call.span, f"`{arg.keyword}`")
                    tool = self._answers.is_of_a_tool(site.call, func)
                    yield _Fail(place, measures=tool, about=tool)

    def _condition(self, place: Evidence, test: m.Expr, func: Func) -> _Fail:
        """Fails where a condition holds: much besides the score does so, a file that is not there."""
        measures = self._measures(test) or self._counts(test)
        about = self._answers.made_of_them(test, func) if measures else self._evals.is_score(name_of(test))
        return _Fail(place, measures, about)

    def _counts(self, test: m.Expr) -> bool:
        """``failures``: so many that there is one."""
        return bool(words_in_name(name_of(test)) & set(self._words.failures))

    def _missed(self, func: Func) -> Iterator[_Fail]:
        """What fails a benchmark because of a score; it does much besides, and fails by that too."""
        for stmt in func.statements:
            if not isinstance(stmt, m.Assert | m.If):
                continue
            ends = isinstance(stmt, m.Assert) or self._ends_badly(stmt, func)
            if ends and self._measures(stmt.test):
                if any(map(self._evals.measures, walk.expressions(stmt.test))):
                    place = self._subject.at(func, stmt.span, "below it, the run fails")
                    yield _Fail(place, measures=True, about=True)

    def _ends_badly(self, stmt: m.If, func: Func) -> bool:
        for inner in walk.statements((*stmt.body, *stmt.orelse)):
            if isinstance(inner, m.Raise):
                return True
            for own in walk.own_expressions(inner):
                if any(isinstance(n, m.Call) and self._exits(n, func) for n in walk.expressions(own)):
                    return True
        return False

    def _exits(self, call: m.Call, func: Func) -> bool:
        """Whether it ends the program with something other than success."""
        names = {external_name(value) for value in self._evaluator.eval(call.func, func)}
        names.add(walk.dotted(call.func) or "")
        if not names & _EXITS or not call.args:
            return False
        given = call.args[0].value
        return not (isinstance(given, m.Const) and not given.value)

    def _measures(self, test: m.Expr) -> bool:
        """Whether something is compared with a number, or with a bar that has a name."""
        for node in walk.expressions(test):
            if isinstance(node, m.Compare):
                sides = (node.left, *node.rights)
                if any(map(self._is_number, sides)) and not any(map(self._is_plumbing, sides)):
                    return True
        return False

    def _is_plumbing(self, side: m.Expr) -> bool:
        return name_of(side) in self._words.plumbing

    def _is_number(self, expr: m.Expr) -> bool:
        """Whether it is a number, or a bar that has a name."""
        return _is_literal_number(expr) or self._is_bar(expr)

    def _is_bar(self, expr: m.Expr) -> bool:
        return isinstance(expr, m.Name | m.Attr) and self._is_bar_name(name_of(expr))

    def _is_bar_of_a_score(self, expr: m.Expr) -> bool:
        """``THRESHOLD``, ``min_score``, ``PASS_BAR``; not ``min_length``."""
        name = name_of(expr)
        others = words_in_name(name) - {*self._words.thresholds, "pass", "passing", "default"}
        return self._is_bar(expr) and (not others or self._evals.is_score(name))

    def _is_bar_name(self, name: str) -> bool:
        return bool(words_in_name(name) & set(self._words.thresholds)) or "at_least" in name.lower()

    def _numbers(self, func: Func) -> Iterator[Evidence]:
        for stmt in func.statements:
            match stmt:
                case m.Assign(value=m.Const(value=number) as value, targets=targets) if (
                    number and _is_literal_number(value) and any(map(self._is_bar_of_a_score, targets))
                ):
                    yield self._subject.at(func, stmt.span, "a bar that nothing fails by")
                case m.Assign(value=m.Compare(left=m.Name(id=name) | m.Attr(name=name), rights=rights)):
                    if self._evals.is_score(name) and any(map(self._is_number, rights)):
                        yield self._subject.at(func, stmt.span, f"`{name}` is held to a bar")
                case _:
                    pass


def _is_literal_number(expr: m.Expr) -> bool:
    number = expr.value if isinstance(expr, m.Const) else None
    return isinstance(number, int | float) and not isinstance(number, bool)
