"""How long collections are that loops go along: limited by the program, as a model says, or neither."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.saying import last_name
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
from llmlint.project.names import binding_scope
from llmlint.project.scopes import Func

_DEPTH = 4
"""Names, parameters and results that are followed one after the other."""
_ALONG = frozenset(
    {"enumerate", "sorted", "reversed", "list", "tuple", "set", "tqdm", "items", "values", "keys"}
)
"""Calls whose result has as many elements as what they are given or called on."""
_GROW = frozenset({"append", "extend", "insert", "add", "update", "appendleft", "put", "setdefault"})
_PARTS = frozenset({"split", "splitlines", "findall", "finditer", "loads", "literal_eval", "safe_load"})
"""Calls that make a list of a text: as long as the text says."""


class Extents:
    """Made once per subject (``subject.once(Extents)``)."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project

    def limited(self, expr: m.Expr, func: Func, depth: int = 0) -> bool:
        """Whether no more elements than the code says: ``found[:3]``, a list that is written down."""
        if depth > _DEPTH:
            return False
        match expr:
            case m.Sub(index=m.Slice(lower=lower, upper=upper)):
                return _is_count(upper) or (upper is None and _is_from_the_end(lower))
            case m.Seq(items=items):
                return bool(items) and not any(isinstance(item, m.Star) for item in items)
            case m.DictDisplay(items=pairs):
                return bool(pairs) and all(key is not None for key, _ in pairs)
            case m.Call(args=args) if last_name(expr) == "islice" and len(args) == 2:
                return _is_count(args[1].value)
            case m.Call(func=called, args=args) if last_name(expr) in _ALONG:
                given = args[0].value if args else called.value if isinstance(called, m.Attr) else None
                return given is not None and self.limited(given, func, depth + 1)
            case m.Name(id=name) if not self._grows(name, func):
                held = list(self._held(name, func))
                return bool(held) and all(
                    value is not None and self.limited(value, scope, depth + 1) for value, scope in held
                )
            case _:
                return False

    def listed(self, expr: m.Expr, func: Func, depth: int = 0) -> bool:
        """Whether it holds as many elements as a model wrote down: its answer, split or parsed."""
        if depth > _DEPTH:
            return False
        for node in walk.expressions(expr):
            if isinstance(node, m.Call) and last_name(node) in _PARTS and self._wrote(node, func):
                return True
            targets = self._project.graph.edges_at.get(node, ()) if isinstance(node, m.Call) else ()
            for target in {edge.target for edge in targets}:
                given = (stmt.value for stmt in target.returns if stmt.value is not None)
                if any(self.listed(value, target, depth + 1) for value in given):
                    return True
        if isinstance(expr, m.Name):
            return any(
                value is not None and self.listed(value, scope, depth + 1)
                for value, scope in self._held(expr.id, func)
            )
        return False

    def _held(self, name: str, func: Func) -> Iterator[tuple[m.Expr | None, Func]]:
        """What a name is given, callers' arguments for a parameter; None for what is not seen."""
        scope = binding_scope(name, func)
        for binding in scope.bindings.get(name, ()) if scope is not None else ():
            if scope is None or binding.kind != "param":
                plain = binding.kind == "value" and not binding.unpack
                yield (binding.expr if plain else None), scope or func
                continue
            edges = self._project.graph.callers.get(scope, ())
            for edge in edges:
                yield bind(edge.call, scope, edge.skip_receiver).given.get(name), edge.site.func
            if not edges:
                yield None, scope

    def _grows(self, name: str, func: Func) -> bool:
        """Whether something is put into it where it is named."""
        return any(
            last_name(site.call) in _GROW
            and isinstance(site.call.func, m.Attr)
            and walk.dotted(site.call.func.value) == name
            for site in self._project.graph.sites[func]
        )

    def _wrote(self, call: m.Call, func: Func) -> bool:
        """Whether what is taken apart is what a model wrote."""
        flows = self._project.flows
        shapes = (flows.held(func, name) for name in walk.names_in(call))
        return any(o.kind == "model" for shape in shapes if shape is not None for o in shape.flat())


def _is_count(expr: m.Expr | None) -> bool:
    return isinstance(expr, m.Const) and isinstance(expr.value, int) and not isinstance(expr.value, bool)


def _is_from_the_end(expr: m.Expr | None) -> bool:
    """``-3``, however it is written."""
    if isinstance(expr, m.Unary):
        return expr.op == "-" and _is_count(expr.value)
    return isinstance(expr, m.Const) and isinstance(expr.value, int) and expr.value < 0
