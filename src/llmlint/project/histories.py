"""Conversations that are sent again and again, and only ever get longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.deadlines import Deadlines
from llmlint.project.lists import CUTS, GROWS, SETS, Lists, Root, Use
from llmlint.project.loops import BUDGET, Loop, Loops
from llmlint.project.repeats import Repeats
from llmlint.project.scopes import Cls, Func
from llmlint.project.sites import CallSite
from llmlint.project.taint import Flows
from llmlint.project.values import Evaluator

HOPS = 4
"""Through how many functions a list is followed towards its home, and a call towards what repeats it."""


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """A list that is sent to a model, where it grows, and what sends it."""

    func: Func
    span: m.Span
    name: str
    call: LlmCall


@dataclass(frozen=True, slots=True, eq=False)
class _Sent:
    site: CallSite
    expr: m.Expr
    call: LlmCall


class Histories:
    """Looks at every list of messages that is sent."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        loops: Loops,
        repeats: Repeats,
        deadlines: Deadlines,
        flows: Flows,
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._loops = loops
        self._repeats = repeats
        self._deadlines = deadlines
        self._flows = flows
        self._lists = Lists(graph, evaluator, catalogue)

    def growing(self) -> Iterator[Growth]:
        """Each list once, at the first place that adds to it in what repeats."""
        seen: set[Root] = set()
        for call in self._graph.llm_calls:
            for sent in self._sendings(call) if call.generates else ():
                for root, where in self._roots(sent.expr, sent.site.func, HOPS):
                    found = None if root in seen else self._growth(root, sent, where)
                    if found is not None:
                        seen.add(root)
                        yield found

    # -- what is sent ---------------------------------------------------------------------------

    def _sendings(self, call: LlmCall) -> Iterator[_Sent]:
        site = call.site
        keywords, complete = self._evaluator.keyword_items(site.call, site.func)
        if not complete or self._lists.names("kept_elsewhere") & keywords.keys():
            return
        for where in call.entry.prompt:
            given = walk.argument(site.call, where)
            if given is not None:
                yield from self._from(_Sent(site, given, call), HOPS)

    def _from(self, sent: _Sent, hops: int) -> Iterator[_Sent]:
        """The expression itself, and what callers give for the parameters in it."""
        yield sent
        func = sent.site.func
        names = {n for n in walk.names_in(sent.expr) if n in func.params}
        for edge in self._graph.callers.get(func, ()) if hops and names else ():
            if edge.callback:
                continue
            for name, value in bind(edge.call, func, edge.skip_receiver).given.items():
                if name in names:
                    yield from self._from(_Sent(edge.site, value, sent.call), hops - 1)

    def _roots(self, expr: m.Expr, func: Func, hops: int) -> Iterator[tuple[Root, Func]]:
        """The growing lists that an expression is, or is made of without shortening them."""
        root = self._lists.root(expr, func)
        if root is not None and self._lists.begins_as_list(root):
            yield root, func
        match expr:
            case m.Name(id=name) if hops and name in func.bindings:
                uses = self._lists.uses(Root(func, name))
                for binding in func.bindings.get(name, ()) if all(use.effect != CUTS for use in uses) else ():
                    if binding.kind == "value" and binding.expr is not None and not binding.unpack:
                        yield from self._roots(binding.expr, func, hops - 1)
            case m.BinOp(op="+"):
                for side in walk.operands(expr):
                    yield from self._roots(side, func, hops)
            case m.Seq(items=items):
                for item in items:
                    if isinstance(item, m.Star):
                        yield from self._roots(item.value, func, hops)
            case m.Comp(kind="list", clauses=(clause,)) if not clause.ifs:
                yield from self._roots(clause.iter, func, hops)
            case m.Call(func=m.Attr(value=value, name="copy"), args=()):
                yield from self._roots(value, func, hops)
            case m.Call(func=m.Name(id="list"), args=(m.Arg(value=value),)):
                yield from self._roots(value, func, hops)
            case _:
                pass

    # -- whether it only grows ------------------------------------------------------------------

    def _growth(self, root: Root, sent: _Sent, where: Func) -> Growth | None:
        uses = self._lists.uses(root)
        if any(use.effect == CUTS for use in uses) or not where.mod.production:
            return None
        adding = [use for use in uses if use.effect == GROWS and self._together(use, root, sent.site)]
        for use in adding:
            if self._repeats_unbounded(root, use, sent.site, uses):
                assert use.span is not None
                name = f"self.{root.name}" if isinstance(root.owner, Cls) else root.name
                return Growth(use.func, use.span, name, sent.call)
        return None

    def _together(self, use: Use, root: Root, site: CallSite) -> bool:
        """Whether the list grows in the function that sends it, or in one that this calls."""
        if use.func is site.func:
            return True
        return (
            isinstance(root.owner, Cls)
            and use.func.cls is not None
            and any(edge.target is use.func for edge in self._graph.edges.get(site.func, ()))
        )

    def _repeats_unbounded(self, root: Root, use: Use, site: CallSite, uses: list[Use]) -> bool:
        inside = [f.node for f in use.place.frames if f.kind == "loop"]
        for loop in site.loops():
            if (use.func is not site.func or loop in inside) and self._goes_on(loop, site.func):
                return not any(u.effect == SETS and loop in (f.node for f in u.place.frames) for u in uses)
        if isinstance(root.owner, Func):
            return False
        return not any(isinstance(f, m.For | m.While) for f in inside) and self._called_again(
            site.func, HOPS, root.owner if isinstance(root.owner, Cls) else None
        )

    def _goes_on(self, loop: Loop, func: Func) -> bool:
        """Whether nothing counts the rounds of a loop, and it is no retry."""
        loops = self._loops
        if not loops.unbounded(loop, func) or self._repeats.by_hand(loop, func):
            return False
        if any(
            loops.classify(c, loop, func) == BUDGET for e in loops.exits(loop, func) for c in e.conditions
        ):
            return False
        return not (loops.charges_budget(loop, func) or self._deadlines.bounds_loop(loop, func))

    def _called_again(self, func: Func, hops: int, cls: Cls | None) -> bool:
        """Whether a function is called again and again while the list lives."""
        if self._flows.inputs.serves(func):
            return True
        for edge in self._graph.callers.get(func, ()) if hops else ():
            site = edge.site
            if edge.callback or not site.func.mod.production or site.func is func:
                continue
            made = self._made_in(edge.call, site.func) if cls is not None else None
            for loop in site.loops():
                fresh = made is not None and made in set(walk.statements(loop.body))
                if not fresh and self._goes_on(loop, site.func):
                    return True
            if made is None and self._called_again(site.func, hops - 1, cls):
                return True
        return False

    @staticmethod
    def _made_in(call: m.Call, func: Func) -> m.Stmt | None:
        """The statement of this function that made the object a method is called on."""
        receiver = call.func.value if isinstance(call.func, m.Attr) else None
        while isinstance(receiver, m.Attr):
            receiver = receiver.value
        if not isinstance(receiver, m.Name) or func.facts.kind == "module":
            return None
        for stmt in func.statements:
            if isinstance(stmt, m.Assign) and any(
                isinstance(t, m.Name) and t.id == receiver.id for t in stmt.targets
            ):
                return None if receiver.id in func.globals else stmt
        return None
