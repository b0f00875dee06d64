"""Decorators of a program's own that parse a model's answer before the function sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import FuncRef
from llmlint.project.scopes import Func
from llmlint.project.shapes import PARSE


@dataclass(frozen=True, slots=True)
class ParsedBefore:
    """A function that gets what its decorator made of an answer."""

    func: Func
    span: m.Span
    """The decorator."""
    wrapper: Func
    """The function inside the decorator that parses."""
    handled: bool
    """The parser's error is caught there."""


def parsed_before(subject: Subject) -> Iterator[ParsedBefore]:
    """In reading order; what is passed on through ``*args`` is not seen as an answer by the rules."""
    for func in subject.project.functions:
        if not (func.mod.production and subject.within(func.path)) or not func.facts.decorators:
            continue
        for decorator, span in zip(func.facts.decorators, func.facts.decorator_spans, strict=True):
            for wrapper, handled in _parsing(subject, decorator, func):
                if _is_given_an_answer(subject, func):
                    yield ParsedBefore(func, span, wrapper, handled)


def _parsing(subject: Subject, decorator: m.Expr, func: Func) -> Iterator[tuple[Func, bool]]:
    """The wrappers of a decorator that parse a text, each once."""
    project = subject.project
    made = decorator.func if isinstance(decorator, m.Call) else decorator
    for value in project.evaluator.eval(made, func.parent or func):
        for inner in value.func.inner if isinstance(value, FuncRef) else ():
            uses = [
                (site.call, use)
                for site in project.graph.sites[inner]
                for use in project.flows.sinks.at(site.call, inner)
                if use.kind == PARSE
            ]
            if uses:
                yield (
                    inner,
                    all(project.readers.malformed.handled(call, inner, use.raises) for call, use in uses),
                )


def _is_given_an_answer(subject: Subject, func: Func) -> bool:
    """Whether one of its callers hands it what a model wrote."""
    flows = subject.project.flows
    for edge in subject.project.graph.callers.get(func, ()):
        for name in {name for arg in edge.site.call.args for name in walk.names_in(arg.value)}:
            shape = flows.held(edge.site.func, name)
            if shape is not None and any(origin.kind == "model" for origin in shape.flat()):
                return True
    return False
