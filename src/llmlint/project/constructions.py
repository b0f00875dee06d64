"""The LLM clients that a project constructs, each with the calls made through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.kinds import Client, ClientMethod
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True, eq=False)
class Construction:
    """A client, where it is constructed, and the calls made through it."""

    client: Client
    site: CallSite
    calls: tuple[LlmCall, ...]
    only_asides: bool
    """No call to a model is seen, but others are (listing models, counting tokens), or another client is
    only made after it."""


class Constructions:
    """Finds where clients are constructed and what becomes of them."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue

    def all(self) -> list[Construction]:
        """Every client constructed in the project, with the calls made through it."""
        calls: dict[m.Call, list[LlmCall]] = {}
        for call in self._graph.llm_calls:
            for client in (call.client, *call.client.inner) if call.client else ():
                if client.site is not None:
                    calls.setdefault(client.site.call, []).append(call)
        made = list(self._made())
        asides = self._other_calls() | self._copied(made)
        found = []
        for client, site in made:
            through = tuple(calls.get(site.call, ()))
            found.append(Construction(client, site, through, not through and site.call in asides))
        return found

    def _made(self) -> Iterator[tuple[Client, CallSite]]:
        for func in self._graph.functions:
            for site in self._graph.sites[func]:
                for value in self._evaluator.eval(site.call, func):
                    if isinstance(value, Client) and not value.changes and _is_made_at(value, site.call):
                        yield value, site
                        break

    def _other_calls(self) -> set[m.Call]:
        """Constructions of clients that are asked for something other than a model's answer."""
        return {
            value.client.site.call
            for func in self._graph.functions
            for site in self._graph.sites[func]
            for value in self._evaluator.eval(site.call.func, func)
            if isinstance(value, ClientMethod)
            and value.client.site is not None
            and not self._catalogue.leads_somewhere(value.client.entry, value.path)
        }

    def _copied(self, made: Iterable[tuple[Client, CallSite]]) -> set[m.Call]:
        """Constructions of clients from which a framework only copies settings into one of its own."""
        return {
            value.site.call
            for client, site in made
            for where in client.entry.copies
            if (given := walk.argument(site.call, where)) is not None
            for value in self._evaluator.eval(given, site.func)
            if isinstance(value, Client)
            and value.site is not None
            # A framework calls a client of its own.
            and self._catalogue.sdk_of(value.entry) is not self._catalogue.sdk_of(client.entry)
        }


def _is_made_at(client: Client, call: m.Call) -> bool:
    return client.site is not None and client.site.call is call
