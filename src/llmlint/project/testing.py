"""Tests: which functions are one, and what is set up for them."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.scopes import Func, Mod
from llmlint.project.values import Evaluator

_WORDS = re.compile(r"[^A-Za-z0-9]+")


class Tests:
    """The tests of a project, as test runners collect them."""

    def __init__(
        self, modules: tuple[Mod, ...], graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue
    ) -> None:
        self._modules = modules
        self._graph = graph
        self._evaluator = evaluator
        self._tables = tuple(catalogue.testing)
        self._fixtures: dict[Mod, tuple[Func, ...]] = {}
        self._conftests = {
            posixpath.dirname(mod.path): mod
            for mod in modules
            if posixpath.basename(mod.path) in self.words("shared")
        }

    def words(self, which: str) -> tuple[str, ...]:
        """All words of one sort that the catalogue has."""
        return tuple(word for table in self._tables for word in getattr(table, which))

    def all(self) -> Iterator[Func]:
        """Every test function in a file of tests that is not set apart by its place."""
        for mod in self._modules:
            if not mod.production and self._runs_usually(mod.path):
                yield from (func for func in mod.functions if self.is_test(func))

    def is_test_file(self, path: str) -> bool:
        """Whether a file holds tests by its name."""
        name = posixpath.basename(path)
        return any(fnmatch.fnmatch(name, pattern) for pattern in self.words("files"))

    def _runs_usually(self, path: str) -> bool:
        if not self.is_test_file(path):
            return False
        parts = {part.lower() for part in _WORDS.split(path.removesuffix(".py"))}
        return parts.isdisjoint(self.words("places"))

    def is_test(self, func: Func) -> bool:
        """Whether a runner would take a function for a test, wherever its file lies."""
        if func.facts.kind != "function" or not func.name.startswith("test"):
            return False
        if self._is_fixture(func):
            return False
        if func.cls is None:
            return func.parent is func.mod.body
        bases = self._evaluator.hierarchy.external_bases(func.cls)
        last = {base.rsplit(".", 1)[-1] for base in bases}
        return func.cls.name.startswith("Test") or bool(last & set(self.words("bases")))

    # -- what belongs to a test -------------------------------------------------------------------

    def surroundings(self, test: Func) -> tuple[Func, ...]:
        """The functions that run for a test: itself, its fixtures, what is set up, helpers of the tests."""
        found: dict[Func, None] = dict.fromkeys((test, *test.inner))
        pending = [test, *self._set_up(test)]
        wanted = {*test.params, *self._used(test)}
        fixtures = self.fixtures(test)
        pending += [f for f in fixtures.values() if f.name in wanted or self._is_automatic(f)]
        while pending:
            func = pending.pop()
            if func in found and func is not test:
                continue
            found.update(dict.fromkeys((func, *func.inner)))
            pending += [fixtures[name] for name in func.params if name in fixtures]
            pending += [e.target for e in self._graph.edges[func] if not e.target.mod.production]
        return tuple(found)

    def fixtures(self, test: Func) -> dict[str, Func]:
        """The fixtures that the test may ask for by name: those of its file, and of ``conftest.py``."""
        around = [test.mod, *self.conftests(test)]
        return {f.name: f for mod in reversed(around) for f in self._fixtures_in(mod)}

    def _fixtures_in(self, mod: Mod) -> tuple[Func, ...]:
        known = self._fixtures.get(mod)
        if known is None:
            known = self._fixtures[mod] = tuple(filter(self._is_fixture, mod.functions))
        return known

    def conftests(self, test: Func) -> list[Mod]:
        """The ``conftest.py`` of the test's folder and of those above it, nearest first."""
        folder = posixpath.dirname(test.path)
        found = [self._conftests[folder]] if folder in self._conftests else []
        while folder:
            folder = posixpath.dirname(folder)
            if folder in self._conftests:
                found.append(self._conftests[folder])
        return found

    def _set_up(self, test: Func) -> Iterator[Func]:
        names = self.words("set_up")
        owners = self._evaluator.hierarchy.mro(test.cls) if test.cls is not None else ()
        for owner in owners:
            yield from (method for name, method in owner.methods.items() if name in names)
            yield from (method for method in owner.methods.values() if self._is_fixture(method))
        yield from (f for f in test.mod.functions if f.parent is test.mod.body and f.name in names)

    def _is_fixture(self, func: Func) -> bool:
        if not func.facts.decorators:
            return False
        names = {dotted.rsplit(".", 1)[-1] for dotted in self.words("fixture")}
        return any(dotted.rsplit(".", 1)[-1] in names for dotted in func.decorator_names)

    def markers(self, test: Func) -> Iterator[m.Expr]:
        """Decorators of a test and its class, and the marks of its module."""
        yield from test.facts.decorators
        if test.cls is not None:
            for owner in self._evaluator.hierarchy.mro(test.cls):
                yield from owner.facts.decorators
                yield from self._marks(owner.body)
        yield from self._marks(test.mod.body)

    def _used(self, test: Func) -> Iterator[str]:
        """``@pytest.mark.usefixtures("name")``."""
        using = self.words("using")
        for marker in self.markers(test):
            for node in walk.expressions(marker):
                if isinstance(node, m.Call) and (walk.dotted(node.func) or "").rsplit(".", 1)[-1] in using:
                    yield from (a.value.value for a in node.args if isinstance(a.value, m.Text))

    def _marks(self, body: Func) -> Iterator[m.Expr]:
        for name in self.words("marks"):
            for binding in body.bindings.get(name, ()):
                if binding.expr is not None:
                    yield binding.expr

    def _is_automatic(self, fixture: Func) -> bool:
        return any(
            isinstance(d, m.Call) and isinstance(walk.argument(d, name), m.Const)
            for d in fixture.facts.decorators
            for name in self.words("automatic")
        )
