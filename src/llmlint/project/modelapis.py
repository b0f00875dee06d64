"""Whose model ids a call or a client takes: the vendor's own service, or a server that may serve anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.deadlines import Deadlines
from llmlint.project.kinds import Client, Data, Site, external_name, is_none_value
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True)
class Served:
    """A model as its vendor calls it."""

    model: str
    vendors: tuple[str, ...]
    """It is served by one of these; which one is not known when there are several."""


class ModelApis:
    """Reads constructors and calls for where they send."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue, deadlines: Deadlines) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines

    def api(self, call: m.Call, func: Func) -> s.ModelApi | None:
        """The table of what is called, if it is a function or class that has one."""
        names = {name for v in self._evaluator.eval(call.func, func) if (name := external_name(v))}
        found = {id(api): api for name in names for api in self._catalogue.model_apis.get(name)[:1]}
        return next(iter(found.values())) if len(found) == 1 else None

    def of_call(self, call: m.Call, func: Func, client: Client | None) -> s.ModelApi | None:
        """The table that applies to a call: its own, or that of the client it is made on."""
        own = self.api(call, func)
        if own is not None or client is None:
            return own
        apis = {id(api): api for made in _constructors(client) if (api := self.api(made.call, made.func))}
        return next(iter(apis.values())) if len(apis) == 1 else None

    def served(self, text: str, call: m.Call, func: Func, client: Client | None) -> Served | None:
        """What is asked of which vendor by this id; None when the requests may go anywhere."""
        api = self.of_call(call, func, client)
        if api is None or api.deployment:
            return None
        # What a call on a client is given besides does not change where the client sends it.
        places = list(_sites(client)) if client is not None else [Site(func, call)]
        if any(self._is_elsewhere(place, api) for place in places):
            return None
        if set(api.globals) & self._deadlines.globals:
            return None
        for prefix in sorted(api.prefixes, key=len, reverse=True):
            if text.startswith(prefix):
                return Served(text.removeprefix(prefix), (api.prefixes[prefix],))
        for beginning in sorted(api.bare, key=len, reverse=True):
            if text.startswith(beginning):
                return Served(text, (api.bare[beginning],))
        vendors = self._vendors(api, places)
        return Served(text, vendors) if vendors else None

    def _vendors(self, api: s.ModelApi, places: list[Site]) -> tuple[str, ...]:
        for place in places:
            if any(self._evaluator.matches({name: (True,)}, place.call, place.func) for name in api.vertex):
                return ("vertex",)
        return api.vendors

    def _is_elsewhere(self, place: Site, api: s.ModelApi) -> bool:
        keywords, complete = self._evaluator.keyword_items(place.call, place.func)
        if not complete and api.elsewhere:
            return True
        for name in api.elsewhere:
            if "." in name:
                given = self._deadlines.setting(place.call, place.func, (name,))
                if given.state in ("given", "unknown"):
                    return True
            elif name in keywords and not self._is_home(*keywords[name], api):
                return True
        return False

    def _is_home(self, given: m.Expr, func: Func, api: s.ModelApi) -> bool:
        """Whether nothing is given after all, or the vendor's own address."""
        values = self._evaluator.eval(given, func)
        return bool(values) and all(
            is_none_value(v)
            or (isinstance(v, Data) and isinstance(v.expr, m.Text) and v.expr.value.startswith(api.home))
            for v in values
        )


def _constructors(client: Client) -> Iterator[Site]:
    """Where a client is made, and the clients it acts through."""
    if client.inner:
        for inner in client.inner:
            yield from _constructors(inner)
    elif client.site is not None:
        yield client.site


def _sites(client: Client) -> Iterator[Site]:
    """The calls that make and change a client, and those it acts through."""
    yield from _constructors(client)
    for one in (client, *client.inner):
        yield from (site for _, site in one.changes)
