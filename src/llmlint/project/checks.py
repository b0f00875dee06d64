"""Checks and sanitizers: what a call proves harmless."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project import guards
from llmlint.project.binding import bind
from llmlint.project.kinds import External, ExternalMethod, FuncRef
from llmlint.project.scopes import Func
from llmlint.project.shapes import CLEAN, Mark, Shape, Taint

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
        self._depth = 0

    def sanitized(self, name: str, call: m.Call, arguments: Taint) -> Shape | None:
        """What a sanitizer gives back; None when ``name`` is none."""
        for sanitizer in self._flows.catalogue.sanitizers.get(name):
            if sanitizer.form != "returns":
                continue
            if "*" in sanitizer.kinds:
                return CLEAN
            kinds = frozenset(sanitizer.kinds)
            return Shape({o: Mark(k.steps, k.safe | kinds, k.parsed) for o, k in arguments.items()})
        return None

    def check(self, call: m.Call) -> Checked:
        """For a call whose truth proves something: what it proves harmless, and for which kinds."""
        found: Checked = []
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
                given = walk.argument(call, sanitizer.arg)
                if given is None and isinstance(call.func, m.Attr):
                    given = call.func.value
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
        """A project function of one ``return <test>``: its truth proves what the test proves."""
        if len(target.returns) != 1 or len(target.facts.body) > 2 or self._depth > 2:
            return []
        test = target.returns[0].value
        if test is None:
            return []
        self._depth += 1
        try:
            proven, _ = guards.proofs(test, lambda e: not walk.names_in(e) & set(target.params), self.check)
        finally:
            self._depth -= 1
        given = bind(call, target, bound).given
        return [(given[name], kinds) for name, kinds in proven.items() if name in given]
