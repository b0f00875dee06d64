"""Tests in which a provider fails: how, what of the program they run, and whether they look at the result."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.parametrized import meant
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef, FuncRef
from llmlint.project.scopes import Cls, Func
from llmlint.project.sites import CallSite
from llmlint.project.testing import Tests


@dataclass(frozen=True, slots=True, eq=False)
class FailureTest:
    """One test. ``kinds`` are names of failures; empty: something fails, and nobody says how."""

    func: Func
    span: m.Span
    """Where the failure is made."""
    kinds: frozenset[str]
    looks: bool
    """Whether it asserts something."""


class FailureTests:
    """Made once per subject (``subject.once(FailureTests)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.with_tests
        self._table: RecoveryFile = read("recovery", RecoveryFile)
        project = self._project
        self._tests = Tests(project.modules, project.graph, project.evaluator, project.catalogue)
        asking = [
            call.site.func for call in project.llm_calls if call.generates and call.site.func.mod.production
        ]
        self._asking = {func.mod.path for func in asking}

    def all(self) -> Iterator[FailureTest]:
        """Tests that run what asks a model, and in which something fails."""
        for mod in self._project.modules:
            if mod.production or not self._tests.is_test_file(mod.path) or not self._subject.within(mod.path):
                continue
            for func in mod.functions:
                if func.name.startswith("test") and func.facts.kind == "function":
                    found = self._judge(func)
                    if found is not None:
                        yield found

    def _judge(self, test: Func) -> FailureTest | None:
        around = self._tests.surroundings(test)
        if not any(self._runs(func) for func in around):
            return None
        named = self._by_name(test)
        made = [
            (span, kinds)
            for func in self._of_test(test, around)
            for span, kinds, generic in (*self._failures(func), *self._handed_in(func, around))
            if kinds or generic
        ]
        if not made:
            named = {name for name in named if self._is_given(name, around)}
            if not named or not self._returns_something(around):
                return None
        kinds = {kind for _, found in made for kind in found}
        kinds |= named  # of what has no name of its own, the name of the test says what it stands for
        span = next((span for span, _ in made), test.facts.span)
        if made and not any(span in _spans(func) for func in (test, *test.inner)):
            span = test.facts.span
        return FailureTest(test, span, frozenset(kinds), any(_asserts(func) for func in (test, *test.inner)))

    @staticmethod
    def _of_test(test: Func, around: tuple[Func, ...]) -> Iterator[Func]:
        """Without methods of stand-ins that the test, and what is set up for it, does not name."""
        free = [func for func in around if func.cls is None or func.cls is test.cls]
        names = {node.id for func in free for node in func.nodes if isinstance(node, m.Name)}
        yield from free
        yield from (func for func in around if func.cls not in (None, test.cls) and func.cls.name in names)

    # -- what of the program runs -----------------------------------------------------------------

    def _runs(self, func: Func) -> bool:
        """Whether a function of a test calls, or hands on, something of the program that asks a model."""
        graph, reach = self._project.graph, self._project.reach
        for edge in graph.edges.get(func, ()):
            if edge.target.mod.production and (
                reach.reaches(edge.target)
                or (edge.target.mod.path in self._asking and self._may_ask(edge.target))
            ):
                return True
        for site in graph.sites[func]:
            for arg in site.call.args:
                if isinstance(arg.value, m.Name | m.Attr):
                    for value in self._project.evaluator.eval(arg.value, func):
                        if (
                            isinstance(value, FuncRef)
                            and value.func.mod.production
                            and reach.reaches(value.func)
                        ):
                            return True
        return self._runs_method(func)

    def _may_ask(self, func: Func) -> bool:
        """Whether it is a function, or a method of a class of which one asks: no embedder beside it."""
        if func.cls is None:
            return True
        return not self._asking_classes.isdisjoint(self._project.evaluator.hierarchy.mro(func.cls))

    @functools.cached_property
    def _asking_classes(self) -> frozenset[Cls]:
        reaches = self._project.reach.reaches
        return frozenset(f.cls for f in self._project.functions if f.cls is not None and reaches(f))

    def _runs_method(self, func: Func) -> bool:
        """Whether it calls a method by a name that a class has which the file names, however it was made."""
        called = {
            site.call.func.name
            for site in self._project.graph.sites[func]
            if isinstance(site.call.func, m.Attr)
        }
        methods = [f for name in called for f in self._asking_methods.get(name, ())]
        if not methods:
            return False
        named = {node.id for one in func.mod.functions for node in one.nodes if isinstance(node, m.Name)}
        return any(method.cls is not None and method.cls.name in named for method in methods)

    @functools.cached_property
    def _asking_methods(self) -> dict[str, list[Func]]:
        """Methods of the program that ask a model, near or far, by their names."""
        found: dict[str, list[Func]] = {}
        for func in self._project.functions:
            if func.cls is not None and func.mod.production and self._project.reach.reaches(func):
                found.setdefault(func.name, []).append(func)
        return found

    # -- what fails -------------------------------------------------------------------------------

    def _failures(self, func: Func) -> Iterator[tuple[m.Span, frozenset[str], bool]]:
        """Exceptions that mocks and stand-ins raise, and responses with the status of a failure."""
        words = self._table.words
        for stmt in func.statements:
            span = getattr(stmt, "span", func.facts.span)
            if isinstance(stmt, m.Raise) and stmt.value is not None and not func.name.startswith("test"):
                if _exception(stmt.value) and self._may_be_provider(func):
                    yield span, self._kinds(stmt.value), self._is_unspecific(stmt.value, func)
            elif isinstance(stmt, m.Assign) and stmt.value is not None:
                for target in stmt.targets:
                    if isinstance(target, m.Attr) and target.name in words.side_effects:
                        for effect in meant(stmt.value, func) if self._is_asked(target.value) else ():
                            if self._is_failure(effect):
                                yield span, self._kinds(effect), _is_generic(effect)
        for site in self._project.graph.sites[func]:
            for arg in site.call.args:
                if arg.keyword in words.side_effects and self._is_patched(site):
                    for effect in meant(arg.value, func):
                        if self._is_failure(effect):
                            yield site.call.span, self._kinds(effect), _is_generic(effect)
            kinds = self._by_status(site.call)
            if kinds:
                yield site.call.span, kinds, False

    def _handed_in(
        self, func: Func, around: tuple[Func, ...]
    ) -> Iterator[tuple[m.Span, frozenset[str], bool]]:
        """Exceptions given to a stand-in that raises them: ``FakeModel([RuntimeError("down")])``."""
        raising = {
            one.cls.name
            for one in {*func.mod.functions, *around}
            if one.cls is not None and one.name in self._names and any(map(_raises_a_value, one.statements))
        }
        for site in self._project.graph.sites[func] if raising else ():
            if (walk.dotted(site.call.func) or "").rpartition(".")[2] in raising:
                for arg in site.call.args:
                    if self._is_failure(arg.value):
                        yield site.call.span, self._kinds(arg.value), _is_generic(arg.value)

    def _is_unspecific(self, raised: m.Expr, func: Func) -> bool:
        """Whether an exception may stand for any failure: a built-in one, or one of the program."""
        made = raised.func if isinstance(raised, m.Call) else raised
        values = self._project.evaluator.eval(made, func)
        own = any(isinstance(value, ClassRef) and value.cls.mod.production for value in values)
        return own or _is_generic(raised)

    def _may_be_provider(self, func: Func) -> bool:
        """Whether what raises stands for what asks a model: by its name, or by what it is put for."""
        if func.is_method or func.name in self._names or func.parent is None:
            return func.name in self._names
        for site in self._project.graph.sites[func.parent]:
            if any(isinstance(arg.value, m.Name) and arg.value.id == func.name for arg in site.call.args):
                texts = [arg.value.value for arg in site.call.args if isinstance(arg.value, m.Text)]
                return not texts or any(text.rpartition(".")[2] in self._names for text in texts)
        return True

    @functools.cached_property
    def _names(self) -> set[str]:
        """Names of methods of SDKs, and of functions of the program that ask a model."""
        names = {part for call in self._project.llm_calls for part in call.entry.path.split(".")}
        names |= {f.name for f in self._project.functions if self._project.reach.reaches(f)}
        return names | set(self._table.words.stubs)

    def _is_failure(self, expr: m.Expr) -> bool:
        """Whether a side effect is, or holds, an exception; what a function does is seen where it stands."""
        return any(_exception(node) for node in walk.expressions(expr)) and not isinstance(expr, m.Lambda)

    def _is_asked(self, mocked: m.Expr) -> bool:
        """Whether ``mocked.side_effect = …`` is about something that asks a model, or may be."""
        while isinstance(mocked, m.Attr) and mocked.name in ("return_value", "__enter__", "__aenter__"):
            mocked = mocked.value
        if isinstance(mocked, m.Call):
            return self._is_asked(mocked.func)
        return not isinstance(mocked, m.Attr) or mocked.name in self._names

    def _is_patched(self, site: CallSite) -> bool:
        """The same of ``patch("app.llm.ask", side_effect=…)`` and ``client.chat = Mock(side_effect=…)``."""
        first = site.call.args[0].value if site.call.args and not site.call.args[0].keyword else None
        if isinstance(first, m.Text):
            return first.value.rpartition(".")[2] in self._names or "." not in first.value
        named = walk.argument(site.call, "1") if first is not None else None
        if isinstance(named, m.Text):  # patch.object(service, "ask", …)
            return named.value in self._names
        if isinstance(site.stmt, m.Assign):
            return any(self._is_asked(target) for target in site.stmt.targets)
        return True

    def _kinds(self, expr: m.Expr) -> frozenset[str]:
        """The failures that the names of exceptions, or statuses and texts given to them, mean."""
        names = [
            (node.id if isinstance(node, m.Name) else node.name).lower()
            for node in walk.expressions(expr)
            if isinstance(node, m.Name | m.Attr)
        ]
        statuses = {
            node.value
            for node in walk.expressions(expr)
            if isinstance(node, m.Const) and isinstance(node.value, int)
        }
        texts = [node.value.lower() for node in walk.expressions(expr) if isinstance(node, m.Text)]
        return frozenset(
            failure.name
            for failure in self._table.failure
            if any(part in name for name in names for part in failure.exceptions)
            or any(_says(text, word) for text in texts for word in failure.words)
            or statuses & set(failure.statuses)
        )

    def _by_status(self, call: m.Call) -> frozenset[str]:
        """``httpx.Response(429)``, ``status=503``."""
        given = [arg.value for arg in call.args if arg.keyword in self._table.words.status_keywords]
        name = (walk.dotted(call.func) or "").rpartition(".")[2]
        if name.endswith("Response") and call.args and call.args[0].keyword is None:
            given.append(call.args[0].value)
        codes = {value.value for value in given if isinstance(value, m.Const)}
        return frozenset(f.name for f in self._table.failure if codes & set(f.statuses))

    def _by_name(self, test: Func) -> set[str]:
        name = test.name.lower()
        return {f.name for f in self._table.failure if any(word in name for word in f.words)}

    def _is_given(self, name: str, around: Iterable[Func]) -> bool:
        """Whether a stand-in can play the failure by what it gives: an answer, or an object that names it."""
        failure = next(one for one in self._table.failure if one.name == name)
        texts = (node.value.lower() for func in around for node in func.nodes if isinstance(node, m.Text))
        return failure.by_answer or any(word in text for text in texts for word in failure.words)

    def _returns_something(self, around: Iterable[Func]) -> bool:
        """Whether a mock or a stand-in gives something: the malformed answer that the name speaks of."""
        words = self._table.words.returns
        for func in around:
            if func.is_method and func.name in self._names and func.returns:
                return True
            for site in self._project.graph.sites[func]:
                if any(arg.keyword in words for arg in site.call.args) and self._is_patched(site):
                    return True
            for stmt in func.statements:
                for target in stmt.targets if isinstance(stmt, m.Assign) else ():
                    if isinstance(target, m.Attr) and target.name in words and self._is_asked(target.value):
                        return True
        return False


def _spans(func: Func) -> set[m.Span]:
    calls = {node.span for node in func.nodes if isinstance(node, m.Call)}
    return calls | {stmt.span for stmt in func.statements if hasattr(stmt, "span")}


_NO_FAILURES = frozenset({"AssertionError", "NotImplementedError", "StopIteration", "StopAsyncIteration"})
"""Raised to say that something must not happen, or is over."""
_GENERIC = frozenset({"Exception", "RuntimeError", "OSError", "ValueError"})
"""What may stand for any failure."""


def _exception(node: m.Expr) -> bool:
    node = node.func if isinstance(node, m.Call) else node
    name = node.id if isinstance(node, m.Name) else node.name if isinstance(node, m.Attr) else ""
    return name.endswith(("Error", "Exception", "Timeout", "Exhausted")) and name not in _NO_FAILURES


def _says(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word.replace('_', ' '))}", text) is not None


def _raises_a_value(stmt: m.Stmt) -> bool:
    """``raise outcome``: which exception it is, whoever made the object has said."""
    return (
        isinstance(stmt, m.Raise) and isinstance(stmt.value, m.Name | m.Attr) and not _exception(stmt.value)
    )


def _is_generic(expr: m.Expr) -> bool:
    return any(isinstance(node, m.Name) and node.id in _GENERIC for node in walk.expressions(expr))


def _asserts(func: Func) -> bool:
    if any(isinstance(stmt, m.Assert) for stmt in func.statements):
        return True
    for node in func.nodes:
        if isinstance(node, m.Call):
            name = node.func.name if isinstance(node.func, m.Attr) else getattr(node.func, "id", "")
            if name.startswith(("assert", "raises")):
                return True
    return False
