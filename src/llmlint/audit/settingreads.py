"""Where settings are read on the way to a model: in code that asks one, and in what is given to the call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.settingkeys import SettingKeys, given_for, place_of, written_to
from llmlint.audit.subject import Subject
from llmlint.audit.tables.runbook import RunbookFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import (
    ClassRef,
    ClientMethod,
    Data,
    External,
    ExternalObject,
    FuncRef,
    ModuleRef,
    Obj,
)
from llmlint.project.names import binding_scope
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.targets import Binding

DEPTH = 6
"""How many names are followed from a call to where its value is read."""


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A place where a setting is read."""

    name: str
    """As the environment, or the table of settings, has it; empty when it is made at run time."""
    func: Func
    span: m.Span

    @property
    def evidence(self) -> Evidence:
        """The place, named after the setting."""
        return Evidence(self.func.path, self.span.line, f"`{self.name}`")


def reads(subject: Subject) -> list[Read]:
    """Every read in production code of the package, in reading order."""
    reader = _Reader(subject)
    found = [one for one in reader.all() if one.func.mod.production and subject.within(one.func.path)]
    return sorted(found, key=lambda one: (one.func.path, one.span.line, one.name))


class _Reader:
    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        self._evaluator = subject.project.evaluator
        self._calls = [call.site for call in subject.sites]
        self._calls += [made.site for made in subject.project.constructions]
        words = read("runbook", RunbookFile).settings
        self._models = re.compile(words.models, re.IGNORECASE)
        self._wrappers = words.wrappers
        self._keys = SettingKeys(subject)
        self._seen: set[tuple[m.Expr, Func]] = set()
        self._inside: dict[Func, tuple[tuple[m.Expr, m.Span], ...]] = {}
        self._names: dict[Func, str | None] = {}

    def all(self) -> Iterator[Read]:
        near = {scope for site in self._calls for scope in _around(site.func)}
        for scope in self._project.functions:
            for one in self._written_in(scope):
                if scope in near or self._models.search(one.name):
                    yield one
            if scope in near:
                for decorator in scope.facts.decorators:
                    yield from self._behind(decorator, scope.parent or scope, 0)
            for call in scope.nodes:
                if isinstance(call, m.Call) and call.args and self._wraps(call, scope):
                    for arg in call.args:
                        yield from self._behind(arg.value, scope, 0)
        for site in self._calls:
            for arg in site.call.args:
                yield from self._behind(arg.value, site.func, 0)

    def _wraps(self, call: m.Call, func: Func) -> bool:
        """Whether it makes retries, fallbacks or middleware around a model: ``model.with_retry(…)``."""
        return any(
            isinstance(value, ClientMethod)
            or (isinstance(value, External) and value.name.startswith(self._wrappers))
            for value in self._evaluator.eval(call.func, func)
        )

    def _written_in(self, func: Func) -> Iterator[Read]:
        written = written_to(func)
        for node in func.nodes:
            if isinstance(node, m.Call | m.Sub | m.Attr) and node not in written:
                yield from self._read(node, func)

    def _behind(self, expr: m.Expr, func: Func, depth: int) -> Iterator[Read]:
        """What is read in an expression, and where the names in it come from."""
        if depth > DEPTH or (expr, func) in self._seen:
            return
        self._seen.add((expr, func))
        yield from self._read(expr, func)
        match expr:
            case m.Name(id=name):
                scope = binding_scope(name, func)
                if scope is not None:
                    yield from self._bound(name, scope, depth + 1)
            case m.Attr(value=base, name=name):
                for value in self._evaluator.eval(base, func):
                    if isinstance(value, ModuleRef):
                        yield from self._bound(name, value.mod.body, depth + 1)
                    elif isinstance(value, Obj | ClassRef):
                        for scope, binding in value.cls.attributes.get(name, ()):
                            yield from self._of_binding(binding, scope, depth + 1)
            case m.Sub():  # one entry of a table, not all that is read for the others
                for value in self._evaluator.eval(expr, func):
                    if (
                        isinstance(value, ExternalObject)
                        and value.call is not None
                        and value.func is not None
                    ):
                        yield from self._read(value.call, value.func)
                    elif isinstance(value, Data) and value.expr is not expr:
                        yield from self._behind(value.expr, value.func, depth + 1)
            case _:
                if isinstance(expr, m.Call):
                    for target in self._targets(expr, func):
                        for stmt in target.statements:
                            if isinstance(stmt, m.Return) and stmt.value is not None:
                                yield from self._behind(stmt.value, target, depth + 1)
                for inner in walk.children(expr):
                    yield from self._behind(inner, func, depth)

    def _bound(self, name: str, scope: Func, depth: int) -> Iterator[Read]:
        for binding in scope.bindings.get(name, ()):
            yield from self._of_binding(binding, scope, depth)

    def _of_binding(self, binding: Binding, scope: Func, depth: int) -> Iterator[Read]:
        if binding.kind == "value" and binding.expr is not None:
            yield from self._behind(binding.expr, scope, depth)
        elif binding.kind == "from" and depth <= DEPTH:
            target = self._evaluator.imports.target(binding.module, binding.level, scope.mod)
            if isinstance(target, Mod):
                yield from self._bound(binding.name, target.body, depth + 1)

    # -- one expression -------------------------------------------------------------------------

    def _read(self, expr: m.Expr, func: Func) -> Iterator[Read]:
        """``os.getenv("X")``, ``os.environ["X"]``, ``settings.x`` of a class of settings."""
        key = self._keys.of(expr, func)
        if key is not None:
            span = place_of(expr, func)
            name = self._keys.name(key, func)
            if name is None:
                if not (isinstance(key, m.Name) and key.id in func.params):  # what it is, callers say
                    yield Read("", func, span)
            elif not self._keys.is_set_before(name, func, span):
                yield Read(name, func, span)
        match expr:
            case m.Call():
                yield from self._through(expr, func)
            case m.Attr(value=base, name=field):
                for value in self._evaluator.eval(base, func):
                    if isinstance(value, Obj):
                        yield from self._field(value.cls, field)
            case _:
                pass

    def _through(self, call: m.Call, func: Func) -> Iterator[Read]:
        """What a function of the project reads for its caller: ``get_setting("X")``."""
        for target in self._targets(call, func):
            for key, place in self._made_inside(target):
                if isinstance(key, m.Name) and key.id in target.params:
                    given = given_for(call, target, key.id)
                    name = self._keys.name(given, func) if given is not None else None
                    if name is not None and not self._keys.is_set_before(name, func, call.span):
                        yield Read(name, func, call.span)
                else:
                    yield Read("", target, place)

    def _made_inside(self, func: Func) -> tuple[tuple[m.Expr, m.Span], ...]:
        """The keys a function reads that are no constants, and where; many calls ask for the same one."""
        known = self._inside.get(func)
        if known is None:
            keys = (
                (self._keys.of(node, func) or self._handed_on(node, func), node) for node in _reading(func)
            )
            known = tuple(
                (key, place_of(node, func))
                for key, node in keys
                if key is not None and self._keys.name(key, func) is None
            )
            self._inside[func] = known
        return known

    def _handed_on(self, node: m.Expr, func: Func) -> m.Expr | None:
        """The name that is given to a function that reads a setting of that name."""
        if isinstance(node, m.Call):
            for target in self._targets(node, func):
                name = self._own_name(target)
                if name is not None:
                    return given_for(node, target, name)
        return None

    def _own_name(self, func: Func) -> str | None:
        """The parameter that is the name of a setting which the function reads itself."""
        if func not in self._names:
            keys = (self._keys.of(node, func) for node in _reading(func))
            own = (key.id for key in keys if isinstance(key, m.Name) and key.id in func.params)
            self._names[func] = next(own, None)
        return self._names[func]

    def _targets(self, call: m.Call, func: Func) -> Iterator[Func]:
        for value in self._evaluator.eval(call.func, func):
            if isinstance(value, FuncRef):
                yield value.func

    def _field(self, cls: Cls, field: str) -> Iterator[Read]:
        """A field that a class of settings reads from the environment, under its prefix."""
        for owner in self._evaluator.hierarchy.mro(cls):
            declared = owner.body.bindings.get(field)
            if declared and self._is_settings(owner):
                prefix = _prefix(owner)
                yield Read(f"{prefix}{field}".upper(), owner.body, _line(declared[0].line))
                return

    def _is_settings(self, cls: Cls) -> bool:
        return any(
            table.form == "settings"
            for name in self._evaluator.hierarchy.external_bases(cls)
            for table in self._project.catalogue.secrets.get(name)
        )


def _reading(func: Func) -> Iterator[m.Call | m.Sub]:
    """The expressions that may read a setting."""
    return (node for node in func.nodes if isinstance(node, m.Call | m.Sub))


def _around(func: Func) -> Iterator[Func]:
    """The functions a call is written in. Modules and classes hold settings of other things as well."""
    one: Func | None = func
    while one is not None and one.facts.kind in ("function", "lambda"):
        yield one
        one = one.parent


def _prefix(cls: Cls) -> str:
    """``env_prefix`` of ``model_config`` or of the inner ``Config``."""
    for func in (cls.body, *cls.body.inner):
        for stmt in func.statements:
            if isinstance(stmt, m.Assign) and isinstance(stmt.value, m.Text):
                if any(isinstance(name, m.Name) and name.id == "env_prefix" for name in stmt.targets):
                    return stmt.value.value
        for node in func.nodes:
            if isinstance(node, m.Call):
                for arg in node.args:
                    if arg.keyword == "env_prefix" and isinstance(arg.value, m.Text):
                        return arg.value.value
    return ""


def _line(line: int) -> m.Span:
    return m.Span(line, 0, line, 0)
