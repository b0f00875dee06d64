"""The functions around the places that call a model: what leads there, and what is called on the way."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import EvalsFile
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import ClassRef, FuncRef
from llmlint.project.scopes import Cls, Func

UP = 4
"""Callers above a call that may still be said to stand around it."""
DOWN = 3
"""Calls below such a function up to which a record is about the call."""

INSIDE = 6
"""Calls below what is called itself, where that is the project's own and leads to a provider."""

EVERYTHING = -1
"""So many calls below: without a limit."""


class LlmPath:
    """Made once per subject (``subject.once(LlmPath)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._graph = subject.project.graph

    @functools.cached_property
    def functions(self) -> tuple[Func, ...]:
        """Production functions that reach a model, and what those call, wherever it is, or have run first.

        Evals and what runs beside production reach one too, and lead nowhere; what they share with it counts.
        """
        project, repository = self._subject.project, self._subject.repository
        places = read("evals", EvalsFile).words.places
        aside = set(repository.matching((*places, *read("observability", ObservabilityFile).records.aside)))
        reaching = [f for f in project.functions if project.reach.reaches(f) and f.path not in aside]
        found = self._below({*reaching, *(f for func in reaching for f in self._required(func))}, DOWN)
        found |= self.listening
        every = (f for mod in project.modules for f in mod.functions)
        return tuple(f for f in every if f in found and self._subject.within(f.path))

    @functools.cached_property
    def listening(self) -> frozenset[Func]:
        """Methods of handlers that hear of every call (subclasses of a framework's callback handler)."""
        handlers = [use.func for use in self._subject.telemetry if use.what in use.table.bases]
        return frozenset(method for body in handlers for method in body.inner)

    @functools.cached_property
    def _set(self) -> frozenset[Func]:
        return frozenset(self.functions)

    def __contains__(self, func: Func) -> bool:
        return func in self._set

    def around(self, call: LlmCall) -> set[Func]:
        """Of the functions around a call those whose records can be of it: none that asks another model.

        A framework's own repository has the called function too, and all that is below it.
        """
        found = self._leading(call)
        reaches = self._subject.project.reach.reaches
        own = call.site.func.cls
        level = set(found)
        for _ in range(DOWN):
            below = {edge.target for func in level for edge in self._graph.edges[func]} - found
            level = {func for func in below if not reaches(func) and not self._of_another(func, own)}
            found |= level
        called_here = self._subject.project.evaluator.eval(call.site.call.func, call.site.func)
        inside = {value.func for value in called_here if isinstance(value, FuncRef)}
        return found | self._below(inside, INSIDE)

    def under(self, func: Func) -> set[Func]:
        """What runs under something that a function puts around what follows: all that it leads to.

        A helper puts it around what its nearest callers lead to that ask a model.
        """
        reaches, level, seen = self._subject.project.reach.reaches, {func}, {func}
        for _ in range(UP):
            leading = {one for one in level if reaches(one)}
            if leading:
                found = self._below(leading, EVERYTHING)
                return self._below({*found, *self._overrides(found)}, EVERYTHING)
            level = {edge.site.func for one in level for edge in self._graph.callers.get(one, ())} - seen
            seen |= level
        return set()

    def _overrides(self, functions: Iterable[Func]) -> Iterator[Func]:
        """What else may run in place of a method: the same of classes with a base that has it too."""
        hierarchy = self._subject.project.evaluator.hierarchy
        for func in functions:
            for base in hierarchy.mro(func.cls) if func.cls is not None else ():
                if base is not func.cls and func.name in base.methods:
                    yield from (
                        c.methods[func.name] for c in hierarchy.subclasses(base) if func.name in c.methods
                    )

    def is_followed(self, call: LlmCall) -> bool:
        """Whether it is known from where a call is reached: not in a method of an object chosen elsewhere."""
        func = call.site.func
        return not func.is_method or bool(self._graph.callers.get(func))

    def is_begun(self, call: LlmCall) -> bool:
        """Whether it is known what begins the way to a call: code of a module, or what a framework calls."""
        pending, seen = [call.site.func], {call.site.func}
        while pending:
            func = pending.pop()
            if func.facts.kind == "module" or func.facts.decorators:
                return True
            callers = {edge.site.func for edge in self._graph.callers.get(func, ())} - seen
            seen |= callers
            pending += callers
        return False

    def _leading(self, call: LlmCall) -> set[Func]:
        """The function of a call, and its callers up to some levels."""
        own = call.site.func.cls
        found = {call.site.func}
        level = set(found)
        for _ in range(UP):
            callers = {edge.site.func for func in level for edge in self._graph.callers.get(func, ())}
            level = {func for func in callers - found if not self._of_another(func, own)}
            found |= level
        return found

    def _below(self, functions: Iterable[Func], hops: int, own: Cls | None = None) -> set[Func]:
        found = set(functions)
        level = set(found)
        while level and hops:
            hops -= 1
            called = {edge.target for func in level for edge in self._graph.edges[func]}
            level = {func for func in called - found if not self._of_another(func, own)}
            found |= level
        return found

    def _of_another(self, func: Func, own: Cls | None) -> bool:
        """Whether a method runs only on objects of another class with the same base.

        Or of one of the classes below ``own``, where others do without it.
        """
        if own is None or func.cls is None or func.cls is own:
            return False
        hierarchy = self._subject.project.evaluator.hierarchy
        lineage = hierarchy.mro(func.cls)
        if own in lineage:
            others = (one for one in hierarchy.subclasses(own) if one not in lineage)
            return any(func.cls not in hierarchy.mro(one) and func.name not in one.methods for one in others)
        ancestry = hierarchy.mro(own)
        return func.cls not in ancestry and not set(lineage).isdisjoint(ancestry)

    def _required(self, func: Func) -> Iterable[Func]:
        """What a framework runs before it: ``Depends(check_quota)`` among its defaults, its decorators."""
        evaluator, scope = self._subject.project.evaluator, func.parent or func
        defaults = (param.default for param in func.facts.params)
        for given in (*(one for one in defaults if one is not None), *func.facts.decorators):
            for node in walk.expressions(given):
                if isinstance(node, m.Name | m.Attr):
                    for value in evaluator.eval(node, scope):
                        if isinstance(value, FuncRef):
                            yield value.func
                            yield from value.func.inner
                        elif isinstance(value, ClassRef) and "__call__" in value.cls.methods:
                            yield value.cls.methods["__call__"]


def served(subject: Subject) -> tuple[Func, ...]:
    """Production functions that a framework calls for remote people, and that reach a model."""
    project = subject.project
    return tuple(
        func
        for func in project.functions
        if func.mod.production
        and subject.within(func.path)
        and project.flows.inputs.serves(func)
        and any(project.reach.reaches(one) for one in (func, *func.inner))
    )
