"""Which requests to models are not protected on their way."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.consent import around, asked_for, frames_of
from llmlint.project.constructions import Construction
from llmlint.project.endpoints import Endpoints
from llmlint.project.kinds import ExternalMethod, ExternalObject, Site, Value
from llmlint.project.literals import Literals, Written
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

_PLAIN = re.compile(r"http://(?:[^/?#@\s]*@)?(\[[0-9a-fA-F:.]+\]|[^/?#:\s]+)(?=[/?#:]|$)", re.IGNORECASE)
_CHECKING = {"verify", "ssl", "tls", "cert", "certs", "certificate", "certificates", "insecure"}
_SHARED = ipaddress.ip_network("100.64.0.0/10")
"""Addresses of carriers' and tailnets' own: neither private nor global to ``ipaddress``."""
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """A place that says to send in the clear, or not to look at certificates."""

    func: Func
    span: m.Span
    host: str = ""
    """Where to, in the clear."""
    written: str = ""
    """What says not to look."""
    user: tuple[Func, m.Call] | None = None
    """The call that makes use of it, when that is another one."""


class Transport:
    """Looks at clients and requests, at attributes of modules and at the environment."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        constructions: tuple[Construction, ...],
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._constructions = constructions
        self._literals = Literals(evaluator)
        self._endpoints = Endpoints(evaluator, catalogue)
        tables = catalogue.transports
        self._urls = [path for one in tables for path in one.url]
        self._carriers = [path for one in tables for path in one.carriers]
        self._unverified = [item for one in tables for item in one.unverified.items()]
        self._variables = {name for one in tables for name in one.environment}
        self._addresses = {name for one in tables for name in one.attributes}
        self._checks = {name for one in tables for name in one.unverified_attributes}
        self._holders = {name for one in tables for name in one.client_attributes}
        self._local = tuple(suffix for one in tables for suffix in one.local_suffixes)
        self._placeholders = tuple(suffix for one in tables for suffix in one.placeholder_hosts)

    def exposed(self) -> Iterator[Exposure]:
        """Every such place of production code, once."""
        seen: set[tuple[str, m.Span]] = set()
        for found in self._all():
            key = (found.func.path, found.span)
            if not found.func.mod.production or key in seen:
                continue
            seen.add(key)
            frames = frames_of(self._graph, found.func, found.span)
            if found.host or not asked_for(frames, _CHECKING):
                yield found

    def _all(self) -> Iterator[Exposure]:
        for made in self._constructions:
            yield from self._user(made.site.call, made.site.func)
        for call in self._graph.llm_calls:
            if call.site.func.mod.production:
                yield from self._request(call)
        for func in self._graph.functions:
            if func.mod.production:
                yield from self._assigned(func)

    # -- clients and requests -------------------------------------------------------------------

    def _user(self, call: m.Call, func: Func) -> Iterator[Exposure]:
        """What the arguments of a client or of a request through an SDK say."""
        for path in self._urls:
            for written in self._literals.given(call, func, path):
                host = self._plain_host(self._literals.alternatives(written))
                if host:
                    yield Exposure(func, call.span, host)
        yield from self._unchecked(call, func)
        for path in self._carriers:
            for written in self._literals.given(call, func, path):
                yield from self._carrier(written, Site(func, call))

    def _carrier(self, written: Written, user: Site | None, depth: int = 0) -> Iterator[Exposure]:
        """An HTTP client (or a connector inside one) that is handed over."""
        for value in self._evaluator.eval(written.expr, written.func):
            if isinstance(value, ExternalObject):
                yield from self._made(value, user, depth)

    def _made(self, value: ExternalObject, user: Site | None, depth: int = 0) -> Iterator[Exposure]:
        if value.call is None or value.func is None or depth > 2:
            return
        by = (user.func, user.call) if user is not None and user.call is not value.call else None
        for found in self._unchecked(value.call, value.func):
            yield Exposure(found.func, found.span, written=found.written, user=by)
        yield from self._switched_off(value, by)
        for path in self._carriers:
            for written in self._literals.given(value.call, value.func, path):
                yield from self._carrier(written, user, depth + 1)

    def _unchecked(self, call: m.Call, func: Func) -> Iterator[Exposure]:
        for path, off in self._unverified:
            for written in self._literals.given(call, func, path):
                values = self._literals.alternatives(written)
                if values and all(any(v is one for one in off) for v in values):
                    if asked_for(around(written.expr, written.func), _CHECKING):
                        return
                    name = path.rsplit(".", 1)[-1]
                    yield Exposure(func, call.span, written=f"{name}={values[0]}")
                    return

    def _switched_off(self, value: ExternalObject, user: tuple[Func, m.Call] | None) -> Iterator[Exposure]:
        """``session.verify = False``."""
        func = value.func
        for one in (func, *func.inner) if func is not None else ():
            for name, written, target in self._literals.attributes(one):
                attribute = name.rsplit(".", 1)[-1]
                if any(path == attribute for path, _ in self._unverified):
                    owners = self._evaluator.eval(target.value, one)
                    is_false = self._literals.alternatives(written) == [False]
                    if is_false and any(self._is_same(owner, value) for owner in owners):
                        yield Exposure(one, _span(one, target), written=f"{attribute} = False", user=user)

    @staticmethod
    def _is_same(owner: Value, value: ExternalObject) -> bool:
        return isinstance(owner, ExternalObject) and owner.call is value.call

    def _request(self, call: LlmCall) -> Iterator[Exposure]:
        site = call.site
        if call.http is None:
            yield from self._user(site.call, site.func)
            return
        yield from self._unchecked(site.call, site.func)
        for written in self._literals.given(site.call, site.func, call.http.url):
            host = self._plain_host(self._endpoints.texts(written.expr, written.func))
            if host:
                yield Exposure(site.func, site.call.span, host)
        for value in self._evaluator.eval(site.call.func, site.func):
            if isinstance(value, ExternalMethod):
                yield from self._made(value.owner, Site(site.func, site.call))

    # -- modules and the environment ------------------------------------------------------------

    def _assigned(self, func: Func) -> Iterator[Exposure]:
        for name, written, target in self._literals.attributes(func):
            if name in self._addresses:
                host = self._plain_host(self._literals.alternatives(written))
                if host:
                    yield Exposure(func, _span(func, target), host)
            elif name in self._checks and self._literals.alternatives(written) == [False]:
                yield Exposure(func, _span(func, target), written=f"{name} = False")
            elif name in self._holders:
                yield from self._carrier(written, None)
        for variable in self._literals.variables(func):
            if variable.name in self._variables:
                host = self._plain_host(self._literals.alternatives(variable.value))
                if host:
                    yield Exposure(func, variable.span, host)

    # -- addresses ------------------------------------------------------------------------------

    def _plain_host(self, texts: Iterable[object]) -> str:
        """The host to which every one of these addresses goes in the clear, if it is not a near one."""
        hosts = []
        for text in texts:
            match = _PLAIN.match(text) if isinstance(text, str) else None
            if match is None or self._is_near(match[1].strip("[]").lower()):
                return ""
            hosts.append(match[1])
        return hosts[0] if hosts else ""

    def _is_near(self, host: str) -> bool:
        """Whether a host is this machine, in a network of one's own, or only an example."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            if not _NAME.fullmatch(host):  # one label, a hole, a placeholder such as ``<host>``
                return True
            return f".{host}".endswith(self._local + self._placeholders)
        if isinstance(address, ipaddress.IPv4Address) and address in _SHARED:
            return True
        return not address.is_global


def _span(func: Func, target: m.Attr) -> m.Span:
    """The statement that assigns to a target."""
    for stmt in func.statements:
        if isinstance(stmt, m.Assign) and target in stmt.targets:
            return stmt.span
    return func.facts.span
