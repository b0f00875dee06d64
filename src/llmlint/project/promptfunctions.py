"""Functions that a decorator turns into requests to a model (``@prompt("…")``): calling one sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Client, External, Site, Value
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


def as_client(func: Func, evaluator: Evaluator) -> Client | None:
    """What a decorated function is to its callers, if the catalogue knows a decorator of it so."""
    for decorator in func.facts.decorators:
        if _is_imported(decorator, func, evaluator.catalogue.decorator_roots):
            for made in evaluator.eval(decorator, func.parent or func):
                found = _made_by(made, func.facts.is_async, evaluator)
                if found is not None:
                    return found
    return None


def _is_imported(decorator: m.Expr, func: Func, roots: frozenset[str]) -> bool:
    """Whether its first name is imported from one of these packages: most decorators need no more look."""
    called = decorator.func if isinstance(decorator, m.Call) else decorator
    first = (walk.dotted(called) or "").partition(".")[0]
    return any(
        binding.kind in ("import", "from") and binding.module.partition(".")[0] in roots
        for binding in func.mod.body.bindings.get(first, ())
    )


def _made_by(made: Value, is_async: bool, evaluator: Evaluator) -> Client | None:
    site: Site | None = None
    match made:
        case Client(entry=entry, site=site) if entry.kind == "decorator":
            name = entry.path
        case External(name=name):  # without parentheses: ``@marvin.fn``
            pass
        case _:
            return None
    for entry in evaluator.catalogue.clients.get(name):
        if entry.kind == "decorator" and entry.is_async == is_async:
            return Client(entry, site)
    return None
