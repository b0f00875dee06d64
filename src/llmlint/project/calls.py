"""The call graph: which function calls which, and which calls reach a model."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec
import networkx as nx

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.endpoints import Endpoints
from llmlint.project.kinds import (
    ClassRef,
    Client,
    ClientMethod,
    External,
    ExternalMethod,
    FuncRef,
    Obj,
    Partial,
    Site,
    Value,
)
from llmlint.project.ownclients import OwnClients
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.sites import CallSite, call_sites
from llmlint.project.values import Evaluator

ROUNDS = 3
"""How often the callers' values are taken into account: a value may pass through so many receivers."""
_AFTER_INIT = ("__post_init__", "__attrs_post_init__", "model_post_init")


class LlmCall(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A call that sends something to a provider."""

    site: CallSite
    entry: s.Call
    client: Client | None
    """None for module functions and raw HTTP."""
    http: s.HttpClient | None = None
    """Set when the call is raw HTTP to a known endpoint."""
    endpoint: s.Endpoint | None = None

    @property
    def generates(self) -> bool:
        """Whether a model writes something (embeddings and token counts do not)."""
        return self.entry.llm


class Edge(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One way from a call site to a function of the project."""

    site: CallSite
    target: Func
    skip_receiver: bool
    call: m.Call
    """What the target is called with: the call itself, or what ``to_thread(f, x)`` makes of it."""
    deferred: bool = False
    """It runs later or elsewhere: its failure does not come out of this call."""
    callback: bool = False
    """The callee is a parameter: which caller gave it is not known here."""


_Resolved = tuple[tuple[Edge, ...], tuple[LlmCall, ...], tuple[Cls, ...]]
_TO_NOTHING: _Resolved = ((), (), ())
"""A site from which nothing of the project is called, like most; there is one object for all of them."""


class CallGraph:
    """Sites, edges and LLM calls of the whole project; ``graph`` is the networkx view of the edges."""

    def __init__(
        self,
        modules: Iterable[Mod],
        evaluator: Evaluator,
        catalogue: Catalogue,
        smaller: CallGraph | None = None,
    ) -> None:
        """``smaller``: the graph of some of the modules, which import none of the others."""
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._endpoints = Endpoints(evaluator, catalogue)
        self._own_clients = OwnClients(evaluator.hierarchy, catalogue)
        self._modules = tuple(modules)
        self.functions: list[Func] = [f for mod in self._modules for f in mod.functions]
        known = smaller.sites if smaller is not None else {}
        self.sites: dict[Func, list[CallSite]] = {f: known.get(f) or call_sites(f) for f in self.functions}
        self.edges: dict[Func, list[Edge]] = {}
        self.callers: dict[Func, list[Edge]] = {}
        self.llm_calls: list[LlmCall] = []
        self.by_call: dict[m.Call, LlmCall] = {}
        self.edges_at: dict[m.Call, list[Edge]] = {}
        self._constructions: dict[Cls, list[tuple[Func, m.Call]]] = {}
        self._noted: list[LlmCall] = []
        """The LLM calls at the site being resolved."""
        self._made: list[Cls] = []
        """The classes without a constructor that are instantiated at the site being resolved."""
        self._settled: dict[CallSite, _Resolved] = dict(smaller._settled) if smaller is not None else {}
        """Sites that no caller can change."""

    def link(self) -> None:
        """Resolve every call, and again with what callers give, until that finds no more."""
        self._decorators()
        self._resolve()
        for _ in range(ROUNDS):
            before = {func: len(edges) for func, edges in self.callers.items()}
            self._tell_evaluator()
            self._resolve()
            if before == {func: len(edges) for func, edges in self.callers.items()}:
                break

    @functools.cached_property
    def graph(self) -> nx.DiGraph[Func]:
        """The edges, for algorithms of networkx."""
        graph: nx.DiGraph[Func] = nx.DiGraph()
        graph.add_nodes_from(self.functions)
        graph.add_edges_from((f, edge.target) for f in self.functions for edge in self.edges[f])
        return graph

    def _tell_evaluator(self) -> None:
        """What the edges say of parameters, fields and containers."""
        callers: dict[Func, list[tuple[Site, FuncRef]]] = defaultdict(list)
        for func, edges in self.callers.items():
            for edge in edges:
                bound = Obj(func.cls) if edge.skip_receiver and func.cls else None
                callers[func].append((Site(edge.site.func, edge.call), FuncRef(func, bound)))
        self._evaluator.callers = callers
        self._evaluator.names.fields.constructions = self._constructions
        self._evaluator.forget()
        self._evaluator.containers.collect(self.functions)
        # What was concluded on the way did not know everything that is put into containers.
        self._evaluator.forget()

    def _decorators(self) -> None:
        for mod in self._modules:
            for func in mod.functions:
                for decorator in func.facts.decorators:
                    self._decorate(decorator, FuncRef(func), func.parent or func)
            for cls in mod.classes:
                for decorator in cls.facts.decorators:
                    self._decorate(decorator, ClassRef(cls), cls.body.parent or mod.body)

    def _decorate(self, decorator: m.Expr, decorated: FuncRef | ClassRef, scope: Func) -> None:
        for value in self._evaluator.eval(decorator, scope):
            if isinstance(value, FuncRef) and value.func.facts.params:
                self._evaluator.decorated[value.func].append(decorated)

    def _resolve(self) -> None:
        self.edges = {f: [] for f in self.functions}
        self.callers = defaultdict(list)
        self.edges_at = defaultdict(list)
        self.llm_calls = []
        self._constructions = defaultdict(list)
        for func in self.functions:
            for site in self.sites[func]:
                known = self._settled.get(site)
                if known is None:
                    self._noted, self._made = [], []
                    edges, varies = self._evaluator.observe(functools.partial(self._targets, site))
                    known = tuple(edges), tuple(self._noted), tuple(self._made)
                    if not varies:
                        self._settled[site] = known if any(known) else _TO_NOTHING
                for edge in known[0]:
                    self.edges[func].append(edge)
                    self.callers[edge.target].append(edge)
                    self.edges_at[site.call].append(edge)
                self.llm_calls += known[1]
                for cls in known[2]:
                    self._constructions[cls].append((func, site.call))
        self.by_call = {x.site.call: x for x in self.llm_calls}

    def _targets(self, site: CallSite) -> list[Edge]:
        found: dict[Func, Edge] = {}
        for callee in self._evaluator.eval(site.call.func, site.func):
            for edge in self._edges(callee, site):
                found.setdefault(edge.target, edge)
        return list(found.values())

    def _edges(self, callee: Value, site: CallSite) -> Iterator[Edge]:
        match callee:
            case FuncRef(func=target, bound=bound):
                if isinstance(bound, Obj) and self._own_call(bound.cls, target, site):
                    return
                callback = _is_parameter(site.call.func, site.func)
                yield Edge(site, target, bound is not None, site.call, callback=callback)
            case ClassRef(cls=cls):
                yield from self._constructor(cls, site)
            case Obj():
                for member in self._evaluator.members.attribute(callee, "__call__"):
                    if isinstance(member, FuncRef):
                        yield Edge(site, member.func, member.bound is not None, site.call)
            case Partial(target=FuncRef(func=target, bound=bound), site=made):
                call = _completed(made, site.call.args, site.call, site.func)
                yield Edge(site, target, bound is not None, call)
            case Partial(target=target):
                yield from self._edges(target, site)
            case Client():
                self._llm_call(callee, "__call__", site)
            case ClientMethod(client=client, path=path):
                self._llm_call(client, path, site)
            case External(name=name):
                yield from self._external(name, site)
            case ExternalMethod(owner=owner, path=path):
                yield from self._external(f"{owner.name}.{path}", site)
            case _:
                pass

    def _constructor(self, cls: Cls, site: CallSite) -> Iterator[Edge]:
        for owner in self._evaluator.hierarchy.mro(cls):
            init = owner.methods.get("__init__")
            if init is not None:
                yield Edge(site, init, True, site.call)
                return
        self._made.append(cls)
        for owner in self._evaluator.hierarchy.mro(cls):
            for name in _AFTER_INIT:
                after = owner.methods.get(name)
                if after is not None:
                    yield Edge(site, after, True, m.Call(site.call.func, (), site.call.span))
                    return

    def _own_call(self, cls: Cls, target: Func, site: CallSite) -> bool:
        """Whether this is an LLM call on a class that the catalogue knows, though it is the project's."""
        for known in self._own_clients.of(cls) if site.func.cls is not cls else ():
            for entry in self._catalogue.calls_on(known, target.name):
                if self._evaluator.matches(entry.when, site.call, site.func):
                    self._note(LlmCall(site, entry, Client(known, None)))
                    return True
        return False

    def _llm_call(self, client: Client, path: str, site: CallSite) -> None:
        for entry in self._catalogue.calls_on(client.entry, path):
            if self._evaluator.matches(entry.when, site.call, site.func):
                self._note(LlmCall(site, entry, client))
                return

    def _note(self, call: LlmCall) -> None:
        if all(known.client != call.client for known in self._noted):
            self._noted.append(call)

    def _external(self, name: str, site: CallSite) -> Iterator[Edge]:
        for entry in self._catalogue.functions.get(name):
            if self._evaluator.matches(entry.when, site.call, site.func):
                self._note(LlmCall(site, entry, None))
                inside = self._evaluator.declared.functions.get(name)
                if inside is not None:  # what stands around this call bounds what it does inside
                    yield Edge(site, inside, False, site.call)
                return
        http = self._endpoints.llm_request(name, site)
        if http is not None:
            client, endpoint = http
            self._note(LlmCall(site, self._endpoints.entry(client, site.func), None, client, endpoint))
            return
        if self._own_clients.implements_model(site.func):
            for library in self._catalogue.http.get(name):
                self._note(LlmCall(site, self._endpoints.entry(library, site.func), None, library))
                return
        for passthrough in self._catalogue.passthroughs.get(name):
            given = walk.argument(site.call, passthrough.arg)
            if given is None or passthrough.awaits or passthrough.context:
                continue
            for value in self._evaluator.eval(given, site.func):
                match value:
                    case Partial(target=FuncRef(func=target, bound=bound), site=made):
                        more = _inner_call(site.call, given, passthrough).args
                        inner = _completed(made, more, site.call, site.func)
                        yield Edge(site, target, bound is not None, inner, passthrough.deferred)
                    case FuncRef(func=target, bound=bound):
                        inner = _inner_call(site.call, given, passthrough)
                        yield Edge(site, target, bound is not None, inner, passthrough.deferred)
                    case ClientMethod(client=sender, path=path):
                        self._llm_call(sender, path, site)
                    case Client():
                        self._llm_call(value, "__call__", site)
                    case _:
                        pass


def _inner_call(call: m.Call, given: m.Expr, passthrough: s.Passthrough) -> m.Call:
    """The call that ``to_thread(f, x)`` or ``Thread(target=f, args=(x,))`` makes in the end."""
    if passthrough.args:
        values = walk.argument(call, passthrough.args)
        items = values.items if isinstance(values, m.Seq) else ()
        named = walk.argument(call, "kwargs")
        pairs = named.items if isinstance(named, m.DictDisplay) else ()
        keywords = [m.Arg(value, key.value) for key, value in pairs if isinstance(key, m.Text)]
        return m.Call(given, (*[m.Arg(item) for item in items], *keywords), call.span)
    skip = 1 + int(passthrough.arg.split("|")[0]) if passthrough.arg[:1].isdigit() else 0
    return m.Call(given, call.args[skip:], call.span)


def _completed(made: Site, more: tuple[m.Arg, ...], call: m.Call, func: Func) -> m.Call:
    """The call that ``partial(f, x)(y)`` makes of ``f``; names of another function mean nothing here."""
    first = tuple(
        arg if made.func is func or isinstance(arg.value, m.Text | m.Const) else _hidden(arg)
        for arg in made.call.args[1:]
    )
    return m.Call(call.func, (*first, *more), call.span)


def _hidden(arg: m.Arg) -> m.Arg:
    return m.Arg(m.Other("of another function"), arg.keyword, arg.star)


def _is_parameter(expr: m.Expr, func: Func) -> bool:
    return isinstance(expr, m.Name) and any(b.kind == "param" for b in func.bindings.get(expr.id, ()))
