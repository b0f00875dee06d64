"""Functions that never return because they raise on every way through them."""

from __future__ import annotations

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func


def always_raises(func: Func) -> bool:
    """Whether every call of the function ends in an exception; generators and unclear ways: no."""
    if func.yields or any(isinstance(stmt, m.Return) for stmt in func.statements):
        return False
    return _ends(func.facts.body)


def _ends(body: tuple[m.Stmt, ...]) -> bool:
    return any(_raises(stmt) for stmt in body)


def _raises(stmt: m.Stmt) -> bool:
    match stmt:
        case m.Raise():
            return True
        case m.If(body=body, orelse=orelse):
            return _ends(body) and _ends(orelse)
        case _:  # loops, handlers and managers may keep it
            return False


def straight_calls(body: tuple[m.Stmt, ...]) -> tuple[m.Call, ...]:
    """The calls that statements certainly make, one after another, with or without ``await``."""
    found = []
    for stmt in body:
        for expr in walk.own_expressions(stmt) if isinstance(stmt, m.ExprStmt) else ():
            called = expr.value if isinstance(expr, m.Await) else expr
            if isinstance(called, m.Call):
                found.append(called)
    return tuple(found)
