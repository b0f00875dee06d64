"""What a function holds of the cases of an eval, and of the answers to them: by its names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func


@dataclass(slots=True)
class Values:
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


def values_in(func: Func, asking: Collection[m.Expr], cases: set[str], answers: set[str]) -> Values:
    """The values of a function whose calls ``asking`` ask a model; ``cases`` and ``answers`` are known names.

    Twice over the statements: what the end of a loop assigns is known at its beginning.
    """
    values = Values(set(cases), set(answers), set())

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
        for target, value in pairs(func):
            note(target, value)
        for call in func.calls:
            if isinstance(call.func, m.Attr) and call.func.name in ("append", "extend"):
                if isinstance(call.func.value, m.Name) and call.args and values.of(call.args[0].value)[1]:
                    values.answers.add(call.func.value.id)
    return values


def handed_on(call: m.Call, target: Func, values: Values, skip: bool) -> tuple[set[str], set[str]]:
    """The parameters of ``target`` that get something of a case, and those that get an answer."""
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
    return cases, answers


def loops(func: Func) -> Iterator[tuple[m.Expr, m.Expr]]:
    """What each loop assigns, and what it goes over."""
    for stmt in func.statements:
        if isinstance(stmt, m.For):
            yield stmt.target, stmt.iter
    for node in func.nodes:
        if isinstance(node, m.Comp):
            yield from ((clause.target, clause.iter) for clause in node.clauses)


def pairs(func: Func) -> Iterator[tuple[m.Expr, m.Expr]]:
    """The same, with what ``zip`` and ``enumerate`` put together taken apart."""
    for target, over in loops(func):
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
