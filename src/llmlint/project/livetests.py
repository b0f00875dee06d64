"""Tests that ask a real model: nothing stands in for the client, and nothing keeps them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.kinds import ClassRef, Client, Data, FuncRef, ModuleRef, Obj, external_name
from llmlint.project.reach import Reach
from llmlint.project.scopes import Cls, Func
from llmlint.project.shapes import CONSUMED, Taint, harmless
from llmlint.project.sites import CallSite
from llmlint.project.taint import Flows
from llmlint.project.testing import Tests
from llmlint.project.values import Evaluator

_CERTAIN = frozenset({"try", "with", "loop", "else", "final"})
"""Enclosing constructs whose body runs, as far as a test is concerned."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveTest:
    """A test that reaches a model; ``way`` leads from the test to ``call``."""

    func: Func
    way: tuple[Edge, ...]
    call: LlmCall
    apart: bool
    """Whether a marker, a skip or the environment keeps it out of the usual run."""


@dataclass(frozen=True, slots=True, eq=False)
class ExactMatch:
    """An assertion that what a model wrote is one text."""

    func: Func
    span: m.Span
    call: m.Call


class LiveTests:
    """Where it is not sure that a real model is asked, a test counts as one that asks none."""

    def __init__(
        self,
        tests: Tests,
        graph: CallGraph,
        evaluator: Evaluator,
        reach: Reach,
        flows: Callable[[], Flows],
    ) -> None:
        """``flows`` is called when there is a test that asks a real model: most projects have none."""
        self._tests = tests
        self._graph = graph
        self._evaluator = evaluator
        self._reach = reach
        self._flows = flows
        self._no_real_one = tests.words("words")
        self._replacing = tests.words("replacing")

    def all(self) -> Iterator[LiveTest]:
        """Every test that certainly gets to an LLM call, with nothing in between that replaces it."""
        for test in self._tests.all():
            if self._graph.callers.get(test):
                continue  # a step of a program, which calls it with arguments of its own
            ways = [found for site in self._graph.sites[test] if (found := self._way(site)) is not None]
            if not ways:
                continue
            way, call = ways[0]
            around = self._tests.surroundings(test)
            if not self._is_replaced(test, around) and self._is_real(call):
                yield LiveTest(test, way, call, self._is_apart(test, around))

    # -- the way to the model ---------------------------------------------------------------------

    def _way(self, site: CallSite) -> tuple[tuple[Edge, ...], LlmCall] | None:
        start = self._reach.at_site(site)
        if start is None or self._expects_error(site):
            return None
        edges, call = self._reach.way(start)
        if call is None:
            return None
        sites = [*(edge.site for edge in edges), call.site]
        if not all(_runs(one) for one in sites) or any(edge.callback or edge.deferred for edge in edges):
            return None
        return tuple(edges), call

    def _expects_error(self, site: CallSite) -> bool:
        names = self._tests.words("expects_error")
        return any(
            isinstance(item.value, m.Call)
            and (walk.dotted(item.value.func) or "").rsplit(".", 1)[-1] in names
            for frame in site.frames
            if isinstance(frame.node, m.With)
            for item in frame.node.items
        )

    def _is_real(self, call: LlmCall) -> bool:
        """Whether the client would get through: not one with a made-up key, or of a local server."""
        clients = [call.client] if call.client is not None else []
        while clients:
            client: Client = clients.pop()
            clients += client.inner
            if client.site is None:
                continue
            for arg in client.site.call.args:
                for value in self._evaluator.eval(arg.value, client.site.func):
                    literal = isinstance(value, Data) and isinstance(value.expr, m.Text)
                    if arg.keyword and "key" in arg.keyword and literal:
                        return False
                    if arg.keyword and "url" in arg.keyword and not self._is_public(value):
                        return False
                    if arg.keyword in ("http_client", "transport"):
                        return False
        return True

    def _is_public(self, value: object) -> bool:
        if not (isinstance(value, Data) and isinstance(value.expr, m.Text)):
            return False
        return not any(piece in value.expr.value for piece in self._tests.words("local_hosts"))

    # -- what stands in ---------------------------------------------------------------------------

    def _is_replaced(self, test: Func, around: tuple[Func, ...]) -> bool:
        fixtures = set(self._tests.words("fixtures"))
        if any(fixtures & set(func.params) for func in around):
            return True
        hooks = set(self._tests.words("hooks"))
        for mod in self._tests.conftests(test):
            if hooks & ({f.name for f in mod.functions} | set(mod.body.bindings)):
                return True
        exprs = [*self._tests.markers(test), *(d for func in around for d in func.facts.decorators)]
        if any(self._stands_in(node, test) for expr in exprs for node in walk.expressions(expr)):
            return True
        return any(self._replaces(func) for func in around)

    def _replaces(self, func: Func) -> bool:
        for stmt in func.statements:
            if isinstance(stmt, m.Assign) and any(self._is_put_in_place(t, func) for t in stmt.targets):
                return True
        if any(self._sounds_unreal(name) for name in (func.name, *func.params)):
            return True
        return any(self._stands_in(node, func) for node in func.nodes)

    def _is_put_in_place(self, target: m.Expr, func: Func) -> bool:
        """``app.client = …``, ``overrides[get_client] = …``: something of the program is replaced."""
        if isinstance(target, m.Sub):
            last = (walk.dotted(target.value) or "").rsplit(".", 1)[-1]
            return last in self._tests.words("overrides") or last == "environ"
        if not isinstance(target, m.Attr):
            return False
        own = isinstance(target.value, m.Name) and target.value.id == func.receiver
        return not own or any(isinstance(v, ModuleRef) for v in self._evaluator.eval(target.value, func))

    def _stands_in(self, node: m.Expr, func: Func) -> bool:
        """Whether an expression names a mock, a fake, a recording, or a function made for the test."""
        match node:
            case m.Name(id=name) | m.Attr(name=name):
                if self._sounds_unreal(name):
                    return True
                values = self._evaluator.eval(node, func)
                if any(isinstance(v, ClassRef | Obj) and self._is_of_tests(v.cls, func) for v in values):
                    return True
                return any(external_name(v).startswith(self._replacing) for v in values if external_name(v))
            case m.Call(args=args):
                return any(self._is_made_for_test(arg.value, func) for arg in args)
            case m.Lambda():
                return True
            case _:
                return False

    def _is_made_for_test(self, given: m.Expr, func: Func) -> bool:
        """Whether an argument is a function of the tests."""
        for value in self._evaluator.eval(given, func) if isinstance(given, m.Name | m.Attr) else ():
            owner = (
                value.func
                if isinstance(value, FuncRef)
                else value.cls
                if isinstance(value, ClassRef)
                else None
            )
            if owner is not None and not owner.mod.production:
                return True
        return False

    @staticmethod
    def _is_of_tests(cls: Cls, func: Func) -> bool:
        """Whether a class is made for tests, and not the one that holds the test."""
        return not cls.mod.production and cls is not func.cls

    def _sounds_unreal(self, name: str) -> bool:
        lowered = name.lower()
        return any(word in lowered for word in self._no_real_one)

    # -- what keeps it apart ----------------------------------------------------------------------

    def _is_apart(self, test: Func, around: tuple[Func, ...]) -> bool:
        markers = self._tests.words("markers")
        for expr in self._tests.markers(test):
            named = " ".join(n.name for n in walk.expressions(expr) if isinstance(n, m.Attr)).lower()
            named += " ".join(n.id for n in walk.expressions(expr) if isinstance(n, m.Name)).lower()
            if any(marker in named for marker in markers):
                return True
        skips = set(self._tests.words("skips"))
        environment = set(self._tests.words("environment"))
        for func in (*around, test.mod.body):
            for node in func.nodes:
                name = node.name if isinstance(node, m.Attr) else node.id if isinstance(node, m.Name) else ""
                if name in skips:
                    return True
                if name and any(external_name(v) in environment for v in self._evaluator.eval(node, func)):
                    return True
        return False

    # -- what they assert -------------------------------------------------------------------------

    def exact(self, live: tuple[LiveTest, ...]) -> Iterator[ExactMatch]:
        """Assertions of such tests that what a model wrote equals a text that is written down."""
        for test in live:
            func = test.func
            asserted = self._flows().asserted(func)
            for stmt in func.statements if asserted else ():
                for span, left, right in self._equalities(stmt):
                    for side, other in ((left, right), (right, left)):
                        call = _answer(asserted.get(side, {}))
                        if call is not None and self._is_text(other, func):
                            yield ExactMatch(func, span, call)

    def _equalities(self, stmt: m.Stmt) -> Iterator[tuple[m.Span, m.Expr, m.Expr]]:
        match stmt:
            case m.Assert(test=m.Compare(left=left, ops=("==",), rights=(right,)), span=span):
                yield span, left, right
            case m.ExprStmt(value=m.Call(func=m.Attr(name=name), args=(first, second, *_), span=span)):
                if name in self._tests.words("equalities"):
                    yield span, first.value, second.value
            case _:
                pass

    def _is_text(self, expr: m.Expr, func: Func) -> bool:
        values = self._evaluator.eval(expr, func)
        return bool(values) and all(
            isinstance(v, Data) and isinstance(v.expr, m.Text) and len(v.expr.value) > 0 for v in values
        )


def _answer(taint: Taint) -> m.Call | None:
    """The LLM call whose words, as they are, a value is."""
    for origin, mark in taint.items():
        if origin.kind == "model" and not mark.parsed and not any(harmless(mark, k) for k in CONSUMED):
            return origin.call
    return None


def _runs(site: CallSite) -> bool:
    """Whether control gets to a call whenever its function is called."""
    if any(frame.kind not in _CERTAIN for frame in site.frames):
        return False
    return not any(stmt.span.line < site.call.span.line for stmt in site.func.returns)
