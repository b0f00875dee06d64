"""Functions in what is given as tools: one function, lists, dicts, what was appended to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import Data, FuncRef, Obj, Partial, Value
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

_ADDING = frozenset({"append", "extend", "insert"})
DEPTH = 12


@dataclass(frozen=True, slots=True)
class Given:
    """A function given as a tool; ``fixed`` are parameters that already have their value."""

    func: Func
    fixed: frozenset[str] = frozenset()
    by_object: bool = False
    """An object is given; this is its ``__call__``."""


class ToolLists:
    """Opens expressions that are given where tools are wanted."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._additions: dict[m.Expr, list[tuple[m.Expr, Func]]] | None = None

    def functions(self, expr: m.Expr, func: Func, objects: bool = True) -> Iterator[Given]:
        """Every function that ``expr`` holds; ``objects``: also objects that can be called."""
        for given in self._in(expr, func, set(), 0):
            if objects or not given.by_object:
                yield given

    def _in(self, expr: m.Expr, func: Func, seen: set[m.Expr], depth: int) -> Iterator[Given]:
        # Lists are opened by hand: more than a few alternatives are too many for the evaluator.
        if expr in seen or depth > DEPTH:
            return
        seen.add(expr)
        match expr:
            case m.Seq(items=items):
                for item in items:
                    yield from self._in(item, func, seen, depth + 1)
                for added, scope in self._added(expr):
                    yield from self._in(added, scope, seen, depth + 1)
            case m.DictDisplay(items=pairs):
                for _, value in pairs:
                    yield from self._in(value, func, seen, depth + 1)
            case m.Star(value=value) | m.Await(value=value):
                yield from self._in(value, func, seen, depth + 1)
            case m.BinOp(left=left, right=right) | m.BoolOp(left=left, right=right):
                yield from self._in(left, func, seen, depth + 1)
                yield from self._in(right, func, seen, depth + 1)
            case m.Comp(element=element, value=None):
                yield from self._in(element, func, seen, depth + 1)
            case _:
                for found in self._evaluator.eval(expr, func):
                    yield from self._of(found, expr, func, seen, depth)
                if isinstance(expr, m.Name):
                    yield from self._looped(expr, func, seen, depth)

    def _of(self, value: Value, expr: m.Expr, func: Func, seen: set[m.Expr], depth: int) -> Iterator[Given]:
        match value:
            case FuncRef(func=target):
                yield Given(target)
                if isinstance(expr, m.Call) and any(p.kind.startswith("*") for p in target.facts.params):
                    # ``add_tool(logged(f))``: what the wrapper calls is what the model calls.
                    for arg in expr.args:
                        for inner in self._evaluator.eval(arg.value, func):
                            if isinstance(inner, FuncRef):
                                yield Given(inner.func)
            case Partial(target=FuncRef(func=target, bound=bound), site=site):
                yield Given(target, _fixed(site.call, target, bound is not None))
            case Data(expr=m.Call(func=m.Name(id="dict")) as call, func=scope):
                for arg in call.args:
                    if arg.keyword is not None:
                        yield from self._in(arg.value, scope, seen, depth + 1)
            case Data(expr=data, func=scope):
                yield from self._in(data, scope, seen, depth + 1)
            case Obj(cls=cls):
                for member in self._evaluator.member(cls, "__call__", True):
                    if isinstance(member, FuncRef):
                        yield Given(member.func, by_object=True)
            case _:
                return

    def _looped(self, name: m.Name, func: Func, seen: set[m.Expr], depth: int) -> Iterator[Given]:
        """``for f in [a, b, …]: mcp.tool()(f)``."""
        for binding in func.bindings.get(name.id, ()):
            if binding.kind == "element" and binding.expr is not None:
                yield from self._in(binding.expr, func, seen, depth + 1)

    def _added(self, display: m.Expr) -> list[tuple[m.Expr, Func]]:
        """What ``append`` and its like add to a list that is written as this display."""
        if self._additions is None:
            self._additions = defaultdict(list)
            for sites in self._graph.sites.values():
                for site in sites:
                    target = site.call.func
                    if isinstance(target, m.Attr) and target.name in _ADDING and site.call.args:
                        added = site.call.args[-1].value
                        if not isinstance(added, m.Name | m.Attr | m.Seq | m.Call):
                            continue
                        for value in self._evaluator.eval(target.value, site.func):
                            if isinstance(value, Data) and isinstance(value.expr, m.Seq):
                                self._additions[value.expr].append((added, site.func))
        return self._additions.get(display, [])


def _fixed(call: m.Call, target: Func, bound: bool) -> frozenset[str]:
    """The parameters of ``target`` that ``partial(target, …)`` gives."""
    names = [p.name for p in target.facts.params if p.kind == "positional"][1 if bound else 0 :]
    count = sum(1 for arg in call.args[1:] if arg.keyword is None and not arg.star)
    return frozenset(names[:count]) | {arg.keyword for arg in call.args if arg.keyword is not None}


def texts(expr: m.Expr, func: Func, evaluator: Evaluator) -> Iterator[str]:
    """The names in a list of names; of pairs both."""
    for value in evaluator.eval(expr, func):
        if isinstance(value, Data):
            for node in walk.expressions(value.expr):
                if isinstance(node, m.Text):
                    yield node.value
