"""Functions that call themselves, directly or through others, around an LLM call."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph, Edge
from llmlint.project.guards import compares_sizes
from llmlint.project.loops import MODEL, Loops
from llmlint.project.reach import Reach
from llmlint.project.scopes import Func
from llmlint.project.sites import statement_sites


@dataclass(frozen=True, slots=True, eq=False)
class Recursion:
    """A call that goes round, and whether it is the function itself that it calls."""

    edge: Edge
    direct: bool
    counted: bool = False
    """Whether a number that each round changes is compared on the way."""


class Recursions:
    """Looks at every strongly connected component of the certain part of the call graph."""

    def __init__(self, graph: CallGraph, loops: Loops, reach: Reach) -> None:
        self._graph = graph
        self._loops = loops
        self._reach = reach

    def unbounded(self) -> Iterator[Recursion]:
        """For each circle that asks a model and that only its answers end: a call that closes it."""
        for circle, inside in self._circles:
            if self._only_model_ends(circle, inside):
                yield Recursion(inside[-1], len(circle) == 1)

    def rounds(self) -> Iterator[Recursion]:
        """Each circle that asks a model round after round of the program's own accord.

        Retries, people who are waited for and walks through the parts of something are none.
        """
        for circle, inside in self._circles:
            made = any(func.name == "__init__" for func in circle)  # objects that hold each other
            if made or any(self._in_handler(e) or _goes_along(e) for e in inside):
                continue
            if any(self._loops.waiting(func) for func in circle):
                continue
            counted = _counts(circle, inside)
            remembered = any(_looks_up(test) for test, _ in self._ends(circle, inside))
            if counted or not (remembered or any(self._shrinks(e) for e in inside)):
                yield Recursion(inside[-1], len(circle) == 1, counted)

    @functools.cached_property
    def _circles(self) -> tuple[tuple[set[Func], list[Edge]], ...]:
        """The functions of each circle that asks a model, and its calls in reading order."""
        certain = [e for edges in self._graph.edges.values() for e in edges if self._is_certain(e)]
        circles: nx.DiGraph[Func] = nx.DiGraph()
        circles.add_edges_from((e.site.func, e.target) for e in certain)
        components: list[set[Func]] = list(nx.strongly_connected_components(circles))
        number = {func: n for n, circle in enumerate(components) for func in circle}
        closing: dict[int, list[Edge]] = defaultdict(list)
        for edge in certain:
            if number[edge.site.func] == number[edge.target]:
                closing[number[edge.target]].append(edge)
        for inside in closing.values():
            inside.sort(key=lambda e: (e.site.func.path, e.site.call.span.line, e.site.call.span.column))
        return tuple((components[n], inside) for n, inside in closing.items() if self._asks(components[n]))

    def _is_certain(self, edge: Edge) -> bool:
        """Whether the function itself, on the object itself, is called, here and now."""
        if edge.callback or edge.deferred or not self._is_only_one(edge):
            return False
        match edge.site.call.func:
            case m.Name():
                return True
            case m.Attr(value=m.Name(id=name)):
                return name == edge.site.func.receiver or not edge.target.is_method
            case _:
                return False

    def _is_only_one(self, edge: Edge) -> bool:
        """Whether nothing else can be called there; overrides that call the method itself are none."""
        func = edge.site.func
        others = {other.target for other in self._graph.edges_at[edge.site.call]} - {edge.target}
        return not others or (
            edge.target is func
            and all(any(one.target is func for one in self._graph.edges[other]) for other in others)
        )

    def _asks(self, circle: set[Func]) -> bool:
        """Whether every round asks a model, in the circle or in what it calls."""
        return any(
            (call := self._graph.by_call.get(site.call)) is not None and call.generates
            for func in circle
            for site in self._graph.sites[func]
        ) or any(
            e.target not in circle and not e.callback and self._reach.reaches(e.target)
            for func in circle
            for e in self._graph.edges[func]
        )

    def _only_model_ends(self, circle: set[Func], inside: list[Edge]) -> bool:
        if any(self._loops.waiting(func) for func in circle):
            return False
        if any(self._in_handler(e) or self._shrinks(e) for e in inside):
            return False
        ends = self._ends(circle, inside)
        if not ends or any(self._loops.kind(test, func) != MODEL for test, func in ends):
            return False
        return not any(
            _looks_up(test) or any(compares_sizes(node) for node in walk.expressions(test))
            for test in _all_tests(circle)
        )

    def _ends(self, circle: set[Func], inside: list[Edge]) -> list[tuple[m.Expr, Func]]:
        """The conditions on which a circle goes on, or is left, and where they stand."""
        ends = [(test, e.site.func) for e in inside for test in self._around(e)]
        return ends + [(test, func) for func in circle for test in self._exits(func, inside)]

    @staticmethod
    def _around(edge: Edge) -> Iterator[m.Expr]:
        """What must hold for the circle to go on."""
        for frame in edge.site.frames:
            if isinstance(frame.node, m.If | m.While):
                yield frame.node.test
            elif isinstance(frame.node, m.Match):
                yield frame.node.subject
        for expr in walk.own_expressions(edge.site.stmt):
            for node in walk.expressions(expr):
                if isinstance(node, m.IfExp) and edge.site.call in set(walk.expressions(node)):
                    yield node.test

    @staticmethod
    def _exits(func: Func, inside: list[Edge]) -> Iterator[m.Expr]:
        """What ends the circle: conditions on ways out of a function that do not go round."""
        again = {edge.site.stmt for edge in inside}
        for place in statement_sites(func):
            if isinstance(place.stmt, m.Return | m.Raise) and place.stmt not in again:
                yield from (f.node.test for f in place.frames if isinstance(f.node, m.If))

    @staticmethod
    def _in_handler(edge: Edge) -> bool:
        """A call that repeats what failed is a retry."""
        return any(frame.kind == "handler" for frame in edge.site.frames)

    @staticmethod
    def _shrinks(edge: Edge) -> bool:
        """Whether the call goes down into something finite: elements, parts, or one less of it."""
        if any(isinstance(f.node, m.Comp) for f in edge.site.frames):
            return True
        if any(isinstance(f.node, m.For) and not _leaves(f.node, edge) for f in edge.site.frames):
            return True
        params = set(edge.site.func.params) - {edge.site.func.receiver}
        return any(
            isinstance(node, m.Slice)
            or (isinstance(node, m.BinOp) and node.op in ("+", "-", "//", "/") and _has_number(node))
            or (isinstance(node, m.Attr | m.Sub) and walk.names_in(node) & params)
            for arg in edge.site.call.args
            for node in walk.expressions(arg.value)
        )


def _leaves(loop: m.For, edge: Edge) -> bool:
    """Whether the loop is left with the call, which is given none of its elements: the call is no walk."""
    if any(walk.names_in(arg.value) & walk.names_in(loop.target) for arg in edge.site.call.args):
        return False
    again = edge.site.stmt
    if isinstance(again, m.Return):
        return True
    blocks = [loop.body, *(block for stmt in walk.statements(loop.body) for block in walk.blocks(stmt))]
    return any(again in block and isinstance(block[-1], m.Return) for block in blocks)


def _goes_along(edge: Edge) -> bool:
    """``parent = node.data.get("parent")``, ``again(parent)``: to the next of what the function was given."""
    func = edge.site.func
    params = set(func.params) - {func.receiver}
    handed = [arg.value.id for arg in edge.call.args if isinstance(arg.value, m.Name)]
    given = (binding.expr for name in handed for binding in func.bindings.get(name, ()))
    return any(_part_of(expr) in params for expr in given if expr is not None)


def _part_of(expr: m.Expr) -> str:
    """The name whose attribute, item or ``get`` an expression is; empty where it is none."""
    if isinstance(expr, m.Call) and isinstance(expr.func, m.Attr) and expr.func.name == "get":
        expr = expr.func
    whole = expr
    while isinstance(expr, m.Attr | m.Sub):
        expr = expr.value
    return expr.id if isinstance(expr, m.Name) and expr is not whole else ""


def _counts(circle: set[Func], inside: list[Edge]) -> bool:
    """``again(depth + 1)``, ``self.rounds += 1``, and a condition that compares it."""
    changed: set[str | None] = set()
    for edge in inside:
        for arg in edge.call.args:
            if isinstance(arg.value, m.BinOp) and arg.value.op in ("+", "-") and _has_number(arg.value):
                changed |= {walk.dotted(arg.value.left), walk.dotted(arg.value.right)}
    for func in circle:
        for stmt in func.statements:
            if isinstance(stmt, m.AugAssign) and stmt.op in ("+=", "-=") and _is_number(stmt.value):
                changed.add(walk.dotted(stmt.target))
    return any(
        isinstance(node, m.Compare)
        and any(walk.dotted(side) in changed - {None} for side in (node.left, *node.rights))
        for test in _all_tests(circle)
        for node in walk.expressions(test)
    )


def _all_tests(circle: set[Func]) -> Iterator[m.Expr]:
    return (test for func in circle for stmt in func.statements for test in _tests(stmt))


def _tests(stmt: m.Stmt) -> Iterator[m.Expr]:
    if isinstance(stmt, m.If | m.While):
        yield stmt.test
    for expr in walk.own_expressions(stmt):
        yield from (node.test for node in walk.expressions(expr) if isinstance(node, m.IfExp))


def _has_number(node: m.BinOp) -> bool:
    return any(_is_number(side) for side in (node.left, node.right))


def _is_number(node: m.Expr) -> bool:
    return isinstance(node, m.Const) and isinstance(node.value, int)


def _looks_up(test: m.Expr) -> bool:
    """``if url in seen``: a set that fills up."""
    return any(
        isinstance(node, m.Compare)
        and set(node.ops) & {"in", "not in"}
        and isinstance(node.rights[-1], m.Name | m.Attr)
        and not isinstance(node.left, m.Text)
        for node in walk.expressions(test)
    )
