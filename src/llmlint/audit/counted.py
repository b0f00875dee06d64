"""What a program counts: names and attributes that something is added to."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.guards import compares_sizes
from llmlint.project.scopes import Func


class Counted:
    """Made once per subject (``subject.once(Counted)``)."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project

    @functools.cached_property
    def attributes(self) -> frozenset[str]:
        """Attributes that something is added to, anywhere in the project."""
        return frozenset(
            target.name
            for func in self._project.functions
            for target in _added(func)
            if isinstance(target, m.Attr)
        )

    def is_one_value(self, condition: m.Expr, func: Func) -> bool:
        """``response.status == 200``: an answer is looked at, and nothing that a round changes is counted."""
        tests = [node for node in walk.expressions(condition) if isinstance(node, m.Compare)]
        if not tests or any(compares_sizes(node) for node in tests):
            return False
        names = {target.id for target in _added(func) if isinstance(target, m.Name)}
        for stmt in func.statements:
            if isinstance(stmt, m.For):
                names |= walk.names_in(stmt.target)
        for node in (node for test in tests for node in walk.expressions(test)):
            match node:
                case m.Call() | m.BinOp():
                    return False  # measured, or reckoned
                case m.Attr(name=name) if name in self.attributes:
                    return False
                case m.Name(id=name) if name in names:
                    return False
                case _:
                    pass
        return True


def _added(func: Func) -> Iterator[m.Expr]:
    """``n += 1`` and ``n = n + 1``."""
    for stmt in func.statements:
        if isinstance(stmt, m.AugAssign):
            yield stmt.target
        elif isinstance(stmt, m.Assign) and isinstance(stmt.value, m.BinOp):
            held = {walk.dotted(node) for node in walk.expressions(stmt.value)} - {None}
            yield from (target for target in stmt.targets if walk.dotted(target) in held)
