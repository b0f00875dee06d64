"""Retries around retries: how often one failing LLM call is sent in the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.project.attempts import Attempts
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.deadlines import Deadlines
from llmlint.project.handlers import Handlers
from llmlint.project.kinds import Client
from llmlint.project.repeats import Repeats
from llmlint.project.retries import Retries
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite

MANY = 12
"""Requests for one call from which on the product is too many."""
_LEVELS = 5
"""So many callers away a retry still belongs to the call."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One retry: how many attempts it makes, and where."""

    attempts: int
    func: Func
    span: m.Span
    written: bool
    """The code says the number; otherwise it is a default."""


Stack = tuple[Layer, ...]
"""Outermost first."""


class Stacks:
    """Multiplies the attempts of clients, loops and decorators on the ways to an LLM call."""

    def __init__(
        self,
        graph: CallGraph,
        deadlines: Deadlines,
        retries: Retries,
        repeats: Repeats,
        attempts: Attempts,
        handlers: Handlers,
    ) -> None:
        self._graph = graph
        self._deadlines = deadlines
        self._retries = retries
        self._repeats = repeats
        self._attempts = attempts
        self._handlers = handlers

    def of(self, call: LlmCall) -> Stack:
        """The retries around one LLM call that give the largest product; empty when one is unknown."""
        inner = self._own(call)
        if inner is None:
            return ()
        outer = max(self._around(call.site, frozenset()), key=product, default=())
        return (*outer, *inner)

    # -- the client -------------------------------------------------------------------------------

    def _own(self, call: LlmCall) -> Stack | None:
        """What the call and its client do by themselves; None when that is not known."""
        site, client = call.site, call.client
        at_call = self._layer(call.entry.retries, call.entry.default_retries, site.func, site.call)
        if at_call is None:
            return None
        if client is None or (at_call and client.entry.kind != "wrapper"):
            return at_call
        below = [self._client(c) for c in (client.inner or (client,))]
        if any(one is None for one in below):
            return None
        return (*at_call, *max((one for one in below if one is not None), key=product, default=()))

    def _client(self, client: Client) -> Stack | None:
        for derive, change in reversed(client.changes):
            found = self._layer(derive.retries, None, change.func, change.call)
            if found is None or found:
                return found
        if client.site is None:
            return None
        entry = client.entry
        return self._layer(entry.retries, entry.default_retries, client.site.func, client.site.call)

    def _layer(self, where: str, default: int | None, func: Func, call: m.Call) -> Stack | None:
        """The retries that one parameter sets, or leaves at a default."""
        setting = self._deadlines.setting(call, func, (where,)) if where else None
        if setting is not None and setting.state == "given" and setting.value is not None:
            return (Layer(int(setting.value) + 1, func, call.span, True),)
        if setting is not None and setting.state in ("given", "unknown"):
            return None
        return () if default is None else (Layer(default + 1, func, call.span, False),)

    # -- what stands around -----------------------------------------------------------------------

    def _around(self, site: CallSite, seen: frozenset[Func]) -> Iterator[Stack]:
        """The retries around a call: in its function, on it, and around its callers."""
        func = site.func
        if func in seen or len(seen) > _LEVELS or not func.mod.production:
            return
        here, leaves = self._inside(site)
        if not leaves:
            yield here
            return
        here = (*self._on(func), *here)
        further = False
        for edge in self._graph.callers.get(func, ()):
            if not (edge.deferred or edge.callback):
                for outer in self._around(edge.site, seen | {func}):
                    further = True
                    yield (*outer, *here)
        if not further:
            yield here

    def _inside(self, site: CallSite) -> tuple[Stack, bool]:
        """The loops and retry objects around a call, and whether the last failure leaves the function."""
        layers: list[Layer] = []
        uses = {s.call: u for u in self._retries.uses(site.func) for s in u.sites}
        use = uses.get(site.call)
        if use is not None and self._attempts.after_failures(use):
            number, written = self._attempts.number(use)
            if number is not None:
                layers.append(Layer(number, use.func, use.span, written))
        own: list[m.Try] = []
        for loop in site.loops():
            retry = self._repeats.bounded(loop, site.func)
            tried = [f.node for f in site.frames if f.kind == "try"]
            if retry is None or not any(block in tried for block in retry.tries):
                continue
            layers.insert(0, Layer(retry.attempts, site.func, loop.span, True))
            own += retry.tries
            if not retry.hands_on:
                return tuple(layers), False
        absorbed = any(
            self._handlers.absorbs(frame, site.func) for frame in site.frames if frame.node not in own
        )
        return tuple(layers), not absorbed

    def _on(self, func: Func) -> Stack:
        """The retry decorators of a function, the outermost first."""
        layers: list[Layer] = []
        for use in self._retries.uses(func):
            if use.repeats is func and self._attempts.after_failures(use):
                number, written = self._attempts.number(use)
                if number is not None:
                    layers.append(Layer(number, use.func, use.span, written))
        return tuple(layers)


def product(stack: Stack) -> int:
    """How many requests all layers together make of one call."""
    return math.prod(layer.attempts for layer in stack)
