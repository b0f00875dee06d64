"""Limits that are None unless somebody sets them: ``if most is not None and done >= most: break``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
from llmlint.project.guards import compares_sizes, key
from llmlint.project.kinds import is_none_value
from llmlint.project.names import binding_scope
from llmlint.project.scopes import Func

_DEPTH = 4
"""Callers above a parameter that hand their own on."""


class UnsetLimits:
    """Made once per subject (``subject.once(UnsetLimits)``)."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project

    def among(self, conditions: Iterable[m.Expr], func: Func) -> str | None:
        """The limit in conditions that hold together that is compared where it is set, and None by itself."""
        tests = list(conditions)
        guarded = {name for test in tests for name in asked_for(test)}
        for test in tests:
            for node in walk.expressions(test):
                if isinstance(node, m.Compare) and compares_sizes(node):
                    for side in (node.left, *node.rights):
                        name = key(side)
                        if name in guarded and self.is_unset(side, func):
                            return name
        return None

    def is_unset(self, limit: m.Expr, func: Func) -> bool:
        """Whether a value is None where nobody says otherwise."""
        return self._is_unset(limit, func, _DEPTH)

    def _is_unset(self, limit: m.Expr, func: Func, hops: int) -> bool:
        if not isinstance(limit, m.Name):
            return any(is_none_value(value) for value in self._project.evaluator.eval(limit, func))
        scope = binding_scope(limit.id, func)
        if scope is None or _is_filled(limit.id, scope):
            return False
        bindings = scope.bindings.get(limit.id, ())
        if any(b.kind == "value" and b.expr is not None and _may_be_none(b.expr) for b in bindings):
            return True
        param = next((param for param in scope.facts.params if param.name == limit.id), None)
        if param is None or param.default is None or not _may_be_none(param.default):
            return False
        edges = self._project.graph.callers.get(scope, ())
        given = [(bind(e.call, scope, e.skip_receiver).given.get(limit.id), e.site.func) for e in edges]
        return not given or any(
            one is None or _may_be_none(one) or (hops > 0 and self._is_unset(one, caller, hops - 1))
            for one, caller in given
        )


def asked_for(test: m.Expr) -> Iterator[str]:
    """Names that a condition asks whether they are there: ``most is not None``, ``most and …``."""
    for node in walk.expressions(test):
        match node:
            case m.Compare(left=left, ops=("is" | "is not",), rights=(m.Const(value=None),)):
                yield key(left) or ""
            case m.BoolOp(left=left, right=right):
                yield from (key(side) or "" for side in (left, right))
            case _:
                pass
    yield key(test) or ""


def _is_filled(name: str, func: Func) -> bool:
    """``if most is None: most = settings.most``: whether it is given something where it is not set."""
    for stmt in func.statements:
        if isinstance(stmt, m.If) and _asks_for_none(stmt.test, name):
            for inner in stmt.body:
                if isinstance(inner, m.Assign) and any(key(target) == name for target in inner.targets):
                    if inner.value is not None and not _may_be_none(inner.value):
                        return True
    return False


def _asks_for_none(test: m.Expr, name: str) -> bool:
    match test:
        case m.Compare(left=left, ops=("is",), rights=(m.Const(value=None),)) | m.Unary(op="not", value=left):
            return key(left) == name
        case _:
            return False


def _may_be_none(expr: m.Expr) -> bool:
    match expr:
        case m.Const(value=None):
            return True
        case m.IfExp(body=body, orelse=other):
            return _may_be_none(body) or _may_be_none(other)
        case _:
            return False
