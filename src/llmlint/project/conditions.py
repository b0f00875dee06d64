"""Conditions, as the flow interpreter sees them: what they look at, and what they prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project import guards
from llmlint.project.environments import APPROVED, PROVEN, Env, made_safe
from llmlint.project.shapes import CLEAN, NO_TAINT, Mark, Origin, Taint, join_taints

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow


class Conditions:
    """The conditions of one function."""

    def __init__(self, flow: FunctionFlow) -> None:
        self._flow = flow

    def proofs(self, test: m.Expr, env: Env) -> tuple[guards.Proof, guards.Proof]:
        """What is proven where ``test`` holds, and where it does not."""
        return guards.proofs(
            self._opened(test),
            lambda expr: not self.reads(expr, env),
            self._flow.calls.checks.check,
        )

    def _opened(self, test: m.Expr) -> m.Expr:
        """``match = re.fullmatch(...)`` then ``if not match``: the test is the call."""
        match test:
            case m.Unary(op="not", value=value):
                return m.Unary("not", self._opened(value))
            case m.BoolOp(op=op, left=left, right=right):
                return m.BoolOp(op, self._opened(left), self._opened(right))
            case m.Compare(left=m.Name() as left, ops=ops, rights=rights) if ops in (("is",), ("is not",)):
                return m.Compare(self._opened(left), ops, rights)
            case m.Name(id=name):
                bindings = self._flow.func.bindings.get(name, ())
                if len(bindings) == 1 and bindings[0].kind == "value" and not bindings[0].unpack:
                    expr = bindings[0].expr
                    if isinstance(expr, m.Call | m.Compare):
                        return expr
                return test
            case _:
                return test

    def apply(self, proof: guards.Proof, env: Env) -> None:
        """From here on, the names in the proof are harmless for the kinds it says."""
        for name, kinds in proof.items():
            head, *rest = name.split(".")
            if kinds == guards.ALL:
                env[PROVEN + name] = CLEAN
            if head in env or head in self._flow.closure:
                current = env.get(head) or self._flow.closure.get(head, CLEAN)
                env[head] = made_safe(current, rest, kinds)

    def test(self, test: m.Expr, env: Env) -> None:
        """Control depends on ``test`` here."""
        self._flow.eval(test, env)
        taint = self.reads(test, env)
        if any(origin.kind == "person" for origin in taint):
            env[APPROVED] = CLEAN
        if taint:
            known = self._flow.summary.tests.get(test, NO_TAINT)
            self._flow.summary.tests[test] = join_taints([known, taint])

    def reads(self, expr: m.Expr, env: Env) -> Taint:
        """Every origin that an expression looks at, also where only a comparison comes of it."""
        match expr:
            case m.Compare(left=left, rights=rights):
                return join_taints(self.reads(e, env) for e in (left, *rights))
            case m.BoolOp(left=left, right=right):
                return join_taints((self.reads(left, env), self.reads(right, env)))
            case m.Unary(value=value):
                return self.reads(value, env)
            case m.Call(args=args, func=func):
                taints = [self._flow.eval(expr, env).flat(), *(self.reads(a.value, env) for a in args)]
                if any(
                    self._flow.flows.asks_person(e.target)
                    for e in self._flow.flows.graph.edges_at.get(expr, ())
                ):
                    taints.append({Origin("person", self._flow.func, call=expr): Mark()})
                if isinstance(func, m.Attr):
                    taints.append(self.reads(func.value, env))
                return join_taints(taints)
            case m.Attr(value=value):
                return join_taints((self._flow.eval(expr, env).flat(), self.reads(value, env)))
            case _:
                return self._flow.eval(expr, env).flat()
