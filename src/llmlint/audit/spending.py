"""What a program knows of what its calls cost: usage that is read, and kept. Detector of LLM409 too."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from llmlint.audit.budgets import Budgets
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.recordings import Recordings
from llmlint.audit.rows import Rows
from llmlint.audit.saying import Saying, last_name
from llmlint.audit.subject import Subject
from llmlint.audit.sums import sums
from llmlint.audit.tracing import Tracing
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data, Obj
from llmlint.project.scopes import Func
from llmlint.project.telemetry import TelemetryUse

_MONEY = frozenset({"tokens", "cost"})
_READS = re.compile(r"(?:^|_)get(?:attr)?(?:_|$)")
"""``getattr``, ``get`` and helpers that are called so."""
_Read = tuple[m.Span, str, m.Expr | None]
"""Where something is read, its name, and the object whose attribute it is."""


class Spending:
    """Made once per subject."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._path = subject.once(LlmPath)
        self._recordings = subject.once(Recordings)
        self._saying = subject.once(Saying)

    @functools.cached_property
    def read(self) -> tuple[Evidence, ...]:
        """Where the usage of a response is read, once per file."""
        return self._found(provider=True) or self._found(provider=False)

    def _found(self, *, provider: bool) -> tuple[Evidence, ...]:
        """``provider``: only of what is no object of the program's own."""
        usage = self._project.catalogue.usage - {"response_metadata", "llm_output", "tokens"}
        keys = usage - self._counters
        found = []
        for func in self._path.functions:
            for span, name, owner in self._reads(func, usage, keys):
                if not (provider and owner is not None and self._is_own(owner, func)):
                    found.append(self._subject.at(func, span, f"`{name}` is read"))
                    break
        return _first_of_each_file(found)

    def _is_own(self, expr: m.Expr, func: Func) -> bool:
        values = self._project.evaluator.eval(expr, func)
        return bool(values) and all(isinstance(value, Obj) for value in values)

    def _reads(self, func: Func, usage: set[str], keys: set[str]) -> Iterator[_Read]:
        """``usage`` are the names of attributes, ``keys`` those of items."""
        before = {id(one) for _, _, one in sums(func)}
        for stmt in func.statements:
            targets = before | ({id(t) for t in stmt.targets} if isinstance(stmt, m.Assign) else set())
            span = getattr(stmt, "span", func.facts.span)
            for own in walk.own_expressions(stmt):
                for node in walk.expressions(own):
                    if id(node) in targets:
                        continue
                    match node:
                        case m.Attr(name=name, value=owner) if name in usage:
                            yield span, name, owner
                        case m.Sub(index=m.Text(value=name)) if name in keys:
                            yield span, name, None
                        case m.Call(args=args, span=where) if _READS.search(last_name(node)):
                            names = usage if last_name(node) == "getattr" else keys
                            for arg in args:
                                if isinstance(arg.value, m.Text) and arg.value.value in names:
                                    yield where, arg.value.value, None
                        case _:
                            pass

    @functools.cached_property
    def _counters(self) -> frozenset[str]:
        """Keys of records of the program's own: it lets them begin at a number, as no provider's are."""
        return frozenset(
            key.value
            for func in self._project.functions
            if self._subject.within(func.path)
            for node in func.nodes
            if isinstance(node, m.DictDisplay)
            for key, value in node.items
            if isinstance(key, m.Text) and isinstance(value, m.Const) and type(value.value) in (int, float)
        )

    @functools.cached_property
    def kept(self) -> tuple[Evidence, ...]:
        """Where tokens or money of calls are added up, stored or counted as a metric."""
        found = (
            one.evidence
            for own in self._recordings.measured.values()
            for one in own
            if one.how in ("telemetry", "stored") and one.says & _MONEY
        )
        return (*_first_of_each_file(found), *self.added)

    @functools.cached_property
    def added(self) -> tuple[Evidence, ...]:
        """Where they are added up, once per file."""
        return _first_of_each_file(
            self._subject.at(func, span, "is added up")
            for func in (*self._path.functions, *self._subject.once(Rows).readers)
            for span, target, _ in sums(func)
            if self._speaks(target, func) and not self._is_only_returned(target, func)
        )

    def _is_only_returned(self, target: m.Expr, func: Func) -> bool:
        """Whether a local sum is given back and not kept, and not of what a provider counted."""
        usage = self._project.catalogue.usage
        if not isinstance(target, m.Name) or target.id not in func.facts.bound:
            return False
        if func.facts.kind != "function" or next(self._reads(func, usage, usage), None):
            return False
        for stmt in func.statements:
            keeps = isinstance(stmt, m.ExprStmt) or (
                isinstance(stmt, m.Assign) and any(isinstance(one, m.Attr | m.Sub) for one in stmt.targets)
            )
            if keeps and any(target.id in walk.names_in(expr) for expr in walk.own_expressions(stmt)):
                return False
        return True

    @functools.cached_property
    def logged(self) -> tuple[Evidence, ...]:
        """Where they are only logged or printed."""
        return _first_of_each_file(
            one.evidence
            for one in self._recordings.all
            if one.how in ("logged", "printed") and one.says & _MONEY
        )

    def _speaks(self, expr: m.Expr, func: Func) -> bool:
        names = self._saying.names(expr, func, aside=False)
        return any(self._saying.of_name(name) & _MONEY for name in names)

    @functools.cached_property
    def seen(self) -> tuple[Evidence, ...]:
        """Instrumentation that keeps the usage of every call."""
        return tuple(
            trace.evidence
            for trace in self._subject.once(Tracing).traces
            if trace.all_calls and (trace.use is None or not self._is_chosen(trace.use))
        )

    def _is_chosen(self, use: TelemetryUse) -> bool:
        """``litellm.success_callback = settings.callbacks``: whether anything keeps usage, settings say."""
        given = (
            stmt.value
            for stmt in use.func.statements
            if isinstance(stmt, m.Assign) and stmt.span is use.span and stmt.value is not None
        )
        return any(
            not isinstance(value, Data | Obj)
            for one in given
            for value in self._project.evaluator.eval(one, use.func)
        )

    @property
    def unknown(self) -> bool:
        """Whether no code knows what a call has used, and nobody else limits it."""
        budgets = self._subject.once(Budgets)
        return not (self.read or self.kept or self.logged or self.seen or budgets.limits or budgets.checks)


def _first_of_each_file(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    first: dict[str, Evidence] = {}
    for place in found:
        first.setdefault(place.path, place)
    return tuple(first.values())
