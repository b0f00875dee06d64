"""Which places that call a model some eval or test runs: the detector of ``evals.reach`` and of LLM101."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.evals import Evals
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import EvalsFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import FuncRef, Obj, Value, external_name
from llmlint.project.scopes import Func, Mod
from llmlint.project.testing import Tests
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True)
class Reached:
    """The call sites that evals or tests run, and those that none does."""

    runners: tuple[Func, ...]
    """Functions of evals and tests that run one."""
    reached: tuple[LlmCall, ...]
    unreached: tuple[LlmCall, ...]


def reached(subject: Subject) -> Reached:
    """Follows the call graph from evals and tests. What cannot be followed (a client of the app) counts."""
    project = subject.with_tests
    evals = subject.once(Evals)
    tests = Tests(project.modules, project.graph, project.evaluator, project.catalogue)
    ours = {script.mod: script.functions for script in evals.running}
    for mod in project.modules:
        if not mod.production and tests.is_test_file(mod.path) and _holds_tests(mod):
            ours[mod] = mod.functions
    found: set[Func] = set()
    runners = []
    for mod in sorted(ours, key=lambda mod: mod.path):
        for func in ours[mod]:
            started = {*_started(subject, func), *_of_fixtures(subject, tests, func)}
            wrapping = {decorator for one in started for decorator in _wrapping(subject, one)}
            started |= {*wrapping, *(inner for decorator in wrapping for inner in decorator.inner)}
            if any(one.mod.production for one in started - found):
                if any(map(project.reach.reaches, started)):
                    runners.append(func)
                _follow(subject, started, found)
    _follow(subject, set(_of_configs(subject, evals)), found)
    if any(_asks_the_app(subject, func) for functions in ours.values() for func in functions):
        _follow(subject, set(_served(subject)), found)
    counted = {call.site.call: call for call in reversed(project.llm_calls) if _counts(subject, call)}
    sites = list(reversed(counted.values()))  # one for each place, whatever clients it may mean
    hit = tuple(call for call in sites if call.site.func in found)
    return Reached(tuple(runners), hit, tuple(call for call in sites if call.site.func not in found))


def _holds_tests(mod: Mod) -> bool:
    """Whether something in it is a test by its name: ``write_test.py`` may write some."""
    return any(func.facts.kind == "function" and func.name.startswith("test") for func in mod.functions)


def _counts(subject: Subject, call: LlmCall) -> bool:
    func = call.site.func
    return call.generates and func.mod.production and subject.within(func.path)


def _started(subject: Subject, func: Func) -> Iterator[Func]:
    """What a function of an eval or test calls, or hands on to be called."""
    project = subject.with_tests
    yield func
    yield from (edge.target for edge in project.graph.edges[func])
    for site in project.graph.sites[func]:
        for arg in site.call.args:
            if isinstance(arg.value, m.Name | m.Attr):
                for value in project.evaluator.eval(arg.value, func):
                    if isinstance(value, FuncRef):
                        yield value.func


def _of_fixtures(
    subject: Subject, tests: Tests, func: Func, seen: frozenset[Func] = frozenset()
) -> Iterator[Func]:
    """The fixtures a test takes, and what it calls of what they give: ``def test_it(model): model.ask()``."""
    evaluator = subject.with_tests.evaluator
    fixtures = tests.fixtures(func) if func.params else {}
    for param in func.params:
        fixture = fixtures.get(param)
        if fixture is not None and fixture not in seen:
            yield fixture
            yield from _of_fixtures(subject, tests, fixture, seen | {fixture})
    for site in subject.with_tests.graph.sites[func] if fixtures else ():
        param, _, path = (walk.dotted(site.call.func) or "").partition(".")
        given: Iterable[Value] = _given_by(fixtures[param], evaluator) if param in fixtures else ()
        for name in path.split(".") if path else ():
            given = [
                value
                for one in given
                if isinstance(one, Obj)
                for value in evaluator.member(one.cls, name, instance=True)
            ]
        yield from (value.func for value in given if isinstance(value, FuncRef))


def _given_by(fixture: Func, evaluator: Evaluator) -> Iterator[Value]:
    """What a fixture returns or yields."""
    for stmt in fixture.returns:
        if stmt.value is not None:
            yield from evaluator.eval(stmt.value, fixture)
    for node in fixture.nodes:
        if isinstance(node, m.Yield) and node.value is not None:
            yield from evaluator.eval(node.value, fixture)


def _follow(subject: Subject, starts: set[Func], found: set[Func]) -> None:
    pending = [func for func in starts if func not in found]
    found.update(pending)
    while pending:
        func = pending.pop()
        called = (edge.target for edge in subject.with_tests.graph.edges[func])
        for target in (*called, *func.inner, *_wrapping(subject, func)):
            follows = func.mod.production or not _is_module(func)
            if target not in found and follows and _may_be_there(subject, target):
                found.add(target)
                pending.append(target)


def _may_be_there(subject: Subject, func: Func) -> bool:
    """Not a method of a class that is made inside a function which is only called under a condition."""
    maker = func.cls.body.parent if func.cls is not None else None
    if maker is None or _is_module(maker):
        return True
    calls = [edge.site for edge in subject.with_tests.graph.callers.get(maker, ())]
    return not calls or any(not any(isinstance(frame.node, m.If) for frame in site.frames) for site in calls)


def _wrapping(subject: Subject, func: Func) -> Iterator[Func]:
    """The decorators that a test puts around functions of its own, which run with them.

    Those of the program wrap many functions, and what one wrapper calls is not told apart by what it wraps.
    """
    for decorator in () if func.mod.production else func.facts.decorators:
        made = decorator.func if isinstance(decorator, m.Call) else decorator
        for value in subject.with_tests.evaluator.eval(made, func.parent or func):
            if isinstance(value, FuncRef):
                yield value.func


def _is_module(func: Func) -> bool:
    return func.facts.kind == "module"


def _of_configs(subject: Subject, evals: Evals) -> Iterator[Func]:
    """Functions of files that a tool's configuration names (``python:app/llm.py``)."""
    texts = [node.text for config in evals.configs for _, node in config.tree.walk() if ".py" in node.text]
    for mod in subject.with_tests.modules:
        if any(_names(text, mod) for text in texts):
            yield from mod.functions


def _names(text: str, mod: Mod) -> bool:
    named = text.partition(".py")[0].rpartition(":")[2].lstrip("./") + ".py"
    return f"/{mod.path}".endswith(f"/{posixpath.normpath(named)}")


def _asks_the_app(subject: Subject, func: Func) -> bool:
    """Whether a test talks to the program as a client does: whatever serves may run then."""
    clients = read("evals", EvalsFile).words.clients
    if any(name in clients for name in func.params):  # a fixture of a plugin
        return True
    for site in subject.with_tests.graph.sites[func]:
        method = site.call.func
        names = [external_name(value) for value in subject.with_tests.evaluator.eval(method, func)]
        names.append(method.name if isinstance(method, m.Attr) else "")
        if any(name.rsplit(".", 1)[-1] in clients for name in names):
            return True
    return False


def _served(subject: Subject) -> Iterator[Func]:
    """Functions that something outside calls: decorated ones, and those of classes that nobody here calls."""
    graph = subject.with_tests.graph
    for func in subject.with_tests.functions:
        if not graph.callers.get(func) and (func.facts.decorators or func.is_method):
            yield func
