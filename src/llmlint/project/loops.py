"""What ends a loop: counters, clocks, budgets, people — or only the model's own words."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.guards import compares_sizes, key
from llmlint.project.kinds import (
    External,
    ExternalObject,
    FuncRef,
    Obj,
    Unknown,
    external_name,
)
from llmlint.project.scopes import Func
from llmlint.project.shapes import ASIDE, COARSE, Taint
from llmlint.project.sites import Frame, StatementSite, statement_sites
from llmlint.project.taint import Flows
from llmlint.project.values import Evaluator

Loop = m.While | m.For

MODEL, BUDGET, OTHER = "model", "budget", "other"
_WAIT_DEPTH = 5


@dataclass(frozen=True, slots=True, eq=False)
class Exit:
    """A way out of a loop: the statement (or the loop's own test) and the conditions it hangs on."""

    conditions: tuple[m.Expr, ...]
    in_handler: m.Handler | None
    in_try: m.Try | None
    stmt: m.Stmt


class Loops:
    """Questions about loops of one project."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, flows: Flows) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._flows = flows
        self._budgets: dict[Func, bool] = {}

    # -- shape ----------------------------------------------------------------------------------

    def endless(self, loop: Loop, func: Func) -> bool:
        """Whether the loop's head never ends it: ``while True``, ``for _ in itertools.count()``."""
        if isinstance(loop, m.While):
            return isinstance(loop.test, m.Const) and bool(loop.test.value)
        for value in self._evaluator.eval(loop.iter, func):
            if isinstance(value, ExternalObject) and value.name in ("itertools.count", "itertools.cycle"):
                return True
        return False

    def counts(self, iterable: m.Expr, func: Func) -> bool:
        """Whether a ``for`` only counts: ``range(3)``, ``itertools.count()``."""
        if not isinstance(iterable, m.Call):
            return False
        return any(
            isinstance(v, External) and v.name in ("builtins.range", "itertools.count", "itertools.repeat")
            for v in self._evaluator.eval(iterable.func, func)
        )

    def unbounded(self, loop: Loop, func: Func) -> bool:
        """Whether the loop's head sets no bound: endless, or ``while`` on something that is no budget."""
        if self.endless(loop, func):
            return True
        return isinstance(loop, m.While) and self.classify(loop.test, loop, func) != BUDGET

    def inside(self, loop: Loop, func: Func) -> Iterator[StatementSite]:
        """Every statement in the body of a loop, with frames from the loop on inwards."""
        for place in statement_sites(func):
            for depth, frame in enumerate(place.frames):
                if frame.node is loop and frame.kind == "loop":
                    yield StatementSite(func, place.stmt, place.frames[depth + 1 :])
                    break

    def exits(self, loop: Loop, func: Func) -> list[Exit]:
        """Every way out that is written down, the loop's own test included."""
        found: list[Exit] = []
        if isinstance(loop, m.While) and not self.endless(loop, func):
            found.append(Exit((loop.test,), None, None, loop))
        for place in self.inside(loop, func):
            stmt = place.stmt
            if isinstance(stmt, m.Simple) and stmt.what == "break":
                if any(isinstance(f.node, m.While | m.For) and f.kind == "loop" for f in place.frames):
                    continue
            elif not isinstance(stmt, m.Return | m.Raise):
                continue
            found.append(self._exit(stmt, place.frames))
        return found

    @staticmethod
    def _exit(stmt: m.Stmt, frames: tuple[Frame, ...]) -> Exit:
        conditions: list[m.Expr] = []
        handler = None
        inside_try = None
        for frame in frames:
            if isinstance(frame.node, m.If):
                conditions.append(frame.node.test)
            elif isinstance(frame.node, m.Match):
                conditions.append(frame.node.subject)
            elif isinstance(frame.node, m.While):
                conditions.append(frame.node.test)
            elif isinstance(frame.node, m.For):
                conditions.append(frame.node.iter)
            elif frame.kind == "handler":
                handler = frame.handler
            elif frame.kind == "try" and isinstance(frame.node, m.Try):
                inside_try = frame.node
        return Exit(tuple(conditions), handler, inside_try, stmt)

    # -- classification -------------------------------------------------------------------------

    def classify(self, condition: m.Expr, loop: Loop, func: Func) -> str:
        """Whether a condition is about the model's words, a budget, or something else."""
        if self._is_budget(condition, func) or self._is_counter(condition, loop):
            return BUDGET
        if self._from_model(condition, func):
            return MODEL
        return self._flag(condition, loop, func)

    def _is_budget(self, condition: m.Expr, func: Func) -> bool:
        for node in walk.expressions(condition):
            if not isinstance(node, m.Compare):
                continue
            sides = (node.left, *node.rights)
            if compares_sizes(node) and not self._from_model(node, func, exactly=True):
                return True
            if set(node.ops) & {"==", "!="} and any(_is_number(s) for s in sides):
                if not self._from_model(node, func) and all(_countable(s) for s in sides):
                    return True
        return False

    @staticmethod
    def _is_counter(condition: m.Expr, loop: Loop) -> bool:
        """``if not retries`` where the loop counts ``retries`` down."""
        expr = condition
        while isinstance(expr, m.Unary) and expr.op == "not":
            expr = expr.value
        name = key(expr)
        return name is not None and any(
            isinstance(s, m.AugAssign) and s.op in ("-=", "+=") and key(s.target) == name
            for s in walk.statements(loop.body)
        )

    def parses_answer(self, exit: Exit, func: Func) -> bool:
        """Whether an exit is reached when the model's answer parses: ``try: return json.loads(text)``."""
        if exit.in_try is None or not isinstance(exit.stmt, m.Return) or exit.stmt.value is None:
            return False
        return any(o.kind == "model" for o in self._part_taint(exit.stmt.value, func))

    def _from_model(self, expr: m.Expr, func: Func, exactly: bool = False) -> bool:
        taint: Taint = self._flows.test_taint(func, expr)
        if not taint:
            taint = self._part_taint(expr, func)
        return any(
            o.kind == "model" and ASIDE not in k.safe and not (exactly and COARSE in k.safe)
            for o, k in taint.items()
        )

    def _part_taint(self, expr: m.Expr, func: Func) -> Taint:
        """Taint of a part of a condition, from what the variables in it hold."""
        found: Taint = {}
        for node in walk.expressions(expr):
            if isinstance(node, m.Name):
                shape = self._flows.held(func, node.id)
                if shape is not None:
                    found.update(shape.flat())
            elif isinstance(node, m.Attr):
                found.update(self._flows.field_shape(node, func).flat())
        return found

    def _flag(self, condition: m.Expr, loop: Loop, func: Func) -> str:
        """A flag set to constants in the loop means what the conditions around those lines mean."""
        expr = condition
        while isinstance(expr, m.Unary) and expr.op == "not":
            expr = expr.value
        if (
            isinstance(expr, m.Compare)
            and len(expr.rights) == 1
            and isinstance(expr.rights[0], m.Const | m.Text)
        ):
            expr = expr.left
        name = key(expr)
        if name is None:
            return OTHER
        kinds: set[str] = set()
        for scope, place in self._assignments(name, loop, func):
            value = place.stmt.value if isinstance(place.stmt, m.Assign) else None
            if value is None:
                return OTHER
            conditions = [f.node.test for f in place.frames if isinstance(f.node, m.If)]
            if isinstance(value, m.Const | m.Text):
                if not conditions:
                    if scope is func:
                        continue
                    return OTHER
                found = [self.kind(c, scope) for c in conditions]
                kinds.add(BUDGET if BUDGET in found else MODEL if MODEL in found else OTHER)
            elif self._is_budget(value, scope):
                kinds.add(BUDGET)
            elif self._from_model(value, scope) or self._reads_model(value, scope):
                kinds.add(MODEL)
            else:
                kinds.add(OTHER)
        if kinds == {MODEL}:
            return MODEL
        return BUDGET if BUDGET in kinds else OTHER

    def kind(self, condition: m.Expr, func: Func) -> str:
        """As ``classify``, where no loop is looked at."""
        if self._is_budget(condition, func):
            return BUDGET
        return MODEL if self._from_model(condition, func) else OTHER

    def _reads_model(self, value: m.Expr, func: Func) -> bool:
        """``done = "DONE" in reply``: the value itself carries no text, its parts do."""
        return any(o.kind == "model" for o in self._part_taint(value, func))

    def _assignments(self, name: str, loop: Loop, func: Func) -> Iterator[tuple[Func, StatementSite]]:
        for place in self.inside(loop, func):
            if isinstance(place.stmt, m.Assign) and any(key(t) == name for t in place.stmt.targets):
                yield func, place
        if "." not in name or func.receiver is None or not name.startswith(f"{func.receiver}."):
            return
        attribute = name.split(".", 1)[1]
        for method in self._called(loop, func):
            if method.receiver is None or method is func:
                continue
            for place in statement_sites(method):
                if isinstance(place.stmt, m.Assign) and any(
                    key(t) == f"{method.receiver}.{attribute}" for t in place.stmt.targets
                ):
                    yield method, place

    def _called(self, loop: Loop, func: Func) -> list[Func]:
        """Project functions called each round, directly or through others (three levels)."""
        level = [
            edge.target
            for site in self._graph.sites[func]
            if loop in tuple(site.loops())
            for edge in self._graph.edges_at.get(site.call, ())
        ]
        found = dict.fromkeys(level)
        for _ in range(2):
            level = [
                edge.target
                for f in level
                for edge in self._graph.edges.get(f, ())
                if edge.target not in found
            ]
            found.update(dict.fromkeys(level))
        return list(found)

    # -- what else bounds a loop ----------------------------------------------------------------

    def waits(self, loop: Loop, func: Func) -> bool:
        """Whether each round waits for a person, a queue, a socket or a job."""
        if any(isinstance(n, m.Assign) and isinstance(n.value, m.Yield) for n in _body(loop)):
            return True
        for site in self._graph.sites[func]:
            if loop in tuple(site.loops()):
                if self._is_wait(site.call, func):
                    return True
                if any(edge.target in self._waiting for edge in self._graph.edges_at.get(site.call, ())):
                    return True
        return False

    @functools.cached_property
    def _waiting(self) -> set[Func]:
        """Functions from which a call that waits is at most a few calls away."""
        found: set[Func] = {
            f for f in self._graph.functions if any(self._is_wait(s.call, f) for s in self._graph.sites[f])
        }
        level = set(found)
        for _ in range(_WAIT_DEPTH):
            level = {e.site.func for f in level for e in self._graph.callers.get(f, ())} - found
            found |= level
        return found

    def waiting(self, func: Func) -> bool:
        """Whether a call that waits for a person or for work is at most a few calls away."""
        return func in self._waiting

    def _is_wait(self, call: m.Call, func: Func) -> bool:
        if isinstance(call.func, m.Attr) and call.func.name == "get" and not call.args:
            if self._puts_back(call, call.func, func):
                return False
            # ``queue.get()``: the ``get`` of a mapping has an argument.
            if all(isinstance(v, Unknown) for v in self._evaluator.eval(call.func, func)):
                return True
        if isinstance(call.func, m.Attr) and call.func.name in self._catalogue.wait_methods:
            callees = self._evaluator.eval(call.func, func)
            if not any(isinstance(v, FuncRef | Obj) for v in callees) or call.func.name.endswith("input"):
                return True
        for callee in self._evaluator.eval(call.func, func):
            name = external_name(callee)
            if name and self._catalogue.waits.get(name):
                return True
        return False

    def _puts_back(self, call: m.Call, method: m.Attr, func: Func) -> bool:
        """``key = pool.get(); pool.put(key)``, no loop around it: nobody has to bring anything to a pool."""
        pool = walk.dotted(method.value)
        sites = self._graph.sites[func]
        looped = any(site.call is call and any(site.loops()) for site in sites)
        others = (site.call.func for site in sites)
        return not looped and any(
            isinstance(other, m.Attr) and other.name == "put" and walk.dotted(other.value) == pool
            for other in others
            if pool is not None
        )

    def charges_budget(self, loop: Loop, func: Func) -> bool:
        """Whether a project function called each round compares a number and raises."""
        return any(self._raises_on_budget(f) for f in self._called(loop, func))

    def _raises_on_budget(self, func: Func) -> bool:
        known = self._budgets.get(func)
        if known is None:
            known = any(
                isinstance(p.stmt, m.Raise)
                and any(isinstance(f.node, m.If) and self._is_budget(f.node.test, func) for f in p.frames)
                for p in statement_sites(func)
            )
            self._budgets[func] = known
        return known


def _body(loop: Loop) -> Iterator[m.Stmt]:
    return walk.statements(loop.body)


def _is_number(expr: m.Expr) -> bool:
    return (
        isinstance(expr, m.Const) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool)
    )


def _countable(expr: m.Expr) -> bool:
    return _is_number(expr) or isinstance(expr, m.Name | m.Attr | m.BinOp | m.Call)
