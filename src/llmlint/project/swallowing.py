"""Handlers behind which a provider's failure is lost, and handlers that pass its text off as an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.guarded import Guarded, Target, finally_returns
from llmlint.project.handlers import Handlers
from llmlint.project.kinds import Data
from llmlint.project.outcomes import Outcome, Outcomes
from llmlint.project.scopes import Func
from llmlint.project.shapes import ASIDE, ENVELOPE
from llmlint.project.sites import StatementSite
from llmlint.project.taint import Flows
from llmlint.project.tools import Tools


@dataclass(frozen=True, slots=True, eq=False)
class Swallow:
    """A place where a failure is lost: an ``except`` (``handler``) or a ``with suppress(...)``."""

    func: Func
    span: m.Span
    handler: m.Handler | None
    outcome: Outcome
    target: Target
    """What fails inside."""


@dataclass(frozen=True, slots=True, eq=False)
class ErrorText:
    """A handler that returns a text where the function otherwise returns what a model wrote."""

    func: Func
    handler: m.Handler
    target: Target


class Swallowing:
    """Judges every ``try`` and ``suppress`` around LLM calls once, for all rules that speak of them."""

    def __init__(
        self, places: Iterable[StatementSite], guarded: Guarded, handlers: Handlers, outcomes: Outcomes
    ) -> None:
        self._guarded = guarded
        self._handlers = handlers
        self._outcomes = outcomes
        self._places = tuple(places)

    def swallows(self) -> Iterator[Swallow]:
        """Where failures are lost."""
        for place in self._places:
            if isinstance(place.stmt, m.Try):
                yield from self._try(place, place.stmt)
            elif isinstance(place.stmt, m.With):
                yield from self._suppress(place, place.stmt)

    def _try(self, place: StatementSite, stmt: m.Try) -> Iterator[Swallow]:
        guarded = self._guarded
        handler = guarded.deciding_handler(stmt, place.func)
        target = guarded.failing_call(stmt) if handler is not None else None
        if handler is None or target is None or guarded.goes_round(place):
            return
        outcome = self._outcomes.of(handler.body, handler.name, place.func)
        if not outcome.vanishes and finally_returns(stmt):
            outcome = Outcome(True, "loses to a `return` in `finally`")
        elif not outcome.vanishes or guarded.goes_on_well(place, handler):
            return
        yield Swallow(place.func, handler.span, handler, outcome, target)

    def _suppress(self, place: StatementSite, stmt: m.With) -> Iterator[Swallow]:
        if not any(self._handlers.suppresses(item.value, place.func) for item in stmt.items):
            return
        target = self._guarded.failing_call(stmt)
        if target is not None and not self._guarded.goes_on_well(place, None):
            yield Swallow(place.func, stmt.span, None, Outcome(True, "goes on"), target)

    def error_texts(self, swallows: Iterable[Swallow], flows: Flows, tools: Tools) -> Iterator[ErrorText]:
        """Handlers that return the error as a text, in place of an answer."""
        lost = {one.handler for one in swallows}
        for place in self._places:
            stmt, func = place.stmt, place.func
            if not isinstance(stmt, m.Try) or tools.uses(func) or not gives_answers(flows, func):
                continue
            handler = self._guarded.deciding_handler(stmt, func)
            if handler is None or handler in lost or self._handlers.raises(handler.body):
                continue
            target = self._guarded.failing_call(stmt)
            if target is not None and self._returns_text(handler, func, flows):
                yield ErrorText(func, handler, target)

    def _returns_text(self, handler: m.Handler, func: Func, flows: Flows) -> bool:
        """Whether every way out of a handler returns a text, and one of them quotes the error."""
        statements = tuple(walk.statements(handler.body))
        if any(isinstance(s, m.Assign) and any(_sets_status(t) for t in s.targets) for s in statements):
            return False  # the status of an HTTP answer says that it is an error
        results = [s.value for s in statements if isinstance(s, m.Return)]
        texts = [value for value in results if value is not None and _is_text(value, func, flows)]
        quotes = any(self._outcomes.quotes_error(value, handler, func) for value in texts)
        return quotes and len(texts) == len(results)


def gives_answers(flows: Flows, func: Func) -> bool:
    """Whether what a function returns is the text of a model's answer itself, not an object around it."""
    return any(
        origin.kind == "model" and not mark.parsed and not {ENVELOPE, ASIDE} & mark.safe
        for origin, mark in flows.returned(func).taint.items()
    )


def _sets_status(target: m.Expr) -> bool:
    return isinstance(target, m.Attr) and "status" in target.name


def _is_text(expr: m.Expr, func: Func, flows: Flows) -> bool:
    match expr:
        case m.Text(value=value):
            return bool(value)
        case m.Template():
            return True
        case m.BinOp(op="+" | "%", left=left, right=right):
            return _is_text(left, func, flows) or _is_text(right, func, flows)
        case m.Call(func=m.Name(id="str" | "repr")):
            return True
        case m.Call(func=m.Attr(value=base, name="format")):
            return _is_text(base, func, flows)
        case m.Name():
            return any(
                isinstance(value, Data)
                and not isinstance(value.expr, m.Name)
                and _is_text(value.expr, func, flows)
                for value in flows.evaluator.eval(expr, func)
            )
        case _:
            return False
