"""Answers that may have been cut off at a cap, and are used as if they were whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.deadlines import Deadlines
from llmlint.project.kinds import Client
from llmlint.project.parsing import Parse
from llmlint.project.scopes import Mod
from llmlint.project.shapes import PARSE, SEND, STORE
from llmlint.project.taint import Flow, Flows

TAKEN_WHOLE = frozenset({PARSE, STORE, SEND, "code", "shell", "sql"})
"""Sink kinds at which half an answer is worse than none."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A capped LLM call whose answer is used as whole; ``flow`` is the shortest way there."""

    call: LlmCall
    flow: Flow


class Endings:
    """Whether anybody looks at why an answer ended."""

    def __init__(
        self,
        graph: CallGraph,
        catalogue: Catalogue,
        deadlines: Deadlines,
        flows: Flows,
        parses: tuple[Parse, ...],
    ) -> None:
        self._graph = graph
        self._deadlines = deadlines
        self._flows = flows
        self._finish = frozenset(name for form in catalogue.answer_forms for name in form.finish)
        self._read: dict[Mod, bool] = {}
        self._handled = {parse.call for parse in parses if parse.handled}

    def unchecked(self) -> Iterator[Cut]:
        """Capped calls whose answer is used as whole and whose end nobody looks at, each once."""
        found: dict[LlmCall, Flow] = {}
        for flow in self._flows.flows():
            call = self._graph.by_call.get(flow.origin.call) if flow.origin.call is not None else None
            if call is None or flow.origin.kind != "model" or not self._is_taken_whole(flow):
                continue
            known = found.get(call)
            if known is None or len(flow.hit.mark.steps) < len(known.hit.mark.steps):
                found[call] = flow
        for call, flow in found.items():
            modules = {call.site.func.mod, flow.hit.func.mod}
            if call.entry.kind != "structured" and self._is_capped(call):
                if not any(self._reads_end(mod) for mod in modules):
                    yield Cut(call, flow)

    def _is_taken_whole(self, flow: Flow) -> bool:
        hit = flow.hit
        if hit.use.kind not in TAKEN_WHOLE or not isinstance(hit.place, m.Call):
            return False
        if hit.mark.parsed and hit.use.kind != PARSE:
            return False  # half a structure would not have come through its parser
        return hit.place not in self._handled and hit.place not in self._graph.by_call

    def _is_capped(self, call: LlmCall) -> bool:
        """Whether a number of tokens is given: in the call, the options before it or the client."""
        places = [(call.site.call, call.site.func, call.entry.cap)]
        clients = [call.client] if call.client is not None else []
        while clients:
            client: Client = clients.pop()
            clients += client.inner
            if client.site is not None:
                places.append((client.site.call, client.site.func, client.entry.cap))
            places += [(site.call, site.func, derive.cap) for derive, site in client.changes]
        return any(self._deadlines.setting(*place).value is not None for place in places)

    def _reads_end(self, mod: Mod) -> bool:
        if mod not in self._read:
            self._read[mod] = any(self._names_end(node) for func in mod.functions for node in func.nodes)
        return self._read[mod]

    def _names_end(self, node: m.Expr) -> bool:
        match node:
            case m.Attr(name=name):
                return name in self._finish
            case m.Sub(index=m.Text(value=name)):
                return name in self._finish
            case m.Call(func=func, args=args):
                reads = isinstance(func, m.Attr | m.Name) and _called(func) in ("get", "getattr")
                return reads and any(
                    isinstance(a.value, m.Text) and a.value.value in self._finish for a in args
                )
            case _:
                return False


def _called(func: m.Attr | m.Name) -> str:
    return func.name if isinstance(func, m.Attr) else func.id
