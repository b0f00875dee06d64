"""Which of several assignments of a name is in force at a call in the same scope."""

from __future__ import annotations

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func


def in_force(name: str, call: m.Call, func: Func) -> m.Expr | None:
    """What the name was given last before the call; None when that hangs on a condition or a round."""
    if any(binding.kind != "value" for binding in func.bindings.get(name, ())):
        return None
    try:
        return _before(name, call, func.facts.body, None)[0]
    except RecursionError:
        return None  # nested beyond anything people write


def _before(
    name: str, call: m.Call, body: tuple[m.Stmt, ...], last: m.Expr | None
) -> tuple[m.Expr | None, bool]:
    """The last assignment, and whether the call was met in the statements."""
    for stmt in body:
        if any(call is node for expr in walk.own_expressions(stmt) for node in walk.expressions(expr)):
            return last, True
        if isinstance(stmt, m.Assign) and any(isinstance(t, m.Name) and t.id == name for t in stmt.targets):
            last = stmt.value
            continue
        assigned = name in _assigned(stmt)
        if isinstance(stmt, m.For | m.While) and assigned:
            return None, True
        for block in walk.blocks(stmt):
            found, met = _before(name, call, block, last)
            if met:
                return found, True
        if assigned:
            last = None
    return last, False


def _assigned(stmt: m.Stmt) -> set[str]:
    """The names that a statement gives something, at any depth."""
    inside = (one for one in walk.statements((stmt,)) if isinstance(one, m.Assign))
    return {name for one in inside for target in one.targets for name in walk.names_in(target)}
