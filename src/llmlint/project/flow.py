"""How text flows through one function: an abstract interpreter over its statements.

It follows values forwards, statement by statement, joining branches; what other functions do comes from
their summaries. Branches that a check closes (``if cmd not in ALLOWED: return``) carry the proof on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Step
from llmlint.project import guards
from llmlint.project.assignments import Assignments
from llmlint.project.composing import Composing
from llmlint.project.conditions import Conditions
from llmlint.project.environments import Env, merge, proven, settled
from llmlint.project.flowcalls import Calls
from llmlint.project.origins import Origins
from llmlint.project.scopes import Func
from llmlint.project.shapes import (
    CLEAN,
    CONSUMED,
    LOG,
    NO_TAINT,
    Mark,
    Origin,
    Shape,
    join,
    join_taints,
    mixed,
    safe_for,
    without_log,
)
from llmlint.project.summaries import Summary

if TYPE_CHECKING:
    from llmlint.project.taint import Flows

_NOT_THE_TEXT = CONSUMED | {LOG}
TWICE = 5
"""Loops inside each other whose bodies are run twice; those further inside are run once each time."""


class FunctionFlow:
    """One pass over one function; ``summary`` is its result."""

    def __init__(self, func: Func, flows: Flows) -> None:
        self.func = func
        self.flows = flows
        self.summary = Summary()
        self.calls = Calls(self)
        self.conditions = Conditions(self)
        self.assignments = Assignments(self)
        self.origins = Origins(self)
        self.composing = Composing(self)
        self._proven: set[str] | None = None
        self._proven_if_true: set[str] | None = None
        self._loops = 0
        self.closure: dict[str, Shape] = {}
        if func.parent is not None:
            self.closure = flows.closures.get(func.parent, {})

    def run(self) -> Summary:
        """Interpret the body once."""
        env: Env = {}
        for param in self.func.facts.params:
            env[param.name] = self._parameter(param)
        if self.func.receiver is not None:
            # Its fields come from the class or from the caller's object; see ``_attribute``.
            env[self.func.receiver] = CLEAN
        if self._block(self.func.facts.body, env):
            self._leave(env)
        self.summary.proven = frozenset(self._proven or ())
        self.summary.proven_if_true = frozenset(self._proven_if_true or ())
        self.summary.variables = {name: join(shapes) for name, shapes in self.assignments.seen.items()}
        return self.summary

    def release(self) -> None:
        """Let go of the parts, which hold on to this: the collector sleeps while a project is analysed."""
        vars(self).clear()

    def _parameter(self, param: m.Param) -> Shape:
        shape = self.origins.parameter(param, Shape({Origin("param", self.func, param.name): Mark()}))
        if param.annotation is None:
            return shape
        for name in self.flows.lookups.plain_fields(param.annotation, self.func.parent or self.func):
            shape = shape.with_field(name, CLEAN)
        return shape

    def _leave(self, env: Env, value: m.Expr | None = None) -> None:
        """Control leaves the function: only what is proven on every way out is proven for callers."""
        held = proven(env)
        self._proven = held if self._proven is None else self._proven & held
        if value is None or (isinstance(value, m.Const) and not value.value):
            return
        if isinstance(value, m.Compare | m.BoolOp | m.Unary | m.Call):
            inner = dict(env)
            self.conditions.apply(self.conditions.proofs(value, env)[0], inner)
            held = proven(inner)
        self._proven_if_true = held if self._proven_if_true is None else self._proven_if_true & held

    # -- statements -------------------------------------------------------------------------

    def _block(self, body: tuple[m.Stmt, ...], env: Env) -> bool:
        """Run statements, changing ``env``; False when control cannot run past them."""
        return all(self._statement(stmt, env) for stmt in body)

    def _leaves(self, expr: m.Expr) -> bool:
        """Whether this is a call that never returns: ``abort(400)``, under whatever name it was imported."""
        if not isinstance(expr, m.Call):
            return False
        return self.flows.lookups.call(expr, self).leaves

    def _statement(self, stmt: m.Stmt, env: Env) -> bool:
        match stmt:
            case m.Assign(value=value, targets=targets):
                if value is not None:
                    shape = self.eval(value, env)
                    for target in targets:
                        self.assignments.assign(target, shape, env, value)
            case m.AugAssign(target=target, value=value):
                self.assignments.assign(target, join((self.eval(target, env), self.eval(value, env))), env)
            case m.ExprStmt(value=value):
                self.eval(value, env)
                return not self._leaves(value)
            case m.Return(value=value):
                if value is not None:
                    self.summary.returned = join((self.summary.returned, self.eval(value, env)))
                self._leave(env, value)
                return False
            case m.Raise(value=value):
                if value is not None:
                    self.eval(value, env)
                return False
            case m.Assert(test=test):
                self.eval(test, env)
                if isinstance(test, m.Compare) and test.ops == ("==",):
                    self.say_equal((test.left, *test.rights), env)
                self.conditions.apply(self.conditions.proofs(test, env)[0], env)
            case m.Simple(what=what):
                return what == "pass"
            case m.If():
                return self._if(stmt, env)
            case m.While():
                return self._while(stmt, env)
            case m.For():
                self._for(stmt, env)
            case m.Try():
                return self._try(stmt, env)
            case m.With():
                for item in stmt.items:
                    shape = self.eval(item.value, env)
                    if item.target is not None:
                        self.assignments.assign(item.target, shape, env)
                return self._block(stmt.body, env)
            case m.Match():
                return self._match(stmt, env)
            case _:
                pass
        return True

    def _if(self, stmt: m.If, env: Env) -> bool:
        self.conditions.test(stmt.test, env)
        when_true, when_false = self.conditions.proofs(stmt.test, env)
        then = dict(env)
        otherwise = dict(env)
        self.conditions.apply(when_true, then)
        self.conditions.apply(when_false, otherwise)
        self.conditions.need(stmt.test, then, otherwise)
        through_then = self._block(stmt.body, then)
        through_else = self._block(stmt.orelse, otherwise)
        merge(env, [e for e, through in ((then, through_then), (otherwise, through_else)) if through])
        return through_then or through_else

    def _while(self, stmt: m.While, env: Env) -> bool:
        self._loops += 1
        for _ in range(2 if self._loops <= TWICE else 1):
            self.conditions.test(stmt.test, env)
            before, inner = dict(env), dict(env)
            self.conditions.apply(self.conditions.proofs(stmt.test, env)[0], inner)
            self._block(stmt.body, inner)
            merge(env, [before, inner])
            if settled(before, env, self.closure):
                break
        self._loops -= 1
        self.conditions.test(stmt.test, env)
        self.conditions.apply(self.conditions.proofs(stmt.test, env)[1], env)
        self._block(stmt.orelse, env)
        return True

    def _for(self, stmt: m.For, env: Env) -> None:
        targets = stmt.target.items if isinstance(stmt.target, m.Seq) else (stmt.target,)
        passing = {target.id for target in targets if isinstance(target, m.Name)} - walk.names_in(stmt.iter)
        self._loops += 1
        for _ in range(2 if self._loops <= TWICE else 1):
            before, inner = dict(env), dict(env)
            self.assignments.assign(stmt.target, self._iterated(stmt.iter, inner), inner)
            self._block(stmt.body, inner)
            merge(env, [before, inner])
            if settled(before, env, self.closure, passing):
                break
        self._loops -= 1
        self._block(stmt.orelse, env)

    def _try(self, stmt: m.Try, env: Env) -> bool:
        before = dict(env)
        through = self._block(stmt.body, env)
        if through:
            through = self._block(stmt.orelse, env)
        ends = [dict(env)] if through else []
        for handler in stmt.handlers:
            inner: Env = {}
            merge(inner, [before, env])
            if handler.name:
                inner[handler.name] = CLEAN
            if self._is_bad_status(handler.type):
                # What the service sent back is an error message, no answer.
                inner = {n: Shape(without_log(s.taint), s.fields) if s.taint else s for n, s in inner.items()}
            if self._block(handler.body, inner):
                ends.append(inner)
        through = bool(ends)
        merge(env, ends)
        return self._block(stmt.final, env) and through

    def _is_bad_status(self, caught: m.Expr | None) -> bool:
        """Whether a handler runs only where the service answered with an error."""
        types = caught.items if isinstance(caught, m.Seq) else (caught,) if caught is not None else ()
        errors = {name for table in self.flows.catalogue.http_statuses for name in table.errors}
        return bool(types) and all((walk.dotted(t) or "").rsplit(".", 1)[-1] in errors for t in types)

    def _match(self, stmt: m.Match, env: Env) -> bool:
        subject = self.eval(stmt.subject, env)
        self.conditions.test(stmt.subject, env)
        name = guards.key(stmt.subject)
        ends = [dict(env)]
        for case in stmt.cases:
            inner = dict(env)
            if name and case.values and not case.captures:
                self.conditions.apply({name: guards.ALL}, inner)
            for capture in case.captures:
                self.assignments.bind(capture, Shape(subject.flat()), inner)
            if case.guard is not None:
                self.eval(case.guard, inner)
            if self._block(case.body, inner):
                ends.append(inner)
        merge(env, ends)
        return True

    # -- expressions --------------------------------------------------------------------------

    def eval(self, expr: m.Expr, env: Env) -> Shape:
        """The shape of a value; calls inside are looked at for sinks on the way."""
        match expr:
            case m.Name(id=name):
                return self._name(name, env)
            case m.Const() | m.Text() | m.Bytes() | m.Other() | m.Lambda():
                return CLEAN
            case m.Attr(value=base, name=name):
                return self._attribute(expr, base, name, env)
            case m.Sub(value=base, index=index):
                self.eval(index, env)
                shape = self.eval(base, env)
                if shape.clean:
                    return self.origins.read(expr)
                sent = self.origins.field(expr)
                if not sent.clean:
                    return sent
                if isinstance(index, m.Text):
                    return self.calls.item(shape, index.value)
                if isinstance(index, m.Const) and isinstance(index.value, int):
                    return self.composing.item(base, index.value, shape)
                return self.composing.excerpt(shape) if isinstance(index, m.Slice) else shape.element()
            case m.Call():
                return self.calls.call(expr, env)
            case m.DictDisplay(items=items):
                shape = self.composing.table(items, env)
                self.flows.speech.message(self, expr, shape)
                return shape
            case m.Seq(kind=kind, items=items):
                if kind == "tuple" and not any(isinstance(i, m.Star) for i in items):
                    shape = Shape(NO_TAINT, {str(n): self.eval(i, env) for n, i in enumerate(items)})
                    self.flows.speech.pair(self, items, shape)
                    return shape
                return Shape(join_taints([mixed(self.eval(i, env)) for i in items]))
            case m.IfExp(test=test, body=body, orelse=orelse):
                when_true, when_false = self.conditions.proofs(test, env)
                self.eval(test, env)
                then, otherwise = dict(env), dict(env)
                self.conditions.apply(when_true, then)
                self.conditions.apply(when_false, otherwise)
                return join((self.eval(body, then), self.eval(orelse, otherwise)))
            case m.BoolOp(left=left, right=right):
                return join((self.eval(left, env), self.eval(right, env)))
            case m.Compare() | m.Unary():
                for child in walk.children(expr):
                    self.eval(child, env)
                return CLEAN
            case m.Walrus(target=target, value=value):
                shape = self.eval(value, env)
                self.assignments.assign(target, shape, env)
                return shape
            case m.Comp():
                return self._comprehension(expr, env)
            case m.Yield(value=value):
                if value is not None:
                    self.summary.returned = join((self.summary.returned, self.eval(value, env)))
                return CLEAN
            case m.Await(value=value) | m.Star(value=value):
                return self.eval(value, env)
            case m.BinOp(op=op) if op not in ("+", "%"):
                # Paths and numbers made of it are not the text.
                made = join_taints([self.eval(p, env).flat() for p in walk.operands(expr)])
                return Shape(safe_for(made, _NOT_THE_TEXT)) if made else CLEAN
            case m.BinOp(op=op, left=left):
                # Iteratively: long concatenations are deep to the left.
                shape = self.composing.text(tuple(walk.operands(expr)), env)
                return self.composing.escaped(shape, left) if op == "%" else shape
            case m.Template(parts=parts):
                return self.composing.text(parts, env)
            case _:
                return Shape(join_taints([self.eval(child, env).flat() for child in walk.children(expr)]))

    def _name(self, name: str, env: Env) -> Shape:
        if name in env:
            return env[name]
        if name in self.closure:
            return self.closure[name]
        if name not in self.func.bound:
            return self.origins.variable(name)
        return CLEAN

    def _attribute(self, expr: m.Attr, base: m.Expr, name: str, env: Env) -> Shape:
        shape = self.eval(base, env)
        if shape.fields and name in shape.fields:
            return self.origins.handed_over(self.calls.part(shape, name), name)
        if isinstance(base, m.Name) and base.id == self.func.receiver and self._declared(name):
            given = Shape({Origin("param", self.func, f"{base.id}.{name}"): Mark()})
            return join((given, self.flows.field_shape(expr, self.func)))
        inherited = self.composing.last_part(self.calls.part(shape, name), base, name)
        stored = self.flows.field_shape(expr, self.func)
        found = join((inherited, stored, self.origins.attribute(expr)))
        return self.origins.handed_over(found, name)

    def _declared(self, name: str) -> bool:
        """Whether a field of the receiver is one of a data class: filled by whoever makes the object."""
        cls = self.func.cls
        if cls is None:
            return False
        found = cls.attributes.get(name, ())
        return bool(found) and all(scope is cls.body and b.annotation is not None for scope, b in found)

    def _iterated(self, iterable: m.Expr, env: Env) -> Shape:
        shape = join((self.eval(iterable, env), self.origins.element(iterable)))
        if (
            isinstance(iterable, m.Call)
            and isinstance(iterable.func, m.Attr)
            and iterable.func.name == "items"
        ):
            return Shape(
                NO_TAINT, {"0": Shape(without_log(shape.taint)), "1": Shape(without_log(shape.flat()))}
            )
        if isinstance(iterable, m.Call) and walk.dotted(iterable.func) == "enumerate":
            return Shape(NO_TAINT, {"0": CLEAN, "1": shape.element()})
        element = shape.element()
        if any(mark.parsed for mark in element.taint.values()):
            return Shape(without_log(element.taint), element.fields)
        return element

    def _comprehension(self, expr: m.Comp, env: Env) -> Shape:
        inner = dict(env)
        for clause in expr.clauses:
            self.assignments.assign(clause.target, self._iterated(clause.iter, inner), inner)
            for condition in clause.ifs:
                self.eval(condition, inner)
                self.conditions.apply(self.conditions.proofs(condition, inner)[0], inner)
        parts = [self.eval(expr.element, inner).flat()]
        if expr.value is not None:
            parts.append(self.eval(expr.value, inner).flat())
        return Shape(join_taints(parts))

    def say_equal(self, sides: Iterable[m.Expr], env: Env) -> None:
        """Something is asserted to be equal here."""
        for side in sides:
            taint = self.eval(side, env).flat()
            if taint:
                self.summary.asserted[side] = taint

    def step(self, span: m.Span, message: str) -> Step:
        """A step at a place of this function's file."""
        return self.flows.lookups.step(self.func, span, message)
