"""Model ids that reach a call or client as its model, and what is to be said of each."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.options import Options
from llmlint.project.binding import bind
from llmlint.project.calls import CallGraph, Edge
from llmlint.project.kinds import Client, Data, ExternalObject, ParamValue, Unknown, Value
from llmlint.project.modelapis import ModelApis, Served
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator

SOON = datetime.timedelta(days=60)
"""So long before a model ends it is spoken of."""
CHOICES = 4
"""More ids in one place are a list to choose from, not what is called."""


@dataclass(frozen=True, slots=True, eq=False)
class Taker:
    """A call that takes a model: an LLM call, the construction of a client, a method that configures one."""

    site: CallSite
    given: m.Expr
    """What is given as the model, …"""
    scope: Func
    """… and the scope in which it is written."""
    client: Client | None
    generates: bool


@dataclass(frozen=True, slots=True, eq=False)
class ModelName:
    """A literal id, where it is written, and the calls that take it."""

    literal: m.Text
    func: Func
    takers: tuple[Taker, ...]
    served: tuple[Served | None, ...]
    """What each taker asks of whom."""
    in_call: bool
    """It is written in the call itself, not in a default, constant or setting."""

    @property
    def text(self) -> str:
        """The id as written."""
        return self.literal.value


@dataclass(frozen=True, slots=True)
class Ending:
    """When a model ends, and who says so."""

    day: datetime.date
    over: bool
    vendor: s.Vendor
    replacement: str


class ModelNames:
    """Finds every literal that is a model, and judges it once: retired before moving before hard-coded."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        apis: ModelApis,
        options: Options,
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._apis = apis
        self._options = options

    # -- where models are given -------------------------------------------------------------------

    @functools.cached_property
    def takers(self) -> tuple[Taker, ...]:
        """Every call of production code that is given a model."""
        return tuple(
            taker
            for func in self._graph.functions
            if func.mod.production
            for site in self._graph.sites[func]
            for taker in self._takers(site)
        )

    def _takers(self, site: CallSite) -> Iterator[Taker]:
        sent = self._graph.by_call.get(site.call)
        if sent is not None and sent.entry.model:
            yield from self._taking(site, (sent.entry.model,), sent.client, sent.generates)
            return
        for value in self._evaluator.eval(site.call, site.func):
            if isinstance(value, Client) and (names := self._parameters(value, site.call, site.func)):
                yield from self._taking(site, names, value, True)
                return

    def _parameters(self, client: Client, call: m.Call, func: Func) -> tuple[str, ...]:
        """The parameters of a call that makes or configures this client which carry the model."""
        if client.changes and client.changes[-1][1].call is call:
            derive = client.changes[-1][0]
            return (derive.model,) if derive.model else ()
        if client.site is None or client.site.call is not call or client.changes:
            return ()
        if not client.entry.model:
            return ()
        api = self._apis.api(call, func)
        return (client.entry.model, *(api.params if api is not None else ()))

    def _taking(
        self, site: CallSite, names: tuple[str, ...], client: Client | None, generates: bool
    ) -> Iterator[Taker]:
        keywords, _ = self._evaluator.keyword_items(site.call, site.func)
        for name in names:
            given = walk.argument(site.call, name)
            scope = site.func
            if given is None:
                found = next((keywords[part] for part in name.split("|") if part in keywords), None)
                if found is None:
                    continue
                given, scope = found
            yield Taker(site, given, scope, client, generates)
            return

    def literals(self, taker: Taker) -> list[Data]:
        """The literals that a model can be, as far as they are seen."""
        found: list[Data] = []
        for value in self._evaluator.eval(taker.given, taker.scope):
            found += self._literal(value)
        return found if len(found) <= CHOICES else []

    def _literal(self, value: Value) -> Iterator[Data]:
        match value:
            case Data(expr=m.Text()):
                yield value
            case ExternalObject(name=name, call=call, func=func) if call is not None and func is not None:
                for table in self._catalogue.model_defaults.get(name):
                    default = walk.argument(call, table.arg)
                    if isinstance(default, m.Text):
                        yield Data(default, func)
                    elif default is not None:
                        yield from (
                            v
                            for v in self._evaluator.eval(default, func)
                            if isinstance(v, Data) and isinstance(v.expr, m.Text)
                        )

    def all_literal(self, taker: Taker) -> list[str]:
        """The ids a model can be, if it can be nothing else."""
        values = self._evaluator.eval(taker.given, taker.scope)
        if any(isinstance(v, Unknown | ParamValue) for v in values):
            return []
        texts = [v.expr.value for v in values if isinstance(v, Data) and isinstance(v.expr, m.Text)]
        return texts if len(texts) == len(values) else []

    @functools.cached_property
    def names(self) -> tuple[ModelName, ...]:
        """Every literal model in production code, once, in reading order."""
        places: dict[tuple[str, int, int], list[tuple[Data, Taker]]] = {}
        for taker in self.takers:
            for data in self.literals(taker):
                if data.func.mod.production and isinstance(data.expr, m.Text) and data.expr not in self._idle:
                    span = data.expr.span
                    places.setdefault((data.func.path, span.line, span.column), []).append((data, taker))
        return tuple(self._name(places[place]) for place in sorted(places))

    @functools.cached_property
    def _idle(self) -> frozenset[m.Expr]:
        """Defaults of parameters that every call in the project gives: nothing falls back on them."""
        return frozenset(
            param.default
            for func, edges in self._graph.callers.items()
            for param in func.facts.params
            if isinstance(param.default, m.Text) and edges and all(_gives(edge, param.name) for edge in edges)
        )

    def _name(self, uses: list[tuple[Data, Taker]]) -> ModelName:
        data = uses[0][0]
        assert isinstance(data.expr, m.Text)
        takers = tuple(taker for _, taker in uses)
        served = tuple(self._apis.served(data.expr.value, t.site.call, t.site.func, t.client) for t in takers)
        in_call = any(taker.given is data.expr and taker.scope is taker.site.func for taker in takers)
        return ModelName(data.expr, data.func, takers, served, in_call)

    # -- what is to be said -----------------------------------------------------------------------

    def retired(self, name: ModelName) -> Ending | None:
        """When the model ends, if that is past or near for everybody who may serve it."""
        today = self._options.today
        if today is None or not name.served:
            return None
        endings = [self._ending(served, today) for served in name.served]
        known = [ending for ending in endings if ending is not None]
        return max(known, key=lambda ending: ending.day) if len(known) == len(endings) else None

    def _ending(self, served: Served | None, today: datetime.date) -> Ending | None:
        if served is None:
            return None
        days = [self._catalogue.retired.get((vendor, served.model)) for vendor in served.vendors]
        known = [day for day in days if day is not None]
        if len(known) < len(days) or max(known) > today + SOON:
            return None
        vendor = served.vendors[days.index(max(known))]
        by = self._catalogue.replacements.get((vendor, served.model), "")
        return Ending(max(known), max(known) <= today, self._catalogue.vendors[vendor], by)

    def moving(self, name: ModelName) -> bool:
        """Whether the id says itself that the model behind it changes."""
        return (
            name.text.endswith(self._catalogue.moving_endings)
            and not self._is_over(name.text)
            and not self.deployed(name)
        )

    def deployed(self, name: ModelName) -> bool:
        """Whether it is the name of somebody's deployment, which says nothing of the model."""
        return any(map(self._deploys, name.takers))

    def _is_over(self, text: str) -> bool:
        """Whether somebody retired an alias: whoever serves it still, nobody moves it any more."""
        today = self._options.today
        days = (self._catalogue.retired.get((vendor, text)) for vendor in self._catalogue.vendors)
        return today is not None and any(day is not None and day <= today for day in days)

    def _deploys(self, taker: Taker) -> bool:
        api = self._apis.of_call(taker.site.call, taker.site.func, taker.client)
        return api is not None and api.deployment

    def snapshot(self, name: ModelName) -> str:
        """The newest dated id behind an alias that is not about to end; empty when there is none."""
        today = self._options.today or datetime.date.min
        for vendor, model in _asked(name):
            for dated in reversed(self._catalogue.snapshots.get((vendor, model), ())):
                ends = self._catalogue.retired.get((vendor, dated))
                if ends is None or ends > today + SOON:
                    return dated
        return ""


def _gives(edge: Edge, param: str) -> bool:
    bound = bind(edge.call, edge.target, edge.skip_receiver)
    return param in bound.given or bound.star is not None or bool(bound.double_star)


def _asked(name: ModelName) -> Iterator[tuple[str, str]]:
    """Every vendor that may be asked, and for what."""
    for served in name.served:
        if served is not None:
            yield from ((vendor, served.model) for vendor in served.vendors)
