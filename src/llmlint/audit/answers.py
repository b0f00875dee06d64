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
        """Whether an expression is made of scores, of answers, or of something that was handed over."""
        return self.made_of_them(expr, func) or any(
            isinstance(node, m.Name) and self._is_param(node.id, func) for node in walk.expressions(expr)
        )

    def made_of_them(self, expr: m.Expr, func: Func) -> bool:
        """Whether it is made of scores or answers for certain."""
        return any(self._is_one(node, func) for node in self._made_of(expr, func))

    def is_of_a_tool(self, call: m.Call, func: Func) -> bool:
        """Whether a tool for evals is called."""
        return (func, call.span) in self._of_tools

    @staticmethod
    def _is_param(name: str, func: Func) -> bool:
        given = any(binding.kind == "param" for binding in func.bindings.get(name, ()))
        return given and name != func.receiver

    def _is_one(self, node: m.Expr, func: Func) -> bool:
        match node:
            case m.Name(id=name):
                return self._evals.is_score(name)
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


def narrows(test: m.Expr) -> bool:
    """Whether a condition is about what sort of thing something is: ``isinstance(x, dict)``."""
    match test:
        case m.Compare(ops=("is" | "is not",), rights=(m.Const(value=None),)):
            return True
        case m.Call(func=m.Name(id="isinstance" | "hasattr" | "callable")):
            return True
        case _:
            return False
