"""How text flows through one function: an abstract interpreter over its statements.

It follows values forwards, statement by statement, joining branches; what other functions do comes from
their summaries. Branches that a check closes (``if cmd not in ALLOWED: return``) carry the proof on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Step
from llmlint.project import guards
from llmlint.project.flowcalls import APPROVED, Calls
from llmlint.project.kinds import Obj
from llmlint.project.scopes import Func
from llmlint.project.shapes import CLEAN, NO_TAINT, Mark, Origin, Shape, Taint, join, join_taints, other_field, without_log
from llmlint.project.summaries import Summary

if TYPE_CHECKING:
    from llmlint.project.taint import Flows

Env = dict[str, Shape]

PROVEN = "\0proven:"
"""Key prefix in an environment: this name has been checked."""


class FunctionFlow:
    """One pass over one function; ``summary`` is its result."""

    def __init__(self, func: Func, flows: Flows) -> None:
        self.func = func
        self.flows = flows
        self.summary = Summary()
        self.calls = Calls(self)
        self._seen: dict[str, list[Shape]] = defaultdict(list)
        self._proven: set[str] | None = None
        self._closure: dict[str, Shape] = {}
        if func.parent is not None:
            flows.changes.read(("closure", func.parent))
            self._closure = flows.closures.get(func.parent, {})

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
        self.summary.variables = {name: join(shapes) for name, shapes in self._seen.items()}
        return self.summary

    def _parameter(self, param: m.Param) -> Shape:
        shape = Shape({Origin("param", self.func, param.name): Mark()})
        if param.annotation is None:
            return shape
        for name in self.flows.plain_fields(param.annotation, self.func.parent or self.func):
            shape = shape.with_field(name, CLEAN)
        return shape

    def _leave(self, env: Env) -> None:
        """Control leaves the function: only what is proven on every way out is proven for callers."""
        proven = {name for name in env if name.startswith(PROVEN)}
        names = {name[len(PROVEN) :] for name in proven}
        self._proven = names if self._proven is None else self._proven & names

    # -- statements -------------------------------------------------------------------------

    def _block(self, body: tuple[m.Stmt, ...], env: Env) -> bool:
        """Run statements, changing ``env``; False when control cannot run past them."""
        for stmt in body:
            if not self._statement(stmt, env):
                return False
        return True

    def _statement(self, stmt: m.Stmt, env: Env) -> bool:
        match stmt:
            case m.Assign(value=value, targets=targets):
                if value is not None:
                    shape = self.eval(value, env)
                    for target in targets:
                        self._assign(target, shape, env, value)
            case m.AugAssign(target=target, value=value):
                self._assign(target, join((self.eval(target, env), self.eval(value, env))), env)
            case m.ExprStmt(value=value):
                self.eval(value, env)
                return not guards.terminates((stmt,))
            case m.Return(value=value):
                if value is not None:
                    self.summary.returned = join((self.summary.returned, self.eval(value, env)))
                self._leave(env)
                return False
            case m.Raise(value=value):
                if value is not None:
                    self.eval(value, env)
                return False
            case m.Assert(test=test):
                self.eval(test, env)
                self.apply(self._proofs(test, env)[0], env)
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
                        self._assign(item.target, shape, env)
                return self._block(stmt.body, env)
            case m.Match():
                return self._match(stmt, env)
            case _:
                pass
        return True

    def _if(self, stmt: m.If, env: Env) -> bool:
        self._test(stmt.test, env)
        when_true, when_false = self._proofs(stmt.test, env)
        then = dict(env)
        otherwise = dict(env)
        self.apply(when_true, then)
        self.apply(when_false, otherwise)
        through_then = self._block(stmt.body, then)
        through_else = self._block(stmt.orelse, otherwise)
        self._merge(env, [e for e, through in ((then, through_then), (otherwise, through_else)) if through])
        return through_then or through_else

    def _while(self, stmt: m.While, env: Env) -> bool:
        for _ in range(2):
            self._test(stmt.test, env)
            before, inner = dict(env), dict(env)
            self.apply(self._proofs(stmt.test, env)[0], inner)
            self._block(stmt.body, inner)
            self._merge(env, [before, inner])
            if self._settled(before, env):
                break
        self._test(stmt.test, env)
        self.apply(self._proofs(stmt.test, env)[1], env)
        self._block(stmt.orelse, env)
        return True

    def _for(self, stmt: m.For, env: Env) -> None:
        targets = stmt.target.items if isinstance(stmt.target, m.Seq) else (stmt.target,)
        passing = {target.id for target in targets if isinstance(target, m.Name)} - walk.names_in(stmt.iter)
        for _ in range(2):
            before, inner = dict(env), dict(env)
            self._assign(stmt.target, self._iterated(stmt.iter, inner), inner)
            self._block(stmt.body, inner)
            self._merge(env, [before, inner])
            if self._settled(before, env, passing):
                break
        self._block(stmt.orelse, env)

    def _try(self, stmt: m.Try, env: Env) -> bool:
        before = dict(env)
        through = self._block(stmt.body, env)
        if through:
            through = self._block(stmt.orelse, env)
        ends = [dict(env)] if through else []
        for handler in stmt.handlers:
            inner: Env = {}
            self._merge(inner, [before, env])
            if handler.name:
                inner[handler.name] = CLEAN
            if self._block(handler.body, inner):
                ends.append(inner)
        through = bool(ends)
        self._merge(env, ends)
        return self._block(stmt.final, env) and through

    def _match(self, stmt: m.Match, env: Env) -> bool:
        subject = self.eval(stmt.subject, env)
        self._test(stmt.subject, env)
        name = guards.key(stmt.subject)
        ends = [dict(env)]
        for case in stmt.cases:
            inner = dict(env)
            if name and case.values and not case.captures:
                self.apply({name: guards.ALL}, inner)
            for capture in case.captures:
                self._set(capture, Shape(subject.flat()), inner)
            if case.guard is not None:
                self.eval(case.guard, inner)
            if self._block(case.body, inner):
                ends.append(inner)
        self._merge(env, ends)
        return True

    @staticmethod
    def _merge(env: Env, ends: list[Env]) -> None:
        if len(ends) == 1:
            if ends[0] is not env:
                only = dict(ends[0])
                env.clear()
                env.update(only)
            return
        first: Env = ends[0] if ends else {}
        rest = ends[1:]
        merged: Env = {}
        for name, shape in first.items():
            if name[0] == "\0":
                # What is proven or approved holds only where it holds on every way.
                if all(name in end for end in rest):
                    merged[name] = shape
                continue
            # Most names are not touched in a branch.
            for end in rest:
                if end.get(name, CLEAN) is not shape:
                    merged[name] = join([end.get(name, CLEAN) for end in ends])
                    break
            else:
                merged[name] = shape
        for end in rest:
            for name in end:
                if name not in first and name not in merged and name[0] != "\0":
                    merged[name] = join([end.get(name, CLEAN) for end in ends])
        env.clear()
        env.update(merged)

    def _settled(self, before: Env, env: Env, passing: Collection[str] = ()) -> bool:
        """Whether another round of a loop would find what this one found; ``passing`` are set by its head."""
        for name in before:
            if name not in env:
                return False
        for name, shape in env.items():
            known = before.get(name)
            if known is shape or name in passing:
                continue
            if known is not None or not shape.clean or name in self._closure or name[0] == "\0":
                return False
        return True

    # -- conditions ---------------------------------------------------------------------------

    def _proofs(self, test: m.Expr, env: Env) -> tuple[guards.Proof, guards.Proof]:
        return guards.proofs(
            self._opened(test),
            lambda expr: not self.reads(expr, env),
            self.calls.check,
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
                bindings = self.func.bindings.get(name, ())
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
            if head in env or head in self._closure:
                current = env.get(head) or self._closure.get(head, CLEAN)
                env[head] = _made_safe(current, rest, kinds)

    def _test(self, test: m.Expr, env: Env) -> None:
        self.eval(test, env)
        taint = self.reads(test, env)
        if any(origin.kind == "person" for origin in taint):
            env[APPROVED] = CLEAN
        if taint:
            known = self.summary.tests.get(test, NO_TAINT)
            self.summary.tests[test] = join_taints([known, taint])

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
                taints = [self.eval(expr, env).flat(), *(self.reads(a.value, env) for a in args)]
                if any(self.flows.asks_person(e.target) for e in self.flows.graph.edges_at.get(expr, ())):
                    taints.append({Origin("person", self.func, call=expr): Mark()})
                if isinstance(func, m.Attr):
                    taints.append(self.reads(func.value, env))
                return join_taints(taints)
            case m.Attr(value=value):
                return join_taints((self.eval(expr, env).flat(), self.reads(value, env)))
            case _:
                return self.eval(expr, env).flat()

    # -- assignment ---------------------------------------------------------------------------

    def _set(self, name: str, shape: Shape, env: Env) -> None:
        env[name] = shape
        env.pop(PROVEN + name, None)
        if not shape.clean:
            self._seen[name].append(shape)

    def _assign(self, target: m.Expr, shape: Shape, env: Env, value: m.Expr | None = None) -> None:
        match target:
            case m.Name(id=name):
                self._set(name, shape, env)
            case m.Seq(items=items):
                if isinstance(value, m.Seq) and len(value.items) == len(items):
                    for item, part in zip(items, value.items, strict=True):
                        self._assign(item, self.eval(part, env), env)
                else:
                    for place, item in enumerate(items):
                        self._assign(item, other_field(shape, str(place)), env)
            case m.Star(value=inner):
                self._assign(inner, Shape(shape.flat()), env)
            case m.Attr(value=base, name=name):
                self._assign_field(base, name, shape, env)
            case m.Sub(value=base, index=m.Text(value=text)):
                self._assign_field(base, text, shape, env)
            case m.Sub(value=base):
                self.mutate(base, shape, env)
            case _:
                pass

    def _assign_field(self, base: m.Expr, name: str, shape: Shape, env: Env) -> None:
        if isinstance(base, m.Name):
            if base.id == self.func.receiver:
                if not shape.clean:
                    self.summary.fields[name] = join((self.summary.fields.get(name, CLEAN), shape))
            current = env.get(base.id, self._closure.get(base.id, CLEAN))
            self._set(base.id, current.with_field(name, shape), env)
        elif isinstance(base, m.Attr) and not shape.clean:
            # ``self.agent.reply = text``: one field of one field; deeper is not followed.
            self._assign_field(base.value, base.name, self.eval(base, env).with_field(name, shape), env)

    def mutate(self, base: m.Expr, shape: Shape, env: Env) -> None:
        """``base`` now also holds ``shape`` (``base.append(x)``, ``base[i] = x``)."""
        if shape.clean:
            return
        added = Shape(shape.flat())
        match base:
            case m.Name(id=name):
                self._set(name, join((env.get(name, self._closure.get(name, CLEAN)), added)), env)
            case m.Attr(value=m.Name(id=owner), name=name):
                if owner == self.func.receiver:
                    self.summary.fields[name] = join((self.summary.fields.get(name, CLEAN), added))
                current = env.get(owner, CLEAN)
                self._set(owner, current.with_field(name, join((current.field(name), added))), env)
            case _:
                pass

    # -- expressions --------------------------------------------------------------------------

    def eval(self, expr: m.Expr, env: Env) -> Shape:
        """The shape of a value; calls inside are looked at for sinks on the way."""
        match expr:
            case m.Name(id=name):
                return self._name(name, env)
            case m.Const() | m.Text() | m.Other() | m.Lambda():
                return CLEAN
            case m.Attr(value=base, name=name):
                return self._attribute(expr, base, name, env)
            case m.Sub(value=base, index=index):
                self.eval(index, env)
                shape = self.eval(base, env)
                if isinstance(index, m.Text):
                    return self.calls.part(shape, index.value)
                if isinstance(index, m.Const) and isinstance(index.value, int):
                    return self._item(base, index.value, shape)
                return shape if isinstance(index, m.Slice) else shape.element()
            case m.Call():
                return self.calls.call(expr, env)
            case m.DictDisplay(items=items):
                return self._dict(items, env)
            case m.Seq(kind=kind, items=items):
                if kind == "tuple" and not any(isinstance(i, m.Star) for i in items):
                    return Shape(NO_TAINT, {str(n): self.eval(i, env) for n, i in enumerate(items)})
                return Shape(join_taints([self.eval(i, env).flat() for i in items]))
            case m.IfExp(test=test, body=body, orelse=orelse):
                when_true, when_false = self._proofs(test, env)
                self.eval(test, env)
                then, otherwise = dict(env), dict(env)
                self.apply(when_true, then)
                self.apply(when_false, otherwise)
                return join((self.eval(body, then), self.eval(orelse, otherwise)))
            case m.BoolOp(left=left, right=right):
                return join((self.eval(left, env), self.eval(right, env)))
            case m.Compare() | m.Unary():
                for child in walk.children(expr):
                    self.eval(child, env)
                return CLEAN
            case m.Walrus(target=target, value=value):
                shape = self.eval(value, env)
                self._assign(target, shape, env)
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
                return Shape(without_log(join_taints([self.eval(p, env).flat() for p in walk.operands(expr)])))
            case m.BinOp():
                # Iteratively: long concatenations are deep to the left.
                return Shape(join_taints([self.eval(part, env).flat() for part in walk.operands(expr)]))
            case _:
                return Shape(join_taints([self.eval(child, env).flat() for child in walk.children(expr)]))

    def _name(self, name: str, env: Env) -> Shape:
        if name in env:
            return env[name]
        if name in self._closure:
            return self._closure[name]
        if name not in self.func.facts.bound:
            return self.flows.global_shape(name, self.func)
        return CLEAN

    def _attribute(self, expr: m.Attr, base: m.Expr, name: str, env: Env) -> Shape:
        shape = self.eval(base, env)
        if shape.fields and name in shape.fields:
            return shape.fields[name]
        if isinstance(base, m.Name) and base.id == self.func.receiver and self._declared(name):
            given = Shape({Origin("param", self.func, f"{base.id}.{name}"): Mark()})
            return join((given, self.flows.field_shape(expr, self.func)))
        inherited = self.calls.part(shape, name)
        stored = self.flows.field_shape(expr, self.func)
        return join((inherited, stored))

    def _item(self, base: m.Expr, place: int, shape: Shape) -> Shape:
        if shape.fields:
            return shape.field(str(place))
        last = base.name if isinstance(base, m.Attr) else base.id if isinstance(base, m.Name) else ""
        if isinstance(base, m.Sub) and isinstance(base.index, m.Text):
            last = base.index.value
        # ``response.choices[0]`` leads to the text; ``record[0]`` is one value of several.
        return shape if last in self.flows.catalogue.content or shape.clean else Shape(without_log(shape.taint))

    def _declared(self, name: str) -> bool:
        """Whether a field of the receiver is one of a data class: filled by whoever makes the object."""
        cls = self.func.cls
        if cls is None:
            return False
        found = cls.attributes.get(name, ())
        return bool(found) and all(scope is cls.body and b.annotation is not None for scope, b in found)

    def _dict(self, items: tuple[tuple[m.Expr | None, m.Expr], ...], env: Env) -> Shape:
        fields: dict[str, Shape] = {}
        rest: list[Taint] = []
        for key, value in items:
            shape = self.eval(value, env)
            if key is None:
                rest.append(shape.taint)
                fields.update(shape.fields or {})
            elif isinstance(key, m.Text):
                fields[key.value] = shape
            else:
                rest += (self.eval(key, env).flat(), shape.flat())
        return Shape(join_taints(rest), fields or None)

    def _iterated(self, iterable: m.Expr, env: Env) -> Shape:
        shape = self.eval(iterable, env)
        if isinstance(iterable, m.Call) and isinstance(iterable.func, m.Attr) and iterable.func.name == "items":
            return Shape(NO_TAINT, {"0": Shape(without_log(shape.taint)), "1": Shape(without_log(shape.flat()))})
        if isinstance(iterable, m.Call) and walk.dotted(iterable.func) == "enumerate":
            return Shape(NO_TAINT, {"0": CLEAN, "1": shape.element()})
        element = shape.element()
        if any(mark.parsed for mark in element.taint.values()):
            return Shape(without_log(element.taint), element.fields)
        return element

    def _comprehension(self, expr: m.Comp, env: Env) -> Shape:
        inner = dict(env)
        for clause in expr.clauses:
            self._assign(clause.target, self._iterated(clause.iter, inner), inner)
            for condition in clause.ifs:
                self.eval(condition, inner)
                self.apply(self._proofs(condition, inner)[0], inner)
        parts = [self.eval(expr.element, inner).flat()]
        if expr.value is not None:
            parts.append(self.eval(expr.value, inner).flat())
        return Shape(join_taints(parts))

    def step(self, span: m.Span, message: str) -> Step:
        """A step at a place of this function's file."""
        return Step(self.flows.location(self.func, span), message)


def _made_safe(shape: Shape, path: list[str], kinds: frozenset[str]) -> Shape:
    if path:
        return shape.with_field(path[0], _made_safe(shape.field(path[0]), path[1:], kinds))
    if kinds == guards.ALL:
        return CLEAN
    return Shape({o: Mark(k.steps, k.safe | kinds, k.parsed) for o, k in shape.flat().items()})
