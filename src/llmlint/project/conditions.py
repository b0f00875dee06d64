"""Conditions, as the flow interpreter sees them: what they look at, and what they prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project import guards
from llmlint.project.checks import Checks
from llmlint.project.environments import APPROVED, NEEDS, PROVEN, Env, is_own_parameter, made_safe
from llmlint.project.shapes import CLEAN, NO_TAINT, Mark, Origin, Taint, join_taints

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow


class _Judge:
    """What the conditions of one function look at, for ``guards``."""

    def __init__(self, conditions: Conditions, env: Env) -> None:
        self._conditions = conditions
        self._env = env
        self._checks = conditions.checks

    def constant(self, expr: m.Expr) -> bool:
        return not self._conditions.reads(expr, self._env)

    def text(self, expr: m.Expr) -> str | None:
        return self._conditions.flow.composing.constant(expr)

    def check(self, call: m.Call) -> list[tuple[m.Expr, frozenset[str]]]:
        return self._checks.check(call)

    def part(self, expr: m.Expr) -> tuple[m.Expr, frozenset[str]] | None:
        return self._checks.part(expr)

    def parsed(self, expr: m.Expr) -> tuple[m.Expr, frozenset[str]] | None:
        return self._checks.parsed(expr)

    def status(self, name: str) -> str:
        for table in self._conditions.flow.flows.catalogue.http_statuses:
            for kind, names in (("code", table.codes), ("good", table.good), ("bad", table.bad)):
                if name in names:
                    return kind
        return ""


class Conditions:
    """The conditions of one function."""

    def __init__(self, flow: FunctionFlow) -> None:
        self.flow = flow
        self.proved: set[str] = set()
        """Names that have been proven harmless somewhere."""

    @property
    def checks(self) -> Checks:
        """The checking calls of the function."""
        return self.flow.calls.checks

    def proofs(self, test: m.Expr, env: Env) -> tuple[guards.Proof, guards.Proof]:
        """What is proven where ``test`` holds, and where it does not."""
        judge = _Judge(self, env)
        when_true, when_false = guards.proofs(test, judge)
        opened = self.flow.flows.lookups.opened.get(test)
        if opened is None:
            opened = self.flow.flows.lookups.opened[test] = self._opened(test)
        if opened is test:
            return when_true, when_false
        also_true, also_false = guards.proofs(opened, judge)
        return {**also_true, **when_true}, {**also_false, **when_false}

    def _opened(self, test: m.Expr) -> m.Expr:
        """The test with names replaced by what they stand for.

        ``match = re.fullmatch(...)`` then ``if not match``, ``host = urlsplit(url).hostname`` then
        ``if host in HOSTS``, ``tree = parse(query)`` then ``if isinstance(tree, Select)``.
        """
        match test:
            case m.Unary(op="not", value=value):
                opened = self._opened(value)
                return test if opened is value else m.Unary("not", opened)
            case m.BoolOp(op=op, left=left, right=right):
                one, other = self._opened(left), self._opened(right)
                return test if one is left and other is right else m.BoolOp(op, one, other)
            case m.Compare(left=m.Name() | m.Attr() | m.Call() as left, ops=ops, rights=rights):
                opened = self._opened(left)
                return test if opened is left else m.Compare(opened, ops, rights)
            case m.Call(func=m.Name(id="isinstance"), args=(m.Arg(value=m.Name() as first), *rest)):
                opened = self._opened(first)
                return test if opened is first else m.Call(test.func, (m.Arg(opened), *rest), test.span)
            case m.Call(func=m.Attr(value=value, name=name), args=()) if name in guards.FOLDING:
                opened = self._opened(value)
                return test if opened is value else opened
            case m.Attr(value=m.Name() as base, name=name):
                opened = self._opened(base)
                return test if opened is base else m.Attr(opened, name)
            case m.BoolOp(op="or", left=left, right=m.Text(value="")):
                return self._opened(left)
            case m.Name(id=name):
                bindings = self.flow.func.bindings.get(name, ())
                if len(bindings) == 1 and bindings[0].kind == "value" and not bindings[0].unpack:
                    expr = bindings[0].expr
                    if isinstance(expr, m.BoolOp):
                        expr = expr.left
                    if isinstance(expr, m.BinOp) and expr.op == "-":
                        return expr
                    if isinstance(expr, m.Call | m.Compare):
                        inner = self._opened(expr)
                        return inner if isinstance(inner, m.Attr) else expr
                    if isinstance(expr, m.Attr) and isinstance(expr.value, m.Name | m.Call):
                        return self._opened(expr)
                return test
            case _:
                return test

    def apply(self, proof: guards.Proof, env: Env) -> None:
        """From here on, the names in the proof are harmless for the kinds it says."""
        for name, kinds in proof.items():
            head, *rest = name.split(".")
            self.proved.add(name)
            for kind in kinds:
                env[f"{PROVEN}{kind}:{name}"] = CLEAN
            if head in env or head in self.flow.closure:
                current = env.get(head) or self.flow.closure.get(head, CLEAN)
                env[head] = made_safe(current, rest, kinds)

    def need(self, test: m.Expr, then: Env, otherwise: Env) -> None:
        """``if preprocess:`` on a parameter: what it has to be for control to come here."""
        flipped = isinstance(test, m.Unary) and test.op == "not"
        name = test.value if isinstance(test, m.Unary) and flipped else test
        if isinstance(name, m.Name) and is_own_parameter(name.id, self.flow.func):
            then[f"{NEEDS}{int(not flipped)}:{name.id}"] = CLEAN
            otherwise[f"{NEEDS}{int(flipped)}:{name.id}"] = CLEAN

    def test(self, test: m.Expr, env: Env) -> None:
        """Control depends on ``test`` here."""
        self.flow.eval(test, env)
        taint = self.reads(test, env)
        if any(origin.kind == "person" for origin in taint):
            env[APPROVED] = CLEAN
        if taint:
            known = self.flow.summary.tests.get(test, NO_TAINT)
            self.flow.summary.tests[test] = join_taints([known, taint])

    def _knows(self, base: m.Expr, name: str, env: Env) -> bool:
        """Whether a field is known by itself: then the rest of the object is not looked at."""
        fields = self.flow.eval(base, env).fields
        return fields is not None and name in fields

    def reads(self, expr: m.Expr, env: Env) -> Taint:
        """Every origin that an expression looks at, also where only a comparison comes of it."""
        match expr:
            case m.Compare(left=left, rights=rights):
                return join_taints(self.reads(e, env) for e in (left, *rights))
            case m.BoolOp(left=left, right=right):
                return join_taints((self.reads(left, env), self.reads(right, env)))
            case m.Unary(value=value):
                return self.reads(value, env)
            case m.Call(func=m.Attr(value=base, name="get"), args=(m.Arg(value=m.Text(value=name)), *_)) if (
                self._knows(base, name, env)
            ):
                return self.flow.eval(expr, env).flat()
            case m.Attr(value=base, name=name) if self._knows(base, name, env):
                return self.flow.eval(expr, env).flat()
            case m.Call(args=args, func=func):
                taints = [self.flow.eval(expr, env).flat(), *(self.reads(a.value, env) for a in args)]
                if any(
                    self.flow.flows.people.asked_in(e.target)
                    for e in self.flow.flows.graph.edges_at.get(expr, ())
                ):
                    taints.append({Origin("person", self.flow.func, call=expr): Mark()})
                if isinstance(func, m.Attr):
                    taints.append(self.reads(func.value, env))
                return join_taints(taints)
            case m.Attr(value=value):
                return join_taints((self.flow.eval(expr, env).flat(), self.reads(value, env)))
            case _:
                return self.flow.eval(expr, env).flat()
