"""Loops whose head measures what no round changes: ``while len(parts) > 1``, and the parts stay."""

from __future__ import annotations

from collections.abc import Iterable

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph, Edge
from llmlint.project.scopes import Func

_READS = frozenset({
    "len", "print", "str", "repr", "list", "tuple", "set", "enumerate", "zip", "sum", "any", "all", "sorted",
    "reversed", "range", "min", "max", "bool",
})  # fmt: skip
"""Built-in functions that only look at what they are given."""
DEPTH = 2
"""Calls down to which it is looked whether something is changed."""


def stands_still(loop: m.While, func: Func, graph: CallGraph) -> bool:
    """Whether the head of a loop is about local names alone, and nothing in the loop can change them.

    In doubt (a method of it is called, a function nobody sees gets it) it may change.
    """
    names = walk.names_in(loop.test) - {"len"}
    nodes = list(walk.expressions(loop.test))
    measures = all(walk.dotted(node.func) == "len" for node in nodes if isinstance(node, m.Call))
    plain = measures and not any(isinstance(n, m.Attr | m.Sub | m.Walrus | m.Await) for n in nodes)
    if not (names and plain and all(name in func.bindings for name in names)):
        return False
    captured = {n.id for inner in func.inner for n in inner.nodes if isinstance(n, m.Name)}
    return not names & captured and all(_is_only_read(name, loop.body, graph, DEPTH) for name in names)


def _is_only_read(name: str, body: tuple[m.Stmt, ...], graph: CallGraph, depth: int) -> bool:
    for stmt in walk.statements(body):
        if any(name in walk.names_in(target) for target in _targets(stmt)):
            return False
        if isinstance(stmt, m.Assign) and isinstance(stmt.value, m.Name) and stmt.value.id == name:
            return False
        for own in walk.own_expressions(stmt):
            for node in walk.expressions(own):
                if isinstance(node, m.Walrus) and name in walk.names_in(node.target):
                    return False
                if isinstance(node, m.Call) and not _leaves(node, name, graph, depth):
                    return False
    return True


def _targets(stmt: m.Stmt) -> Iterable[m.Expr]:
    match stmt:
        case m.Assign(targets=targets) | m.Delete(targets=targets):
            return targets
        case m.AugAssign(target=target) | m.For(target=target):
            return (target,)
        case m.With(items=items):
            return [item.target for item in items if item.target is not None]
        case _:
            return ()


def _leaves(call: m.Call, name: str, graph: CallGraph, depth: int) -> bool:
    """Whether a call leaves what has the name as it is."""
    if isinstance(call.func, m.Attr) and name in walk.names_in(call.func):
        return False
    if not any(
        isinstance(arg.value, m.Name | m.Star) and name in walk.names_in(arg.value) for arg in call.args
    ):
        return True
    if walk.dotted(call.func) in _READS:
        return True
    edges = graph.edges_at.get(call, ())
    return bool(edges) and depth > 0 and all(_leaves_given(edge, name, graph, depth) for edge in edges)


def _leaves_given(edge: Edge, name: str, graph: CallGraph, depth: int) -> bool:
    params = [param for param in edge.target.facts.params if param.kind == "positional"]
    names = [param.name for param in params][int(edge.skip_receiver) :]
    given: list[str] = []
    for at, arg in enumerate(edge.call.args):
        if name in walk.names_in(arg.value):
            taken = arg.keyword or (names[at] if at < len(names) and not arg.star else "")
            if not taken:
                return False
            given.append(taken)
    return all(_is_only_read(one, edge.target.facts.body, graph, depth - 1) for one in given)
