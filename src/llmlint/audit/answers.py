"""Whether a value of an eval comes from scores or answers of a model, or from anything else."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.evals import Evals
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func


class Answers:
    """Follows names back to what they were given; what comes from elsewhere (a parameter) may be one."""

    def __init__(self, subject: Subject, evals: Evals) -> None:
        self._project = subject.with_tests
        self._evals = evals
        self._of_tools = {(use.func, use.span) for script in evals.running for _, use in script.uses}

    def are_in(self, expr: m.Expr, func: Func) -> bool:
        """Whether the function asks a model itself, or the expression is made of scores or answers."""
        if self._project.reach.reaches(func):
            return True
        return any(self._is_one(node, func) for node in self._made_of(expr, func))

    def _is_one(self, node: m.Expr, func: Func) -> bool:
        match node:
            case m.Name(id=name):
                given = any(binding.kind == "param" for binding in func.bindings.get(name, ()))
                return given or self._evals.is_score(name)
            case m.Attr(name=name) | m.Text(value=name):
                return self._evals.is_score(name)
            case m.Call(span=span):
                return (func, span) in self._of_tools or self._asks(node)
            case _:
                return False

    def _asks(self, call: m.Call) -> bool:
        """Whether a call may end in one of a model."""
        graph = self._project.graph
        return call in graph.by_call or any(
            self._project.reach.reaches(edge.target) for edge in graph.edges_at.get(call, ())
        )

    def _made_of(self, expr: m.Expr, func: Func) -> Iterator[m.Expr]:
        """Everything in the expression, and in what its names were given in the function or its module."""
        pending, seen = [expr], set[str]()
        while pending:
            for node in walk.expressions(pending.pop()):
                yield node
                if isinstance(node, m.Name) and node.id not in seen:
                    seen.add(node.id)
                    given = func.bindings.get(node.id) or func.mod.body.bindings.get(node.id, ())
                    pending += [binding.expr for binding in given if binding.expr is not None]
