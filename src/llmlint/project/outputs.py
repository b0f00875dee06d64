"""Which LLM calls may answer at any length: nothing caps the output tokens at the call, option or client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.arguments import filled_later
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.deadlines import Deadlines
from llmlint.project.kinds import Client
from llmlint.project.scopes import Func

_ANSWERS = frozenset({"chat", "structured"})


@dataclass(frozen=True, slots=True, eq=False)
class Uncapped:
    """Where a cap is missing: the constructor where that takes one, else the call; and the LLM call."""

    func: Func
    place: m.Call
    call: LlmCall


class Outputs:
    """Looks at every LLM call whose SDK leaves the length of answers to the model."""

    def __init__(self, graph: CallGraph, catalogue: Catalogue, deadlines: Deadlines) -> None:
        self._graph = graph
        self._catalogue = catalogue
        self._deadlines = deadlines

    def uncapped(self) -> Iterator[Uncapped]:
        """Each place once."""
        seen: set[m.Call] = set()
        for call in self._graph.llm_calls:
            for found in self.missing(call) if call.generates else ():
                if found.place not in seen:
                    seen.add(found.place)
                    yield found

    def missing(self, call: LlmCall) -> Iterator[Uncapped]:
        """Where a cap on the answers of this call is missing; nothing when there is one, or may be."""
        site, entry = call.site, call.entry
        if call.client is None:
            table = self._catalogue.output_caps.get(entry.path)
            if table is not None and entry.cap and not self._says(site.call, site.func, entry.cap, table):
                yield Uncapped(site.func, site.call, call)
            return
        for sender in call.client.inner or (call.client,):
            table = self._table(sender)
            if table is None or self._capped(call, call.client, sender, table):
                continue
            if sender.entry.cap and sender.site is not None:
                yield Uncapped(sender.site.func, sender.site.call, call)
            elif not sender.entry.cap and entry.cap and entry.kind in _ANSWERS:
                yield Uncapped(site.func, site.call, call)

    def cap(self, call: LlmCall) -> tuple[Func, m.Call] | None:
        """Where a number or setting caps the answer of a call, or of its client, for sure."""
        for func, given, paths in self.told(call):
            if paths and self._deadlines.setting(given, func, paths).state == "given":
                return func, given
        return None

    @staticmethod
    def told(call: LlmCall) -> list[tuple[Func, m.Call, tuple[str, ...]]]:
        """The calls by which a cap may be set (at the LLM call, its client), and the parameters for it."""
        told = [(call.site.func, call.site.call, call.entry.cap)]
        for client in (call.client, *(call.client.inner if call.client else ())):
            if client is not None:
                told += [(c.func, c.call, (*derive.cap, *client.entry.cap)) for derive, c in client.changes]
                if client.site is not None:
                    told.append((client.site.func, client.site.call, client.entry.cap))
        return told

    def _table(self, client: Client) -> s.OutputCap | None:
        for name in self._catalogue.ids(client.entry):
            if name in self._catalogue.output_caps:
                return self._catalogue.output_caps[name]
        return None

    def _capped(self, call: LlmCall, outer: Client, sender: Client, table: s.OutputCap) -> bool:
        """Whether anything between the constructor and the call caps the answer, or may."""
        known = (*call.entry.cap, *sender.entry.cap)
        told = [(call.site.call, call.site.func, call.entry.cap)]
        for client in dict.fromkeys((outer, sender)):
            told += [(c.call, c.func, (*derive.cap, *known)) for derive, c in client.changes]
            if client.site is not None:
                told.append((client.site.call, client.site.func, client.entry.cap))
        return any(self._says(given, func, paths, table) for given, func, paths in told) or (
            sender.site is not None and _takes_an_object(sender.site.call)
        )

    def _says(self, call: m.Call, func: Func, paths: tuple[str, ...], table: s.OutputCap) -> bool:
        """Whether a call gives one of these parameters a value, or may."""
        if any(self._deadlines.setting(call, func, (p,)).state in ("given", "unknown") for p in paths):
            return True
        if any(self._deadlines.setting(call, func, (p,)).state != "absent" for p in table.carriers):
            return True
        outer = {path.partition(".")[0] for path in paths if "." in path}
        return any(filled_later(walk.argument(call, where), func) for where in outer)


def _takes_an_object(constructor: m.Call) -> bool:
    """``ChatOpenAI(settings)``: what is given without a name may hold anything."""
    return any(arg.keyword is None and not isinstance(arg.value, m.Text) for arg in constructor.args)
