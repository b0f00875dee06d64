"""What stands in when a provider is down: the detector of ``recovery.outage`` and of LLM704.

For each LLM call, the code around it and around its callers is looked at, from the call outwards: routers and
chains with fallbacks, loops over alternatives, handlers that ask another model or answer without one.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import Data
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.wording import callee

DEEPEST = 40
"""Levels of callers that are looked at."""


class Kind(enum.IntEnum):
    """What users get while the provider is down, the better the greater."""

    NOTHING = 0
    ERROR = 1
    """A text or status that says that it failed."""
    ANSWER = 2
    """An answer without the model that failed."""
    MODEL = 3
    """Another model's answer."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """The best thing that happens, and where it is written."""

    kind: Kind
    place: Evidence | None = None


NOTHING = Fallback(Kind.NOTHING)


class Fallbacks:
    """Answers for every LLM call of one package; made once per subject (``subject.once(Fallbacks)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._words = read("recovery", RecoveryFile).words
        self._known: dict[Func, Fallback] = {}

    def of(self, call: LlmCall) -> Fallback:
        """What stands in for this call."""
        return self._of_client(call) or self._around(call.site, call)

    def single_model(self, call: LlmCall) -> str:
        """The one model that the call can ask, if it is written in the code; empty: there is a choice."""
        names = self._project.model_names
        made = [call.site.call]
        for client in (call.client, *call.client.inner) if call.client is not None else ():
            made += [site.call for _, site in client.changes]
            made += [client.site.call] if client.site is not None else []
        for taker in names.takers:
            if taker.site.call in made:
                texts = names.all_literal(taker)
                return texts[0] if len(set(texts)) == 1 else ""
        return ""

    # -- the client -------------------------------------------------------------------------------

    def _of_client(self, call: LlmCall) -> Fallback | None:
        """``with_fallbacks`` on the way to the call, ``fallbacks=`` of the call or its client."""
        tables = self._project.catalogue.fallbacks
        derives = {name for table in tables for name in table.derives if "fallback" in name}
        params = {name for table in tables for name in table.params}
        clients = (call.client, *call.client.inner) if call.client is not None else ()
        for client in clients:
            for derive, site in client.changes:
                if derive.name in derives:
                    return self._found(Kind.MODEL, site.func, site.call.span, f"`{derive.name}`")
        given = [(call.site.func, call.site.call)]
        given += [(one.site.func, one.site.call) for one in clients if one.site is not None]
        for func, made in given:
            for arg in made.args:
                empty = isinstance(arg.value, m.Const) or (
                    isinstance(arg.value, m.Seq) and not arg.value.items
                )
                if arg.keyword in params and not empty:
                    return self._found(Kind.MODEL, func, made.span, f"`{arg.keyword}` of `{callee(made)}`")
        return None

    def _found(self, kind: Kind, func: Func, span: m.Span, what: str) -> Fallback:
        return Fallback(kind, self._subject.at(func, span, what))

    # -- the code around --------------------------------------------------------------------------

    def _around(self, site: CallSite, call: LlmCall | None, depth: int = 0) -> Fallback:
        here = self._here(site, call)
        if here.kind > Kind.ERROR:
            return here
        above = self._above(site.func, depth)
        return above if above.kind > here.kind else here

    def _above(self, func: Func, depth: int) -> Fallback:
        """What every caller has: the least of them."""
        if func in self._known:
            return self._known[func]
        self._known[func] = NOTHING
        decorated = self._decorated(func)
        edges = [edge for edge in self._project.graph.callers.get(func, ()) if edge.site.func is not func]
        if decorated is None and edges and depth < DEEPEST:
            decorated = min(
                (self._around(edge.site, None, depth + 1) for edge in edges), key=lambda one: one.kind
            )
        self._known[func] = decorated or NOTHING
        return self._known[func]

    def _decorated(self, func: Func) -> Fallback | None:
        """``@with_fallback(…)``, ``@retry(…, retry_error_callback=…)``."""
        for decorator, span in zip(func.facts.decorators, func.facts.decorator_spans, strict=True):
            target = decorator.func if isinstance(decorator, m.Call) else decorator
            name = (walk.dotted(target) or "").rpartition(".")[2]
            keywords = [arg.keyword for arg in decorator.args] if isinstance(decorator, m.Call) else []
            if self._stands_in(name) or any(key in self._words.switches for key in keywords):
                return self._found(Kind.ANSWER, func, span, f"`{name}`")
        return None

    def _here(self, site: CallSite, call: LlmCall | None) -> Fallback:
        """The best of the handlers around a call, in its own function."""
        found = [NOTHING]
        for frame in reversed(site.frames):
            if frame.kind != "try" or not isinstance(frame.node, m.Try):
                continue
            for handler in frame.node.handlers:
                if self._project.handlers.may_catch_provider(handler, site.func):
                    found.append(self._handler(site, frame.node, handler, call))
        return max(found, key=lambda one: one.kind)

    def _handler(self, site: CallSite, block: m.Try, handler: m.Handler, call: LlmCall | None) -> Fallback:
        func = site.func
        found = [self._body(handler.body, handler, func, call)]
        raised = any(isinstance(s, m.Raise) for s in handler.body)
        if not raised and not any(isinstance(s, m.Return) for s in walk.statements(handler.body)):
            for loop in site.loops():
                if isinstance(loop, m.For) and block in tuple(walk.statements(loop.body)):
                    if self._goes_over_alternatives(loop):
                        found.append(self._found(Kind.MODEL, func, loop.span, "the next one is asked"))
            if _leaves(block.body):  # success is gone: what follows happens after a failure
                found.append(self._body(_after(block, func), handler, func, call))
        return max(found, key=lambda one: one.kind)

    def _goes_over_alternatives(self, loop: m.For) -> bool:
        if isinstance(loop.iter, m.Call) and walk.dotted(loop.iter.func) == "range":
            return False
        names = {part.lower() for node in walk.expressions(loop.iter) for part in _names(node)}
        return any(word in name for name in names for word in self._words.alternatives)

    def _body(
        self, body: tuple[m.Stmt, ...], handler: m.Handler, func: Func, call: LlmCall | None
    ) -> Fallback:
        """What the statements after a failure do: ask again elsewhere, answer, or say that it failed."""
        inside = set(walk.statements(body))
        found = [NOTHING]
        graph = self._project.graph
        for site in graph.sites[func]:
            if site.stmt not in inside:
                continue
            name = (walk.dotted(site.call.func) or "").rpartition(".")[2]
            sent = graph.by_call.get(site.call)
            targets = [edge.target for edge in graph.edges_at.get(site.call, ())]
            if sent is not None and sent.generates:
                if (
                    call is None
                    or self.single_model(sent) != self.single_model(call)
                    or (
                        sent.client is not None
                        and call.client is not None
                        and sent.client.entry is not call.client.entry
                    )
                ):
                    found.append(self._found(Kind.MODEL, func, site.call.span, "another model is asked"))
            elif any(self._project.reach.reaches(t) for t in targets if t is not func):
                if self._stands_in(name) or not self._same_way(site, func):
                    found.append(self._found(Kind.MODEL, func, site.call.span, f"`{name}` is asked instead"))
            elif self._stands_in(name) and not self._project.logs.only_talks(site.call, func):
                found.append(self._found(Kind.ANSWER, func, site.call.span, f"`{name}` answers instead"))
        for stmt in inside:
            value = stmt.value if isinstance(stmt, m.Return | m.Assign) else None
            value = stmt.value if isinstance(stmt, m.ExprStmt) and isinstance(stmt.value, m.Yield) else value
            if isinstance(value, m.Yield):
                value = value.value
            if value is None:
                continue
            kind = self._answer(value, handler, func)
            if kind and isinstance(stmt, m.Return | m.Assign | m.ExprStmt):
                what = "a plain answer" if kind is Kind.ANSWER else "an error is returned"
                found.append(self._found(kind, func, stmt.span, what))
        return max(found, key=lambda one: one.kind)

    def _same_way(self, site: CallSite, func: Func) -> bool:
        """Whether the function that is called after a failure is the one that failed."""
        graph = self._project.graph
        targets = {edge.target for edge in graph.edges_at.get(site.call, ())}
        return any(
            other is not site
            and other.stmt is not site.stmt
            and targets & {edge.target for edge in graph.edges_at.get(other.call, ())}
            for other in graph.sites[func]
        )

    def _answer(self, value: m.Expr, handler: m.Handler, func: Func) -> Kind | None:
        """What a value that is returned or kept after a failure is for users; None: nothing."""
        if self._project.outcomes.quotes_error(value, handler, func):
            return Kind.ERROR
        texts = list(self._texts(value, func))
        for text in texts:
            words = text.strip().lower()
            if words.startswith(self._words.failing):
                return Kind.ERROR
        if any(len(text.split()) > 2 for text in texts):
            return Kind.ANSWER
        names = {name for node in walk.expressions(value) for name in _names(node)}
        return Kind.ANSWER if any(self._stands_in(name) for name in names) else None

    def _texts(self, value: m.Expr, func: Func) -> Iterator[str]:
        for node in walk.expressions(value):
            if isinstance(node, m.DictDisplay):
                for key, _ in node.items:
                    if isinstance(key, m.Text) and key.value.lower() in self._words.failing:
                        yield key.value
            if isinstance(node, m.Text):
                yield node.value
        if isinstance(value, m.Name | m.Attr):
            for known in self._project.evaluator.eval(value, func):
                if isinstance(known, Data) and isinstance(known.expr, m.Text):
                    yield known.expr.value

    def _stands_in(self, name: str) -> bool:
        return any(word in name.lower() for word in self._words.stand_ins)


def _names(node: m.Expr) -> Iterator[str]:
    if isinstance(node, m.Name):
        yield node.id
    elif isinstance(node, m.Attr):
        yield node.name


def _leaves(body: tuple[m.Stmt, ...]) -> bool:
    return any(isinstance(stmt, m.Return) for stmt in walk.statements(body))


def _after(block: m.Try, func: Func) -> tuple[m.Stmt, ...]:
    """The statements of a function behind a block."""
    inside = set(walk.statements((block,)))
    passed = False
    found: list[m.Stmt] = []
    for stmt in walk.statements(func.facts.body):
        if stmt in inside:
            passed = True
        elif passed:
            found.append(stmt)
    return tuple(found)
