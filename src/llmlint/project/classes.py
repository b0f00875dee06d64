"""Base classes and subclasses across files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef, External
from llmlint.project.scopes import Cls, Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Hierarchy:
    """Who inherits from whom. Bases are found with the evaluator, once per class."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._mro: dict[Cls, tuple[Cls, ...]] = {}
        self._external: dict[Cls, tuple[str, ...]] = {}
        self._subclasses: dict[Cls, list[Cls]] | None = None
        self.classes: Iterable[Cls] = ()

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
