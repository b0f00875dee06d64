"""Who is asking: handlers that know their user, and LLM calls that do not say on whose behalf they ask."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.addresses import Addresses
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.deadlines import Deadlines
from llmlint.project.inputs import Inputs
from llmlint.project.kinds import External, ExternalObject, FuncRef, external_name
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

MAX_HOPS = 6
"""A model asked further away from the handler is asked on behalf of something else."""


@dataclass(frozen=True, slots=True, eq=False)
class Anonymous:
    """An LLM call without a user, and the handler that knows one."""

    call: LlmCall
    handler: Func
    user: str
    """How the handler knows the user, as written; empty when it only lets people in who are logged in."""
    span: m.Span
    way: list[Edge]


class Identities:
    """Finds handlers with a user, and what they ask of models."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        deadlines: Deadlines,
        inputs: Inputs,
        addresses: Addresses,
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._observed = catalogue.observed
        self._deadlines = deadlines
        self._inputs = inputs
        self._addresses = addresses

    def anonymous(self) -> Iterator[Anonymous]:
        """Calls without a user, each with the nearest handler that knows one."""
        if self._attributed_elsewhere:
            return
        found: dict[LlmCall, Anonymous] = {}
        for func in self._graph.functions:
            if func.facts.kind != "function" or not func.mod.production:
                continue
            known = self.user(func)
            if known is None:
                continue
            for call, way in self._asked(func):
                before = found.get(call)
                if before is None or len(way) < len(before.way):
                    found[call] = Anonymous(call, func, known[0], known[1], way)
        yield from (one for call, one in found.items() if self._is_anonymous(call))

    # -- who is asking ----------------------------------------------------------------------------

    def user(self, func: Func) -> tuple[str, m.Span] | None:
        """How a handler knows who is asking, as written and where; None when it does not.

        Empty when it only lets people in who are logged in.
        """
        span = func.facts.span
        for param in func.facts.params:
            for expr in (param.default, param.annotation):
                if expr is not None and self._depends(expr, func.parent or func):
                    return param.name, span
        if not self._inputs.serves(func):
            return None
        for scope in (func, *func.inner):
            for node in scope.nodes:
                if isinstance(node, m.Attr | m.Name | m.Call) and self._is_user(node, scope):
                    return walk.dotted(_target(node)) or "user", span
        for decorator, place in zip(func.facts.decorators, func.facts.decorator_spans, strict=True):
            if self._requires_login(decorator, func.parent or func):
                return "", place
        return None

    def _depends(self, expr: m.Expr, scope: Func) -> bool:
        """``Depends(get_current_user)``, ``Annotated[User, Depends(…)]``, or a name for that."""
        if isinstance(expr, m.Name):
            alias = self._evaluator.names.alias(expr.id, scope)
            return alias is not None and not isinstance(alias[0], m.Name) and self._depends(*alias)
        if isinstance(expr, m.Sub):
            items = expr.index.items if isinstance(expr.index, m.Seq) else (expr.index,)
            return any(self._depends(item, scope) for item in items if isinstance(item, m.Call))
        if not isinstance(expr, m.Call) or not expr.args:
            return False
        for value in self._evaluator.eval(expr.func, scope):
            for table in self._observed.identities.get(external_name(value), ()):
                if table.form == "dependency" and self._says_user(expr.args[0].value, scope, table):
                    return True
        return False

    def _says_user(self, expr: m.Expr, scope: Func, table: s.Identity) -> bool:
        """Whether the name of a dependency says that it gives the user, and refuses who is none."""
        if isinstance(expr, m.Call) and any(
            a.keyword == "optional" and isinstance(a.value, m.Const) and a.value.value is True
            for a in expr.args
        ):
            return False
        name = walk.dotted(_target(expr)) or ""
        for value in self._evaluator.eval(_target(expr), scope):
            name = value.func.name if isinstance(value, FuncRef) else external_name(value) or name
        words = f"_{name.rsplit('.', 1)[-1].lower().strip('_')}_"
        return any(f"_{word}_" in words for word in table.words) and not any(
            f"_{word}_" in words for word in table.unless
        )

    def _requires_login(self, decorator: m.Expr, scope: Func) -> bool:
        optional = isinstance(decorator, m.Call) and any(a.keyword == "optional" for a in decorator.args)
        return not optional and any(
            table.form == "decorator"
            for value in self._evaluator.eval(_target(decorator), scope)
            for table in self._observed.identities.get(external_name(value), ())
        )

    def _is_user(self, node: m.Expr, func: Func) -> bool:
        if isinstance(node, m.Call):
            return any(
                table.form == "call"
                for value in self._evaluator.eval(node.func, func)
                for table in self._observed.identities.get(external_name(value), ())
            )
        for value in self._evaluator.eval(node, func):
            for table in self._observed.identities.get(external_name(value), ()):
                if table.form == "object":
                    return True
        return isinstance(node, m.Attr) and self._is_part(node, func)

    def _is_part(self, node: m.Attr, func: Func) -> bool:
        """``request.user``, where ``request`` is one."""
        path, base = node.name, node.value
        while True:
            for table in self._request_tables(base, func):
                if path in table.parts:
                    return True
            if not isinstance(base, m.Attr):
                return False
            path, base = f"{base.name}.{path}", base.value

    def _request_tables(self, base: m.Expr, func: Func) -> Iterator[s.Identity]:
        for value in self._evaluator.eval(base, func):
            if isinstance(value, ExternalObject | External):
                yield from (t for t in self._observed.identities.get(value.name, ()) if t.form == "part")

    # -- on whose behalf a model is asked -----------------------------------------------------------

    def _asked(self, func: Func) -> Iterator[tuple[LlmCall, list[Edge]]]:
        """The LLM calls that a function reaches, with the way, nearest first."""
        queue: deque[tuple[Func, list[Edge]]] = deque([(func, [])])
        seen = {func}
        while queue:
            here, way = queue.popleft()
            for site in self._graph.sites[here]:
                call = self._graph.by_call.get(site.call)
                if call is not None and call.generates:
                    yield call, way
            if len(way) >= MAX_HOPS:
                continue
            for edge in self._graph.edges[here]:
                if edge.target not in seen and not edge.callback and edge.target.mod.production:
                    seen.add(edge.target)
                    queue.append((edge.target, [*way, edge]))

    def _is_anonymous(self, call: LlmCall) -> bool:
        """Whether neither the call nor its client says whose it is, though the call could."""
        entry, client = call.entry, call.client
        if not entry.attribution:
            return False
        site = call.site
        if self._deadlines.setting(site.call, site.func, entry.attribution).state != "absent":
            return False
        if not self._addresses.is_provider(call):
            return False
        if client is None or client.site is None:
            return True
        made = client.site
        given = self._deadlines.setting(made.call, made.func, client.entry.attribution)
        return given.state == "absent"

    @functools.cached_property
    def _attributed_elsewhere(self) -> bool:
        """Whether the program says somewhere, to a tracer, whose calls the following are."""
        for func in self._graph.functions:
            if not func.mod.production:
                continue
            for site in self._graph.sites[func]:
                for value in self._evaluator.eval(site.call.func, func):
                    name = external_name(value)
                    if name and any(_names(site.call, way) for way in self._observed.attributions.get(name)):
                        return True
        return False


def _names(call: m.Call, way: s.Attribution) -> bool:
    """Whether a call names a user in the way the table says."""
    if not way.keys:
        return True
    for arg in call.args:
        if arg.star or arg.keyword in way.keys:
            return True
        for node in walk.expressions(arg.value):
            if isinstance(node, m.Text) and node.value in way.keys:
                return True
    return False


def _target(expr: m.Expr) -> m.Expr:
    return expr.func if isinstance(expr, m.Call) else expr
