"""Whether code looks at the form of a text before it reads it: ``if text.isdigit(): int(text)``."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.scopes import Func

FINDERS = frozenset({"match", "search", "fullmatch", "findall", "finditer"})
"""Functions and methods of ``re`` that give what a pattern found."""
_FORMS = FINDERS | {"startswith", "endswith", "isdigit", "isdecimal", "isnumeric"}
"""Methods that say what a text looks like."""


def looked_at(call: m.Call, func: Func, graph: CallGraph) -> bool:
    """Whether the form of a number is tested before it is read: around it, or with a way out above."""
    names = {name for arg in call.args for name in walk.names_in(arg.value)}
    matches = set(_matches(names, func))
    site = next((one for one in graph.sites[func] if one.call is call), None)
    if site is None or not names:
        return False
    if any(b.kind == "element" for name in names & matches for b in func.bindings[name]):
        return True  # a loop over what was found: nothing found, nothing read
    around = [f.node.test for f in site.frames if f.kind == "if" and isinstance(f.node, m.If)]
    around += [
        node.test
        for node in func.nodes
        if isinstance(node, m.IfExp) and any(call is below for below in walk.expressions(node.body))
    ]
    around += [
        stmt.test
        for stmt in func.statements
        if isinstance(stmt, m.If) and stmt.span.line < call.span.line and walk.leaves(stmt.body)
    ]
    return any(_tests_form(test, names, matches) for test in around)


def _matches(names: set[str], func: Func) -> Iterator[str]:
    """Names of what a pattern found, and of what is taken from that."""
    for name in names:
        for binding in func.bindings.get(name, ()):
            below = list(walk.expressions(binding.expr)) if binding.expr is not None else []
            if any(isinstance(n, m.Call) and _called(n) in FINDERS for n in below):
                yield name
            for other in (node.id for node in below if isinstance(node, m.Name)):
                for one in func.bindings.get(other, ()):
                    if isinstance(one.expr, m.Call) and _called(one.expr) in FINDERS:
                        yield other


def _called(call: m.Call) -> str:
    return call.func.name if isinstance(call.func, m.Attr) else getattr(call.func, "id", "")


def _tests_form(test: m.Expr, names: set[str], matches: set[str]) -> bool:
    """``if match:``, ``if not text.isdigit():``, ``if answer in ("1", "2"):``."""
    match test:
        case m.Name(id=name) | m.Walrus(target=m.Name(id=name)):
            return name in matches
        case m.Unary(value=value):
            return _tests_form(value, names, matches)
        case m.BoolOp(left=left, right=right):
            return _tests_form(left, names, matches) or _tests_form(right, names, matches)
        case m.Compare(left=left, ops=ops):
            found = not matches.isdisjoint(walk.names_in(left))
            one_of = isinstance(left, m.Name) and left.id in names and not {"in", "not in"}.isdisjoint(ops)
            return found or one_of
        case m.Call():
            tests = _called(test) in _FORMS and not names.isdisjoint(walk.names_in(test))
            return tests or (_called(test) == "len" and not matches.isdisjoint(walk.names_in(test)))
        case _:
            return False
