"""One list and everything that code does with it: what adds to it, and what may shorten it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.sites import StatementSite, statement_sites
from llmlint.project.values import Evaluator

GROWS, HARMLESS, SETS, CUTS = "grows", "harmless", "sets", "cuts"
HOPS = 3
"""Into how many functions, one behind the other, a list is followed."""
_PLAIN = (m.BinOp, m.BoolOp, m.IfExp, m.Unary, m.Seq, m.DictDisplay, m.Star, m.Template, m.Comp, m.Yield)
"""What may be made of a list without changing it."""


@dataclass(frozen=True, slots=True)
class Root:
    """Where a list lives: a name of a function or module, or an attribute of instances of a class."""

    owner: Func | Mod | Cls
    name: str
    by_key: bool = False
    """The name stands for a mapping that holds one list for each key."""


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """One place at which the list occurs, and what happens to it there."""

    func: Func
    place: StatementSite
    effect: str
    span: m.Span | None = None
    """Of what adds to it."""


class Lists:
    """Finds lists, and judges what is done with them. Whatever is not known may shorten a list."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._tables = catalogue.histories
        self._parents: dict[Func, dict[m.Expr, m.Expr]] = {}
        self._uses: dict[Root, list[Use]] = {}

    # -- where a list lives ---------------------------------------------------------------------

    def root(self, expr: m.Expr, func: Func) -> Root | None:
        """Where the list that an expression stands for lives; None when that is not known."""
        match expr:
            case m.Name(id=name):
                return self._alias(name, func) or self._named(name, func)
            case m.Attr(value=m.Name(id=receiver), name=name) if func.cls and receiver == func.receiver:
                owners = (c for c in self._evaluator.hierarchy.mro(func.cls) if name in c.attributes)
                return Root(next(owners, func.cls), name)
            case m.Sub(value=value, index=index) if not isinstance(index, m.Slice):
                return self._element(value, func)
            case m.Call(func=m.Attr(value=value, name="get" | "setdefault")):
                return self._element(value, func)
            case _:
                return None

    def _named(self, name: str, func: Func) -> Root | None:
        if name in func.bindings and name not in func.globals:
            return Root(func.mod if func is func.mod.body else func, name)
        return Root(func.mod, name) if name in func.mod.body.bindings else None

    def _element(self, mapping: m.Expr, func: Func) -> Root | None:
        found = self.root(mapping, func) if isinstance(mapping, m.Name | m.Attr) else None
        return Root(found.owner, found.name, by_key=True) if found and not found.by_key else None

    def _alias(self, name: str, func: Func) -> Root | None:
        """``messages = self.messages``: the attribute is meant."""
        bound = func.bindings.get(name, ())
        if len(bound) == 1 and bound[0].kind == "value" and not bound[0].unpack:
            value = bound[0].expr
            if isinstance(value, m.Attr | m.Sub | m.Call):
                return self.root(value, func)
        return None

    # -- how it begins --------------------------------------------------------------------------

    def begins_as_list(self, root: Root) -> bool:
        """Whether all it starts with are lists (or mappings of lists) without a bound of their own."""
        begun = list(self._beginnings(root))
        return bool(begun) and all(self._is_list(expr, func, root.by_key) for expr, func in begun)

    def _beginnings(self, root: Root) -> Iterator[tuple[m.Expr | None, Func]]:
        if isinstance(root.owner, Cls):
            for func, binding in root.owner.attributes.get(root.name, ()):
                if binding.expr is not None or func.is_method:
                    yield binding.expr, func
            return
        func = root.owner.body if isinstance(root.owner, Mod) else root.owner
        for binding in func.bindings.get(root.name, ()):
            if binding.kind != "augmented":
                yield (binding.expr if binding.kind == "value" else None), func

    def _is_list(self, expr: m.Expr | None, func: Func, by_key: bool) -> bool:
        match expr:
            case m.Seq(kind="list"):
                return not by_key
            case m.DictDisplay():
                return by_key
            case m.BinOp(op="+", left=left, right=right):
                return not by_key and (self._is_list(left, func, False) or self._is_list(right, func, False))
            case m.BoolOp(op="or", right=right):
                return self._is_list(right, func, by_key)
            case m.Call():
                made_by = walk.argument(expr, "default_factory")
                if made_by is not None:
                    return self._known(made_by, func, "maps" if by_key else "lists")
                return self._known(expr.func, func, "maps" if by_key else "lists")
            case _:
                return False

    def _known(self, function: m.Expr, func: Func, field: str) -> bool:
        names = [external_name(v) for v in self._evaluator.eval(function, func)]
        known = self.names(field)
        return any(name in known or f"{name.partition('.')[0]}.*" in known for name in names if name)

    def names(self, field: str) -> set[str]:
        """One field of the tables about histories."""
        return {one for table in self._tables for one in getattr(table, field)}

    # -- what is done with it -------------------------------------------------------------------

    def uses(self, root: Root) -> list[Use]:
        """Every occurrence in code that can see the list."""
        known = self._uses.get(root)
        if known is None:
            match root.owner:
                case Func() as owner:
                    seen: Iterable[Func] = (owner, *owner.inner)
                case Mod() as mod:
                    seen = mod.functions
                case _:
                    seen = self._graph.functions
            known = self._uses[root] = [use for func in seen for use in self._uses_in(root, func, HOPS)]
        return known

    def _uses_in(self, root: Root, func: Func, hops: int) -> Iterator[Use]:
        aliases = {n for n in func.bindings if self._alias(n, func) == root}
        if not aliases and not any(self._is_root(node, root, func) for node in func.nodes):
            return
        for place in statement_sites(func):
            for expr in walk.own_expressions(place.stmt):
                for node in walk.expressions(expr):
                    if isinstance(node, m.Name) and node.id in aliases:
                        if not (isinstance(place.stmt, m.Assign) and node in place.stmt.targets):
                            yield self._use(node, func, place, hops)
                    elif self._is_root(node, root, func):
                        yield (
                            self._of_mapping(node, func, place, hops)
                            if root.by_key
                            else (self._use(node, func, place, hops))
                        )

    @staticmethod
    def _is_root(node: m.Expr, root: Root, func: Func) -> bool:
        match node, root.owner:
            case m.Name(id=name), Func() as owner:
                return name == root.name and (func is owner or name not in func.bindings)
            case m.Name(id=name), Mod() as mod:
                own = name in func.bindings and name not in func.globals
                return name == root.name and (func is mod.body or not own)
            case m.Attr(name=name), Cls():
                # On whatever object: what matters is what may shorten the list.
                return name == root.name
            case _:
                return False

    def _of_mapping(self, node: m.Expr, func: Func, place: StatementSite, hops: int) -> Use:
        above = self._parent(node, func)
        if isinstance(above, m.Sub) and above.value is node:
            return self._use(above, func, place, hops)
        if isinstance(above, m.Attr) and above.name in ("get", "setdefault"):
            call = self._parent(above, func)
            return self._use(call, func, place, hops) if call is not None else Use(func, place, CUTS)
        return self._use(node, func, place, hops)

    def _use(self, node: m.Expr, func: Func, place: StatementSite, hops: int) -> Use:
        effect, span = self._effect(node, func, place, hops)
        return Use(func, place, effect, span)

    def _effect(self, node: m.Expr, func: Func, place: StatementSite, hops: int) -> tuple[str, m.Span | None]:
        stmt, above = place.stmt, self._parent(node, func)
        if isinstance(stmt, m.Delete):
            return CUTS, None
        if isinstance(stmt, m.AugAssign) and stmt.target is node:
            return (GROWS, stmt.span) if stmt.op == "+=" else (CUTS, None)
        if isinstance(stmt, m.Assign):
            if any(target is node for target in stmt.targets):
                return (GROWS, stmt.span) if _adds_to_itself(stmt, node) else (self._set(place, func), None)
            if stmt.value is node and not all(isinstance(t, m.Name) for t in stmt.targets):
                return CUTS, None
        match above:
            case None:
                return HARMLESS, None
            case m.Attr(name=name):
                call = self._parent(above, func)
                called = isinstance(call, m.Call) and call.func is above
                if called and name in self.names("grows"):
                    assert isinstance(call, m.Call)
                    return GROWS, call.span
                return (HARMLESS if called and name in self.names("reads") else CUTS), None
            case m.Sub(index=index):
                return (CUTS if isinstance(index, m.Slice) else HARMLESS), None
            case m.Compare(ops=ops):
                return (HARMLESS if set(ops) <= {"in", "not in", "==", "!=", "is", "is not"} else CUTS), None
            case m.Call():
                return self._handed_over(above, node, func, hops), None
            case _:
                return (HARMLESS if isinstance(above, _PLAIN) else CUTS), None

    def _set(self, place: StatementSite, func: Func) -> str:
        """Assigning to it is how it begins, or a reset."""
        assert isinstance(place.stmt, m.Assign)
        target = place.stmt.targets[0]
        if isinstance(target, m.Sub):  # ``if user not in histories: histories[user] = []``
            return HARMLESS if any(isinstance(frame.node, m.If) for frame in place.frames) else CUTS
        if isinstance(target, m.Name):
            return CUTS if target.id in func.globals else SETS
        return SETS if func.name in ("__init__", "__post_init__") else CUTS

    def _handed_over(self, call: m.Call, node: m.Expr, func: Func, hops: int) -> str:
        if not any(arg.value is node for arg in call.args):
            return CUTS
        if call in self._graph.by_call or self._known(call.func, func, "readers"):
            return HARMLESS
        if walk.dotted(call.func) == "len":
            return self._counted(call, func)
        edges = self._graph.edges_at.get(call, ())
        if not edges or not hops:
            return CUTS
        for edge in edges:
            given = bind(edge.call, edge.target, edge.skip_receiver).given
            names = [name for name, value in given.items() if value is node]
            roots = [Root(edge.target, name) for name in names]
            if not roots or any(
                use.effect == CUTS for root in roots for use in self._uses_in(root, edge.target, hops - 1)
            ):
                return CUTS
        return HARMLESS

    def _counted(self, call: m.Call, func: Func) -> str:
        """``len(messages)``: only to see whether there are any, or to show it."""
        above = self._parent(call, func)
        match above:
            case m.Compare(rights=(m.Const(value=0 | 1),)) | m.Template():
                return HARMLESS
            case m.Call() if self._known(above.func, func, "readers"):
                return HARMLESS
            case _:
                return CUTS

    def _parent(self, node: m.Expr, func: Func) -> m.Expr | None:
        known = self._parents.get(func)
        if known is None:
            known = {child: above for above in func.nodes for child in walk.children(above)}
            self._parents[func] = known
        return known.get(node)


def _adds_to_itself(stmt: m.Assign, node: m.Expr) -> bool:
    """``messages = messages + [reply]``, ``messages = [*messages, reply]``."""
    value = stmt.value
    if isinstance(value, m.BinOp) and value.op == "+":
        value = walk.operands(value)[0]
    elif isinstance(value, m.Seq) and value.items and isinstance(value.items[0], m.Star):
        value = value.items[0].value
    else:
        return False
    name = walk.dotted(node)
    return name is not None and walk.dotted(value) == name
