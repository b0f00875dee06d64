"""Base classes and subclasses across files."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef, External
from llmlint.project.scopes import Cls, Func
from llmlint.project.targets import Binding

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator

IMPLEMENTERS = 6
"""A protocol that more classes fulfil says too little."""


class Hierarchy:
    """Who inherits from whom. Bases are found with the evaluator, once per class."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._mro: dict[Cls, tuple[Cls, ...]] = {}
        self._external: dict[Cls, tuple[str, ...]] = {}
        self._subclasses: dict[Cls, list[Cls]] | None = None
        self.classes: Iterable[Cls] = ()
        self._implementers: dict[Cls, list[Cls]] = {}

    def _bases(self, cls: Cls) -> tuple[list[Cls], list[str]]:
        inside: list[Cls] = []
        outside: list[str] = []
        scope = cls.body.parent or cls.mod.body
        for base in cls.facts.bases:
            for value in self._evaluator.eval(base, scope):
                if isinstance(value, ClassRef) and value.cls is not cls:
                    inside.append(value.cls)
                elif isinstance(value, External):
                    outside.append(value.name)
        return inside, outside

    def mro(self, cls: Cls) -> tuple[Cls, ...]:
        """The class and its project base classes, nearest first."""
        known = self._mro.get(cls)
        if known is not None:
            return known
        # Bases before the class itself, not by recursion: chains of classes may be long.
        bases: dict[Cls, tuple[list[Cls], list[str]]] = {}
        pending = [cls]
        while pending:
            one = pending[-1]
            if one not in bases:
                if one in self._mro:
                    pending.pop()
                    continue
                self._mro[one] = (one,)  # what a cycle sees
                bases[one] = self._bases(one)
                pending += [base for base in reversed(bases[one][0]) if base not in self._mro]
                continue
            pending.pop()
            inside, outside = bases[one]
            order: dict[Cls, None] = {one: None}
            external = dict.fromkeys(outside)
            for base in inside:
                order.update(dict.fromkeys(self._mro[base]))
                external.update(dict.fromkeys(self._external.get(base, ())))
            self._mro[one] = tuple(order)
            self._external[one] = tuple(external)
        return self._mro[cls]

    def external_bases(self, cls: Cls) -> tuple[str, ...]:
        """Dotted names of base classes from other packages, inherited ones included."""
        self.mro(cls)
        return self._external.get(cls, ())

    def subclasses(self, cls: Cls) -> list[Cls]:
        """Every project class below this one."""
        if self._subclasses is None:
            found: dict[Cls, list[Cls]] = defaultdict(list)
            for one in self.classes:
                for base in self.mro(one)[1:]:
                    found[base].append(one)
            self._subclasses = found
        return self._subclasses.get(cls, [])

    def implementers(self, protocol: Cls) -> list[Cls]:
        """The classes that have every method of a protocol without naming it; empty when there are many."""
        known = self._implementers.get(protocol)
        if known is not None:
            return known
        found: list[Cls] = []
        wanted = {name: method for name, method in protocol.methods.items() if not name.startswith("__")}
        bases = {(walk.dotted(b.value if isinstance(b, m.Sub) else b) or "") for b in protocol.facts.bases}
        if wanted and any(base.rsplit(".", 1)[-1] == "Protocol" for base in bases):
            found = [
                cls
                for cls in min((self._having.get(name, []) for name in wanted), key=len)
                if cls is not protocol
                and all(_fits(cls.methods.get(name), method) for name, method in wanted.items())
            ]
        self._implementers[protocol] = found if len(found) <= IMPLEMENTERS else []
        return self._implementers[protocol]

    @functools.cached_property
    def _having(self) -> dict[str, list[Cls]]:
        """The classes that define a method, by its name."""
        found: dict[str, list[Cls]] = defaultdict(list)
        for cls in self.classes:
            for name in cls.methods:
                found[name].append(cls)
        return found

    @functools.cached_property
    def assigned_outside(self) -> dict[str, list[tuple[Func, m.Attr, Binding]]]:
        """Assignments to attributes of something else than the method's own instance, by attribute."""
        found: dict[str, list[tuple[Func, m.Attr, Binding]]] = defaultdict(list)
        functions = (func for mod in self._evaluator.index.by_path.values() for func in mod.functions)
        for func in functions:
            for target, binding in func.attribute_bindings:
                own = _own_receiver(func)
                if not (isinstance(target.value, m.Name) and target.value.id == own):
                    found[target.name].append((func, target, binding))
        return found

    @staticmethod
    def is_abstract(method: Func) -> bool:
        """Whether a method does nothing but say that subclasses do it."""
        if any(name.rsplit(".", 1)[-1] == "abstractmethod" for name in method.decorator_names):
            return True
        body = [s for s in method.facts.body if not _is_docstring(s)]
        return all(_does_nothing(s) for s in body)


def _is_docstring(stmt: m.Stmt) -> bool:
    return isinstance(stmt, m.ExprStmt) and isinstance(stmt.value, m.Text)


def _does_nothing(stmt: m.Stmt) -> bool:
    match stmt:
        case m.Simple(what="pass"):
            return True
        case m.ExprStmt(value=m.Other()):
            return True
        case m.Raise(value=value) if value is not None:
            target = value.func if isinstance(value, m.Call) else value
            return walk.dotted(target) == "NotImplementedError"
        case _:
            return False


def _fits(method: Func | None, wanted: Func) -> bool:
    """Whether a method takes what a protocol's method of the same name takes."""
    if method is None:
        return False
    names = [p.name for p in method.facts.params]
    return [p.name for p in wanted.facts.params] == names[: len(wanted.facts.params)]


def _own_receiver(func: Func) -> str | None:
    """The name of the instance in a method and in the functions written inside it."""
    scope: Func | None = func
    while scope is not None and scope.receiver is None:
        scope = scope.parent
    return scope.receiver if scope is not None else None
