"""Checks and sanitizers: what a call proves harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.catalogue.schema import Sanitizer
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project import guards
from llmlint.project.binding import bind
from llmlint.project.environments import by_name
from llmlint.project.kinds import External, ExternalMethod, FuncRef
from llmlint.project.scopes import Func
from llmlint.project.shapes import CLEAN, Shape, Taint, safe_for

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow

_ANCHORED = frozenset({"re.match", "re.compile.match"})
_MATCHES_ALL = re.compile(r"^\^?\(?\.[*+]\)?(\$|\\Z)?$")

Checked = list[tuple[m.Expr, frozenset[str]]]
"""Expressions that are harmless, and for which kinds of sink."""


class Checks:
    """The checking calls of one function."""

    def __init__(self, flow: FunctionFlow) -> None:
        self._flow = flow
        self._flows = flow.flows

    def sanitized(self, name: str, call: m.Call, arguments: Taint) -> Shape | None:
        """What a sanitizer gives back; None when ``name`` is none."""
        for sanitizer in self._flows.catalogue.sanitizers.get(name):
            if sanitizer.form != "returns":
                continue
            if "*" in sanitizer.kinds:
                return CLEAN
            kinds = frozenset(sanitizer.kinds)
            return Shape(safe_for(arguments, kinds))
        return None

    def part(self, expr: m.Expr) -> tuple[m.Expr, frozenset[str]] | None:
        """For ``urlsplit(url).hostname``: ``url``, and the kinds of sink that part decides."""
        if not (isinstance(expr, m.Attr) and isinstance(expr.value, m.Call)):
            return None
        for value in self._flows.evaluator.eval(expr.value.func, self._flow.func):
            for sanitizer in (
                self._flows.catalogue.sanitizers.get(value.name) if isinstance(value, External) else ()
            ):
                given = walk.argument(expr.value, sanitizer.arg)
                if sanitizer.form == "part" and expr.name in sanitizer.parts and given is not None:
                    return given, frozenset(sanitizer.kinds)
        return None

    def parsed(self, expr: m.Expr) -> tuple[m.Expr, frozenset[str]] | None:
        """For a value taken from a parse (``parse(query)[0].get_type()``): what was parsed."""
        for _ in range(8):
            match expr:
                case m.Attr(value=value) | m.Sub(value=value):
                    expr = value
                case m.Name(id=name):
                    bindings = self._flow.func.bindings.get(name, ())
                    if len(bindings) != 1 or bindings[0].expr is None:
                        return None
                    expr = bindings[0].expr
                case m.Call(func=func, args=args):
                    for table in self._parsers(func):
                        given = walk.argument(expr, table.arg)
                        if given is not None:
                            return given, frozenset(table.kinds)
                    if isinstance(func, m.Attr):
                        expr = func.value
                    elif walk.dotted(func) == "len" and args:
                        expr = args[0].value
                    else:
                        return None
                case _:
                    return None
        return None

    def _parsers(self, func: m.Expr) -> Iterator[Sanitizer]:
        for callee in self._flows.evaluator.eval(func, self._flow.func):
            if isinstance(callee, External):
                yield from (t for t in self._flows.catalogue.sanitizers.get(callee.name) if t.form == "parse")

    def raising(self, call: m.Call, name: str) -> Checked:
        """For a call that raises unless its argument is harmless: what is harmless after it."""
        if isinstance(call.func, m.Attr) and call.func.name == "relative_to":
            return [(call.func.value, frozenset({guards.INSIDE}))]
        return [
            (given, frozenset(sanitizer.kinds))
            for sanitizer in self._flows.catalogue.sanitizers.get(name)
            if sanitizer.form == "raises"
            for given in [self._given(sanitizer.arg, call)]
            if given is not None
        ]

    @staticmethod
    def _given(where: str, call: m.Call) -> m.Expr | None:
        given = walk.argument(call, where)
        if given is None and isinstance(call.func, m.Attr):
            return call.func.value
        return given

    def check(self, call: m.Call) -> Checked:
        """For a call whose truth proves something: what it proves harmless, and for which kinds."""
        found: Checked = []
        if isinstance(call.func, m.Attr) and call.func.name == "is_relative_to":
            return [(call.func.value, frozenset({guards.INSIDE}))]  # nothing but a path has such a method
        for value in self._flows.evaluator.eval(call.func, self._flow.func):
            match value:
                case External(name=name):
                    found += self._checked(name, call, call.args[0].value if call.args else None)
                case ExternalMethod(owner=owner, path=path):
                    pattern = owner.call.args[0].value if owner.call and owner.call.args else None
                    found += self._checked(f"{owner.name}.{path}", call, pattern)
                case FuncRef(func=target, bound=bound):
                    found += self._predicate(target, bound is not None, call)
                case _:
                    pass
        return found

    def _checked(self, name: str, call: m.Call, pattern: m.Expr | None) -> Checked:
        for sanitizer in self._flows.catalogue.sanitizers.get(name):
            if sanitizer.form == "check":
                given = self._given(sanitizer.arg, call)
                return [(given, frozenset(sanitizer.kinds))] if given is not None else []
        if name in _ANCHORED and isinstance(pattern, m.Text) and pattern.value.endswith(("$", "\\Z")):
            # ``re.match`` of a pattern anchored at its end matches the whole text.
            where = "1" if name == "re.match" else "0"
            given = walk.argument(call, f"{where}|string")
            if given is not None and not _MATCHES_ALL.search(pattern.value):
                return [(given, guards.ALL)]
        if name == "re.compile.fullmatch" and isinstance(pattern, m.Text) and call.args:
            return [] if _MATCHES_ALL.search(pattern.value) else [(call.args[0].value, guards.ALL)]
        return []

    def _predicate(self, target: Func, bound: bool, call: m.Call) -> Checked:
        """A project function whose truth proves something of what it is given."""
        summary = self._flows.summary(target)
        if summary is None or not summary.proven_if_true:
            return []
        given = bind(call, target, bound).given
        return [
            (given[name], kinds) for name, kinds in by_name(summary.proven_if_true).items() if name in given
        ]
