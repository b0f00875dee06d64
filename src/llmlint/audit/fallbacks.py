"""What stands in when a provider is down: the detector of ``recovery.outage`` and of LLM704.

For each LLM call, the code around it and around its callers is looked at, from the call outwards: routers and
chains with fallbacks, loops over alternatives, handlers that ask another model or answer without one.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from llmlint.audit.aftermath import after, is_returned, leaves
from llmlint.audit.alternatives import goes_over_alternatives, names_another
from llmlint.audit.catalogue import read
from llmlint.audit.limits import names_limit
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import Edge, LlmCall
from llmlint.project.kinds import Data, external_name
from llmlint.project.modelnames import Taker
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.wording import callee

_ASKS = ("should", "is_", "has_", "can_", "needs", "record", "log", "supports", "use_", "allow")
"""Beginnings of names of what only asks whether something stands in, or notes it."""
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
    on_limits: bool = True
    """Whether it happens after a rate limit too."""


NOTHING = Fallback(Kind.NOTHING)


class Fallbacks:
    """Answers for every LLM call of one package; made once per subject (``subject.once(Fallbacks)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._words = read("recovery", RecoveryFile).words
        self._known: dict[tuple[Func, LlmCall], Fallback | None] = {}
        """None: being looked at."""
        self._ones: dict[tuple[Func, LlmCall], bool] = {}
        self._below: dict[Func, list[LlmCall]] = {}

    def of(self, call: LlmCall) -> Fallback:
        """What stands in for this call."""
        if self._is_one(call.site, call):
            return self._found(Kind.MODEL, call.site.func, call.site.call.span, "it stands in itself")
        return self._of_client(call) or self._around(call.site, call)

    def after(self, block: m.Try, handler: m.Handler, func: Func) -> Fallback:
        """The best that one handler does, and what follows it, for any of the calls in its block."""
        found = [NOTHING]
        graph = self._project.graph
        for site in graph.sites[func]:
            if any(frame.kind == "try" and frame.node is block for frame in site.frames):
                sent = graph.by_call.get(site.call)
                calls = [sent] if sent is not None else []
                calls += [one for e in graph.edges_at.get(site.call, ()) for one in self.asked_by(e.target)]
                found += [self._handler(site, block, handler, call) for call in calls if call.generates]
        return max(found, key=lambda one: one.kind)

    def asks_another(self, body: tuple[m.Stmt, ...], block: m.Try, handler: m.Handler, func: Func) -> bool:
        """Whether these statements of a handler ask another model than those that its block asks."""
        tried = self._tried(block, func)
        return any(self._body(body, handler, func, call).kind is Kind.MODEL for call in tried)

    def single_model(self, call: LlmCall) -> str:
        """The one model that the call can ask, if it is written in the code; empty: there is a choice."""
        made = [call.site.call]
        for client in (call.client, *call.client.inner) if call.client is not None else ():
            made += [site.call for _, site in client.changes]
            made += [client.site.call] if client.site is not None else []
        taker = next((self._takers[one] for one in made if one in self._takers), None)
        texts = self._project.model_names.all_literal(taker) if taker is not None else []
        return texts[0] if len(set(texts)) == 1 else ""

    @functools.cached_property
    def _takers(self) -> dict[m.Call, Taker]:
        return {taker.site.call: taker for taker in self._project.model_names.takers}

    def _is_one(self, site: CallSite, call: LlmCall) -> bool:
        """Whether a call is only made after one of another model has failed."""
        for frame in site.frames:
            if frame.kind == "handler" and isinstance(frame.node, m.Try):
                tried = self._tried(frame.node, site.func)
                if self._is_given_another(site.call) or self._differs(tried, call):
                    return True
                if names_another(self._project, site, frame.node, self._words.alternatives):
                    return True
        key = (site.func, call)
        if key not in self._ones:
            self._ones[key] = False  # who calls itself does not stand in by that
            edges = self._project.graph.callers.get(site.func, ())
            self._ones[key] = bool(edges) and all(self._is_one(edge.site, call) for edge in edges)
        return self._ones[key]

    def _tried(self, block: m.Try, func: Func) -> list[LlmCall]:
        """The LLM calls inside a ``try``, near or far."""
        graph = self._project.graph
        found: list[LlmCall] = []
        for site in graph.sites[func]:
            if any(frame.kind == "try" and frame.node is block for frame in site.frames):
                sent = graph.by_call.get(site.call)
                found += [sent] if sent is not None else []
                for edge in graph.edges_at.get(site.call, ()):
                    found += self.asked_by(edge.target)
        return [call for call in found if call.generates]

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

    def _around(self, site: CallSite, call: LlmCall, depth: int = 0) -> Fallback:
        here = self._here(site, call)
        if here.kind > Kind.ERROR:
            return here
        above = self._above(site.func, call, depth)
        return above if above.kind > here.kind else here

    def _above(self, func: Func, call: LlmCall, depth: int) -> Fallback:
        """What every caller has: the least of them."""
        key = (func, call)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._decorated(func) or self._of_callers(func, call, depth)
        return self._known[key] or NOTHING

    def _of_callers(self, func: Func, call: LlmCall, depth: int) -> Fallback:
        # A caller that is being looked at already is the way we came.
        edges = [
            edge
            for edge in self._project.graph.callers.get(func, ())
            if ((edge.site.func, call) not in self._known or self._known[edge.site.func, call] is not None)
            and not self._is_one(edge.site, call)
        ]
        if depth >= DEEPEST:
            return NOTHING
        found = (
            NOTHING if self._loses_failures(edge) else self._around(edge.site, call, depth + 1)
            for edge in edges
        )
        return min(found, key=lambda one: one.kind, default=NOTHING)

    def _loses_failures(self, edge: Edge) -> bool:
        """Whether it only starts a thread: a handler around that never hears of what fails in there."""
        names = map(external_name, self._project.evaluator.eval(edge.site.call.func, edge.site.func))
        tables = self._project.catalogue.passthroughs
        return edge.deferred and any(table.lost for name in names if name for table in tables.get(name))

    def _decorated(self, func: Func) -> Fallback | None:
        """``@with_fallback(…)``, ``@retry(…, retry_error_callback=…)``."""
        for decorator, span in zip(func.facts.decorators, func.facts.decorator_spans, strict=True):
            target = decorator.func if isinstance(decorator, m.Call) else decorator
            name = (walk.dotted(target) or "").rpartition(".")[2]
            keywords = [arg.keyword for arg in decorator.args] if isinstance(decorator, m.Call) else []
            if self._stands_in(name) or any(key in self._words.switches for key in keywords):
                return self._found(Kind.ANSWER, func, span, f"`{name}`")
        return None

    def _here(self, site: CallSite, call: LlmCall) -> Fallback:
        """The best of the handlers around a call, in its own function."""
        found = [NOTHING]
        for frame in reversed(site.frames):
            if frame.kind == "loop" and isinstance(frame.node, m.For) and _goes_over_fallbacks(frame.node):
                found.append(self._found(Kind.MODEL, site.func, frame.node.span, "the next one is asked"))
            if frame.kind != "try" or not isinstance(frame.node, m.Try):
                continue
            for handler in frame.node.handlers:
                if self._may_catch(handler, site.func):
                    hears = self._project.handlers.catches_provider(handler, site.func)
                    hears = hears or names_limit(handler.type)
                    found.append(replace(self._handler(site, frame.node, handler, call), on_limits=hears))
        return max(found, key=lambda one: one.kind)

    def _may_catch(self, handler: m.Handler, func: Func) -> bool:
        """Whether a provider's failure may end here, as itself or as what retries raise in its place."""
        types = self._project.evaluator.eval(handler.type, func) if handler.type is not None else ()
        given_up = any(external_name(value) in self._words.given_up for value in types)
        return given_up or self._project.handlers.may_catch_provider(handler, func)

    def _handler(self, site: CallSite, block: m.Try, handler: m.Handler, call: LlmCall) -> Fallback:
        func = site.func
        found = [self._body(handler.body, handler, func, call)]
        raised = any(isinstance(s, m.Raise) for s in handler.body)
        if not raised and not any(isinstance(s, m.Return) for s in walk.statements(handler.body)):
            for loop in site.loops():
                if isinstance(loop, m.For) and block in tuple(walk.statements(loop.body)):
                    if goes_over_alternatives(loop, self._words.alternatives):
                        found.append(self._found(Kind.MODEL, func, loop.span, "the next one is asked"))
            if leaves(block.body):  # success is gone: what follows happens after a failure
                found.append(self._body(after(block, func), handler, func, call))
        return max(found, key=lambda one: one.kind)

    def _body(self, body: tuple[m.Stmt, ...], handler: m.Handler, func: Func, call: LlmCall) -> Fallback:
        """What the statements after a failure do: ask again elsewhere, answer, or say that it failed."""
        statements = tuple(walk.statements(body))
        inside = set(statements)
        found = [NOTHING]
        graph = self._project.graph
        for site in graph.sites[func]:
            if site.stmt not in inside:
                continue
            name = (walk.dotted(site.call.func) or "").rpartition(".")[2]
            sent = graph.by_call.get(site.call)
            targets = [edge.target for edge in graph.edges_at.get(site.call, ())]
            if sent is not None and sent.generates:
                if self._is_given_another(site.call) or self._differs([sent], call):
                    found.append(self._found(Kind.MODEL, func, site.call.span, "another model is asked"))
            elif any(self._project.reach.reaches(t) for t in targets if t is not func):
                asked = [other for target in targets for other in self.asked_by(target)]
                words = self._words.alternatives
                another = any(names_another(self._project, site, b, words) for b in _blocks(site, handler))
                another = another or self._is_given_another(site.call) or self._differs(asked, call)
                if self._stands_in(name) or another:
                    found.append(self._found(Kind.MODEL, func, site.call.span, f"`{name}` is asked instead"))
            elif self._stands_in(name) and not self._project.logs.only_talks(site.call, func):
                found.append(self._found(Kind.ANSWER, func, site.call.span, f"`{name}` answers instead"))
        for stmt in statements:
            match stmt:
                case m.Return(value=value, span=span) | m.ExprStmt(value=m.Yield(value=value), span=span):
                    pass
                case m.Assign(value=value, span=span) if is_returned(stmt, func):
                    pass
                case _:
                    continue
            kind = self._answer(value, handler, func) if value is not None else None
            if kind:
                what = "an answer without the model" if kind is Kind.ANSWER else "an error is returned"
                found.append(self._found(kind, func, span, what))
        return max(found, key=lambda one: one.kind)

    def _is_given_another(self, call: m.Call) -> bool:
        """``ask(model=fallback_model)``."""
        names = {name for arg in call.args for node in walk.expressions(arg.value) for name in _names(node)}
        return any(self._stands_in(name) for name in names)

    def _differs(self, others: list[LlmCall], call: LlmCall) -> bool:
        """Whether others certainly ask another model or provider; what is not known may be the same."""
        model, provider = self.single_model(call), _provider(call)
        for other in others:
            if model and (name := self.single_model(other)) and name != model:
                return True
            if provider and (name := _provider(other)) and name != provider:
                return True
        return False

    def asked_by(self, func: Func) -> list[LlmCall]:
        """The LLM calls that a function reaches."""
        if func not in self._below:
            graph = self._project.graph
            pending, seen = [func], {func}
            while pending:
                for edge in graph.edges.get(pending.pop(), ()):
                    if edge.target not in seen:
                        seen.add(edge.target)
                        pending.append(edge.target)
            calls = self._project.llm_calls
            self._below[func] = [call for call in calls if call.generates and call.site.func in seen]
        return self._below[func]

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
        plain = name.lower().lstrip("_")
        return not plain.startswith(_ASKS) and any(word in plain for word in self._words.stand_ins)


def _blocks(site: CallSite, handler: m.Handler) -> Iterator[m.Try]:
    """The block whose handler a call stands in."""
    for frame in site.frames:
        if frame.kind == "handler" and frame.handler is handler and isinstance(frame.node, m.Try):
            yield frame.node


def _provider(call: LlmCall) -> str:
    """The SDK of a provider; empty where the SDK is for many."""
    path = call.client.entry.path if call.client is not None else call.entry.path
    root = path.partition(".")[0]
    of_many = root.startswith(read("recovery", RecoveryFile).words.of_many)
    return "" if of_many or call.http is not None else root


def _names(node: m.Expr) -> Iterator[str]:
    if isinstance(node, m.Name):
        yield node.id
    elif isinstance(node, m.Attr):
        yield node.name


def _goes_over_fallbacks(loop: m.For) -> bool:
    """``for provider in self._fallbacks``: whatever tells that the last one has failed."""
    return any("fallback" in name.lower() for node in walk.expressions(loop.iter) for name in _names(node))
