"""Models that options of the command line have by default, or offer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data, External, ExternalMethod, ExternalObject, Value
from llmlint.project.scopes import Func


def offered(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    """What such an option is when nobody gives it, or what it may be; with the place of the option."""
    words = read("rollback", RollbackFile).words
    others = re.compile(words.other_options, re.IGNORECASE)
    for func in subject.project.functions:
        if not func.mod.production or not subject.within(func.path):
            continue
        for call, scope in _calls(subject, func):
            option = _option(call, words.model_keys)
            if option and not _says(call, others) and _declares(subject, call, scope, words.option_makers):
                for text in _texts(subject, call, scope):
                    yield text, subject.at(func, call.span, f"`{option}`: `{text[:50]}`")


def _calls(subject: Subject, func: Func) -> Iterator[tuple[m.Call, Func]]:
    """Those of a function, and of its decorators, with the scopes they are written in."""
    for decorator in func.facts.decorators:
        if isinstance(decorator, m.Call):
            yield decorator, func.parent or func
    for site in subject.project.graph.sites[func]:
        yield site.call, func


def _option(call: m.Call, keys: tuple[str, ...]) -> str:
    """The name that is one of a model: ``--model``, ``--chat-model``."""
    for arg in call.args:
        if arg.keyword is None and isinstance(arg.value, m.Text):
            name = arg.value.value.lstrip("-").replace("-", "_").lower()
            if any(name == key or name.endswith(f"_{key}") for key in keys):
                return arg.value.value
    return ""


def _says(call: m.Call, words: re.Pattern[str]) -> bool:
    """Whether what is said of an option is about something else: it chooses how tokens are counted."""
    given = walk.argument(call, "help")
    return isinstance(given, m.Text) and words.search(given.value) is not None


def _declares(subject: Subject, call: m.Call, func: Func, makers: tuple[str, ...]) -> bool:
    return any(_name(value) in makers for value in subject.project.evaluator.eval(call.func, func))


def _name(value: Value) -> str:
    match value:
        case External(name=name) | ExternalObject(name=name):
            return name
        case ExternalMethod(owner=owner, path=path):
            return f"{owner.name}.{path}"
        case _:
            return ""


def _texts(subject: Subject, call: m.Call, func: Func) -> Iterator[str]:
    """The default; without one, each of the choices."""
    default = walk.argument(call, "default")
    if default is not None:
        for value in subject.project.evaluator.eval(default, func):
            if isinstance(value, Data) and isinstance(value.expr, m.Text):
                yield value.expr.value
        return
    for argument in (walk.argument(call, "choices"), walk.argument(call, "type")):
        for node in walk.expressions(argument) if argument is not None else ():
            if isinstance(node, m.Text):
                yield node.value
