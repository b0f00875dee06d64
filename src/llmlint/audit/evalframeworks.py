"""Frameworks for evals: code that would run cases if somebody brought some, as libraries have it."""

from __future__ import annotations

from collections.abc import Iterable

from llmlint.audit.catalogue import read
from llmlint.audit.tables.evals import EvalsFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.project import Project
from llmlint.project.scopes import Func, Mod
from llmlint.project.testing import Tests

_PLAIN = frozenset({"staticmethod", "classmethod", "property", "abstractmethod", "override"})
"""Decorators that hand a function to nobody who would call it."""


def is_only_offered(asks: Iterable[Func], files: Iterable[Mod], project: Project) -> bool:
    """Whether nothing is seen that runs any of ``asks``, functions in ``files`` that reach a model.

    Only a file that is run by itself, a test, a command or a caller elsewhere runs them. What takes nothing
    may be started by hand. Callers in examples show users how it is meant.
    """
    where = set(files)
    if any(_is_started(mod) for mod in where):
        return False
    tests = Tests(project.modules, project.graph, project.evaluator, project.catalogue)
    pending = list(asks)
    seen = set(pending)
    while pending:
        func = pending.pop()
        if func.mod in where:
            if not _waits_for_a_caller(func, project):
                return False
        elif func.mod.production or tests.is_test_file(func.path):
            return False
        callers = {edge.site.func for edge in project.graph.callers.get(func, ())} - seen
        seen |= callers
        pending += callers
    return bool(seen)


def _is_started(mod: Mod) -> bool:
    """Whether a file is a program, or a test."""
    guarded = any(
        isinstance(stmt, m.If) and "__name__" in walk.names_in(stmt.test) for stmt in mod.body.statements
    )
    return guarded or any(func.name.startswith("test") for func in mod.functions)


def _waits_for_a_caller(func: Func, project: Project) -> bool:
    if func.facts.kind == "module":
        return False
    if func.facts.kind == "lambda":
        return True
    for decorator in func.facts.decorators:
        if (walk.dotted(decorator) or "").rpartition(".")[2] not in _PLAIN:
            return False
    if func.cls is not None:
        bases = project.evaluator.hierarchy.external_bases(func.cls)
        passive = read("evals", EvalsFile).words.passive_bases
        return all(base.startswith(passive) for base in bases)
    return func.parent is not None or any(param.default is None for param in func.facts.params)
