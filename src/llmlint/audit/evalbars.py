"""What can fail the run of an eval: the detector of ``evals.threshold`` and of LLM104."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.answers import Answers
from llmlint.audit.evals import Evals, Script
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
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
    """Those about answers: an assertion only where its number comes from scores or answers."""
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
    scores: bool = True


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
        for func in self._functions(script):
            fails += self._missed(func) if script.benchmark else self._fails(func)
            numbers += self._numbers(func)
        if script.mod in self._gates:
            fails.append(_Fail(self._gates[script.mod].evidence, measures=True))
        fails.sort(key=lambda one: not one.measures)
        scores = tuple(one.place for one in fails if one.scores)
        return Bars(script, tuple(one.place for one in fails), scores, tuple(numbers))

    def _functions(self, script: Script) -> list[Func]:
        """Its own and those of other tests and evals that it calls."""
        if script.harness is not None:  # what it calls is the program
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
                    measures = self._measures(test)
                    place = self._subject.at(func, stmt.span, "an assertion can fail the run")
                    yield _Fail(place, measures, scores=measures and self._answers.are_in(test, func))
                case m.If(test=test) if self._ends_badly(stmt, func):
                    place = self._subject.at(func, stmt.span, "below it, the run fails")
                    yield _Fail(place, self._measures(test))
                case _:
                    pass
        if any(isinstance(stmt, m.Raise) for stmt in func.statements):
            yield _Fail(self._subject.at(func, func.facts.span, "it can raise"))
        for site in self._subject.with_tests.graph.sites[func]:
            method = site.call.func
            if isinstance(method, m.Attr) and method.name.startswith("assert"):
                place = self._subject.at(func, site.call.span, f"`{method.name}` can fail the run")
                given = [arg.value for arg in site.call.args]
                scores = any(map(self._is_number, given)) and self._answers.are_in(site.call, func)
                yield _Fail(place, scores=scores)
            elif self._exits(site.call, func):
                yield _Fail(self._subject.at(func, site.call.span, "an exit code can fail the run"))
            for arg in site.call.args:
                if arg.keyword and self._named(arg.keyword, self._words.thresholds):
                    yield _Fail(self._subject.at(func, site.call.span, f"`{arg.keyword}`"), measures=True)

    def _missed(self, func: Func) -> Iterator[_Fail]:
        """What fails a benchmark because of a score; it does much besides, and fails by that too."""
        for stmt in func.statements:
            if not isinstance(stmt, m.Assert | m.If):
                continue
            ends = isinstance(stmt, m.Assert) or self._ends_badly(stmt, func)
            if ends and self._measures(stmt.test):
                if any(map(self._evals.measures, walk.expressions(stmt.test))):
                    yield _Fail(self._subject.at(func, stmt.span, "below it, the run fails"), measures=True)

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
                if any(map(self._is_number, (node.left, *node.rights))):
                    return True
        return False

    def _is_number(self, expr: m.Expr) -> bool:
        """Whether it is a number, or a bar that has a name."""
        return (isinstance(expr, m.Const) and isinstance(expr.value, int | float)) or self._is_bar(expr)

    def _is_bar(self, expr: m.Expr) -> bool:
        name = expr.id if isinstance(expr, m.Name) else expr.name if isinstance(expr, m.Attr) else ""
        return bool(name) and self._named(name, self._words.thresholds)

    @staticmethod
    def _named(name: str, parts: tuple[str, ...]) -> bool:
        return any(part in name.lower() for part in parts)

    def _numbers(self, func: Func) -> Iterator[Evidence]:
        for stmt in func.statements:
            match stmt:
                case m.Assign(value=m.Const(), targets=targets) if any(map(self._is_bar, targets)):
                    yield self._subject.at(func, stmt.span, "a bar that nothing fails by")
                case m.Assign(value=m.Compare(left=m.Name(id=name) | m.Attr(name=name), rights=rights)):
                    if self._evals.is_score(name) and any(map(self._is_number, rights)):
                        yield self._subject.at(func, stmt.span, f"`{name}` is held to a bar")
                case _:
                    pass
