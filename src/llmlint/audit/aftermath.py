"""Statements of a function around a block that may fail: what leaves it, follows it, is given back."""

from __future__ import annotations

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func


def is_returned(stmt: m.Assign, func: Func) -> bool:
    """Whether what is assigned is given back: a text that is only logged is no answer."""
    names = {target.id for target in stmt.targets if isinstance(target, m.Name)}
    given = [one.value for one in func.returns if one.value is not None]
    given += [one.value for one in func.yields if one.value is not None]
    return any(names & walk.names_in(value) for value in given)


def leaves(body: tuple[m.Stmt, ...]) -> bool:
    """Whether a block returns somewhere."""
    return any(isinstance(stmt, m.Return) for stmt in walk.statements(body))


def after(block: m.Try, func: Func) -> tuple[m.Stmt, ...]:
    """The statements of a function behind a block."""
    inside = set(walk.statements((block,)))
    passed = False
    found: list[m.Stmt] = []
    for stmt in walk.statements(func.facts.body):
        if stmt in inside:
            passed = True
        elif passed:
            found.append(stmt)
    return tuple(found)
