"""Tests that ask a real model and compare what it answers: evals, though no tool and no folder says so.

That a test gets to a model is not enough, something may stand in for it. Either nothing can
(``project.live_tests``), or people say that it is meant: a page or the first lines of its file, a marker,
a skip where no key is set; and the test itself puts nothing in place.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.casevalues import Values, values_in
from llmlint.audit.catalogue import read
from llmlint.audit.scoring import name_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import EvalsFile, words_in_name
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func, Mod
from llmlint.project.testing import Tests

_SENTENCES = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n|\n(?=\s*[-*#])")
_COMPARES = frozenset({"==", "!=", "in", "not in", "is", "<", ">", "<=", ">="})


@dataclass(frozen=True, slots=True, eq=False)
class LiveEval:
    """A test that asks a real model; ``span`` is the first place where it compares an answer."""

    func: Func
    span: m.Span
    number: int
    """Of its cases: one, or as many as it is parametrized with."""


class LiveEvals:
    """Made once per subject (``subject.once(LiveEvals)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = project = subject.with_tests
        self._words = read("evals", EvalsFile).live
        self._plumbing = frozenset(read("evals", EvalsFile).words.plumbing)
        self._tests = Tests(project.modules, project.graph, project.evaluator, project.catalogue)
        self._says = re.compile("|".join(self._words.says), re.IGNORECASE)
        self._denies = re.compile(self._words.denies, re.IGNORECASE)

    @functools.cached_property
    def by_module(self) -> dict[Mod, list[LiveEval]]:
        """Those of each file, in its order."""
        found: dict[Mod, list[LiveEval]] = {}
        certain = {test.func for test in self._project.live_tests}
        for mod in self._project.modules:
            if mod.production or not self._subject.within(mod.path):
                continue
            told, sure = self._is_told(mod), self._is_all_read(mod)
            for func in mod.functions:
                if self._tests.is_test(func):
                    meant = told or self._is_kept_apart(func)
                    live = (sure and func in certain) or (meant and self._is_free(func))
                    span = self._compared(func) if live else None
                    if span is not None:
                        found.setdefault(mod, []).append(LiveEval(func, span, _number(func)))
        return found

    def _is_all_read(self, mod: Mod) -> bool:
        """Whether no ``conftest.py`` is around that imports nothing of the program: a text may replace it."""
        read_ones = {one.path for one in self._project.modules}
        paths = {posixpath.join(f, name) for f in _above(mod.path) for name in self._tests.words("shared")}
        return all(path in read_ones for path in paths if path in self._subject.repository)

    # -- that it is meant ------------------------------------------------------------------------------

    def _is_told(self, mod: Mod) -> bool:
        """Whether its file, or a page in its folder, says that a real model is asked."""
        if self._is_said(mod.body.facts.docstring or ""):
            return True
        repository = self._subject.repository
        pages = [f"{folder}/{name}" for folder in _above(mod.path) if folder for name in self._words.pages]
        return any(page in repository and self._is_said(repository.text(page)) for page in pages)

    def _is_said(self, text: str) -> bool:
        """In one sentence at least, which does not say the opposite: that none is needed, or a mock."""
        sentences = _SENTENCES.split(text) if self._says.search(text) else []
        return any(self._says.search(one) and not self._denies.search(one) for one in sentences)

    def _is_kept_apart(self, test: Func) -> bool:
        """By a marker with a word for a real model, or by a skip where there is no key."""
        for marker in self._tests.markers(test):
            meant = [marker, *self._assigned(marker, test)]
            nodes = [node for one in meant for node in walk.expressions(one)]
            names = {name_of(node) for node in nodes if isinstance(node, m.Attr | m.Name)}
            if any(words_in_name(name) & set(self._words.markers) for name in names):
                return True
            if names & set(self._tests.words("skips")) and any(map(self._is_key, nodes)):
                return True
        return False

    @staticmethod
    def _assigned(marker: m.Expr, test: Func) -> list[m.Expr]:
        """``needs_key = pytest.mark.skipif(…)`` above a test with ``@needs_key``."""
        bound = test.mod.body.bindings.get(marker.id, ()) if isinstance(marker, m.Name) else ()
        return [binding.expr for binding in bound if binding.expr is not None]

    def _is_key(self, node: m.Expr) -> bool:
        return isinstance(node, m.Text) and any(node.value.endswith(end) for end in self._words.keys)

    def _is_free(self, test: Func) -> bool:
        """Whether nothing in the test, its markers and the fixtures it names stands in for the model."""
        fixtures = self._tests.fixtures(test)
        around = [test, *test.inner, *(fixtures[name] for name in test.params if name in fixtures)]
        known = set(self._tests.words("fixtures"))
        unreal = self._tests.words("words")
        if any(known & set(func.params) for func in around):
            return False
        exprs = [*self._tests.markers(test), *(d for func in around for d in func.facts.decorators)]
        nodes = [node for func in around for node in func.nodes]
        nodes += [node for expr in exprs for node in walk.expressions(expr)]
        names = [name_of(node) for node in nodes if isinstance(node, m.Name | m.Attr)]
        names += [name for func in around for name in (func.name, *func.params)]
        return not any(name in known or any(word in name.lower() for word in unreal) for name in names)

    # -- that answers are compared ---------------------------------------------------------------------

    def _compared(self, test: Func) -> m.Span | None:
        asking = {site.call for site in self._project.graph.sites[test] if self._asks(site.call, test)}
        if not asking:
            return None
        values = values_in(test, asking, set(), set())
        for stmt in test.statements:
            match stmt:
                case m.Assert(test=condition, span=span) if self._compares(condition, values, asking):
                    return span
                case m.ExprStmt(value=m.Call(func=m.Attr(name=name), args=(first, *others), span=span)) if (
                    name in self._words.assertions
                ):
                    given = [first.value, *(arg.value for arg in others)]
                    if name.endswith(("True", "False")):
                        given = [first.value] if self._compares(first.value, values, asking) else []
                    if any(self._is_answer(one, values, asking) for one in given):
                        return span
                case _:
                    pass
        return None

    def _asks(self, call: m.Call, test: Func) -> bool:
        """Whether a call asks a model, near or far, or asks the whole program as a client does."""
        graph, reach = self._project.graph, self._project.reach
        if any(site.call is call and reach.at_site(site) is not None for site in graph.sites[test]):
            return True
        clients = read("evals", EvalsFile).words.clients
        named = (external_name(value) for value in self._project.evaluator.eval(call.func, test))
        return any(not set(name.split(".")[:-1]).isdisjoint(clients) for name in named)

    def _compares(self, condition: m.Expr, values: Values, asking: set[m.Call]) -> bool:
        for node in walk.expressions(condition):
            if isinstance(node, m.Compare) and set(node.ops) <= _COMPARES:
                sides = (node.left, *node.rights)
                answer = any(self._is_answer(side, values, asking) for side in sides)
                if answer and not any(_says_nothing(side) for side in sides):
                    return True
        return False

    def _is_answer(self, side: m.Expr, values: Values, asking: set[m.Call]) -> bool:
        """Whether words of an answer are on this side, and not what comes with them."""
        if name_of(side) in self._plumbing:
            return False
        return values.of(side)[1] or any(node in asking for node in walk.expressions(side))


def _above(path: str) -> Iterator[str]:
    """The folders that a file lies in, the nearest first; the last one is the root."""
    while path:
        path = posixpath.dirname(path)
        yield path


def _says_nothing(side: m.Expr) -> bool:
    """``None``, ``""``, 0: an answer is compared with them to see that it is there."""
    match side:
        case m.Const(value=value):
            return value is None or (not isinstance(value, bool) and not value)
        case m.Text(value=value):
            return not value
        case m.Name(id=name):
            return name in ("str", "dict", "list")
        case _:
            return False


def _number(test: Func) -> int:
    number = 1
    for decorator in test.facts.decorators:
        if isinstance(decorator, m.Call) and (walk.dotted(decorator.func) or "").endswith("parametrize"):
            given = walk.argument(decorator, "1|argvalues")
            if isinstance(given, m.Seq):
                number *= max(len(given.items), 1)
    return number
