"""The evaluator: what an expression can stand for, looked up lazily and across files.

It is flow-insensitive: a name stands for everything that is ever bound to it in its scope. That is
right for clients, settings and functions; where text flows is the business of ``taint``. The evaluator
itself remembers and breaks cycles; what names, attributes, calls and so on give is in the modules it
is made of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.annotations import Annotations
from llmlint.project.arguments import Arguments
from llmlint.project.classes import Hierarchy
from llmlint.project.containers import Containers
from llmlint.project.declared import Declared
from llmlint.project.imports import Imports
from llmlint.project.kinds import (
    UNKNOWN,
    ClassRef,
    Client,
    Data,
    ExternalObject,
    FuncRef,
    Obj,
    Site,
    Value,
    Values,
    unique,
)
from llmlint.project.members import Members
from llmlint.project.modules import ModuleIndex
from llmlint.project.names import Names
from llmlint.project.results import Results
from llmlint.project.scopes import Cls, Func

DEPTH = 100
"""Conclusions under way at once; what lies deeper is as good as unknown."""

T = TypeVar("T")
Key = tuple[object, ...]
"""What is concluded: an expression in a scope, or a word with what it speaks of."""

_LITERALS = frozenset(
    {m.Const, m.Text, m.Template, m.Seq, m.DictDisplay, m.Comp, m.Compare, m.Unary, m.Slice}
)
"""Expressions that stand for themselves."""


class Evaluator:
    """Evaluates expressions of one project. ``callers`` may be filled later, then ``forget()``."""

    def __init__(self, index: ModuleIndex, catalogue: Catalogue, declared: Declared | None = None) -> None:
        self.index = index
        self.declared = declared or Declared(index, ())
        self.catalogue = catalogue
        self.callers: dict[Func, list[tuple[Site, FuncRef]]] = {}
        self.decorated: dict[Func, list[FuncRef | ClassRef]] = defaultdict(list)
        self.hierarchy = Hierarchy(self)
        self.names = Names(self)
        self.imports = Imports(self)
        self.members = Members(self)
        self.annotations = Annotations(self)
        self.results = Results(self)
        self.containers = Containers(self)
        self.arguments = Arguments(self)
        self._known: dict[Func, dict[m.Expr, Values]] = defaultdict(dict)
        """What expressions stand for whatever callers give."""
        self._varying: dict[Func, dict[m.Expr, Values]] = defaultdict(dict)
        """What depends on what callers give, or on where it was asked for."""
        self._known_once: dict[Key, Values] = {}
        self._varying_once: dict[Key, Values] = {}
        """The same for other conclusions."""
        self._active: set[Key] = set()
        self._varies = False
        """Whether what is being concluded is one of those."""

    def forget(self) -> None:
        """Drop what was concluded from ``callers`` (after they changed)."""
        self._varying.clear()
        self._varying_once.clear()

    def take_over(self, other: Evaluator) -> None:
        """Take what another one concluded for the same modules, whatever callers give them."""
        self._known.update((func, dict(known)) for func, known in other._known.items())
        self._known_once.update(other._known_once)

    def depends_on_callers(self) -> None:
        """What is being concluded has to be concluded again when ``callers`` change."""
        self._varies = True

    def observe(self, ask: Callable[[], T]) -> tuple[T, bool]:
        """What ``ask()`` gives, and whether ``forget()`` can change that."""
        outer, self._varies = self._varies, False
        result = ask()
        varies = self._varies
        self._varies = outer or varies
        return result, varies

    def once(self, key: Key, conclude: Callable[[], Iterable[Value]]) -> Values:
        """Conclude something once; ``()`` inside a cycle."""
        known = self._known_once.get(key)
        if known is not None:
            return known
        known = self._varying_once.get(key)
        if known is not None:
            self._varies = True
            return known
        if key in self._active:
            self._varies = True
            return ()
        outer, self._varies = self._varies, False
        self._active.add(key)
        try:
            result = unique(conclude())
        finally:
            self._active.discard(key)
        if self._varies:
            self._varying_once[key] = result
        else:
            self._varies = outer
            self._known_once[key] = result
        return result

    # -- expressions ------------------------------------------------------------------------

    def eval(self, expr: m.Expr, func: Func) -> Values:
        """Everything ``expr`` can stand for in ``func``; ``()`` inside a cycle, never raises."""
        if type(expr) in _LITERALS:
            return (Data(expr, func),)
        # ``once`` written out: this is asked millions of times.
        known = self._known[func].get(expr)
        if known is not None:
            return known
        varying = self._varying.get(func)
        known = varying.get(expr) if varying is not None else None
        if known is not None:
            self._varies = True
            return known
        key = (expr, func)
        if key in self._active or len(self._active) > DEPTH:
            self._varies = True
            return ()
        outer, self._varies = self._varies, False
        self._active.add(key)
        try:
            result = unique(self._eval(expr, func))
        except RecursionError:
            if len(self._active) > 1:
                raise
            # Nested beyond anything people write: as good as unknown.
            result = (UNKNOWN,)
        finally:
            self._active.discard(key)
        if self._varies:
            self._varying[func][expr] = result
        else:
            self._varies = outer
            self._known[func][expr] = result
        return result

    def _eval(self, expr: m.Expr, func: Func) -> Iterable[Value]:
        match expr:
            case m.Name(id=name):
                found = self.names.lookup(name, func)
                return self._as_tested(expr, found, func) if expr in func.narrowed else found
            case m.Attr(value=value, name=name):
                found = unique(
                    v for base in self.eval(value, func) for v in self.members.attribute(base, name)
                )
                return self._as_tested(expr, found, func) if expr in func.narrowed else found
            case m.Call():
                return self.results.call(expr, func)
            case m.Await(value=value) | m.Walrus(value=value) | m.Star(value=value):
                return self.eval(value, func)
            case m.IfExp(body=body, orelse=orelse):
                return (*self.eval(body, func), *self.eval(orelse, func))
            case m.BoolOp(left=left, right=right):
                return (*self.eval(left, func), *self.eval(right, func))
            case m.BinOp(op="|", left=left, right=right):
                return self._pipe(expr, left, right, func)
            case m.BinOp(op="/", left=left):
                # Paths are joined with a slash; what divides numbers is no object of anybody's.
                joined = tuple(v for v in self.eval(left, func) if isinstance(v, ExternalObject))
                return joined or (Data(expr, func),)
            case m.Sub(value=value, index=index):
                return self.containers.subscript(value, index, func)
            case m.Lambda(function=number):
                return (FuncRef(func.mod.functions[number]),)
            case m.Bytes() | m.Other() | m.Yield():
                return (UNKNOWN,)
            case _:
                return (Data(expr, func),)

    def _as_tested(self, expr: m.Expr, values: Values, func: Func) -> Values:
        """What an expression can be where ``isinstance`` holds for it."""
        types = func.narrowed[expr]
        items = types.items if isinstance(types, m.Seq) else (types,)
        classes = [v.cls for item in items for v in self.eval(item, func) if isinstance(v, ClassRef)]
        if not classes:
            return values
        fitting = tuple(
            v for v in values if isinstance(v, Obj) and set(classes) & set(self.hierarchy.mro(v.cls))
        )
        return fitting or tuple(Obj(cls) for cls in classes)

    def _pipe(self, expr: m.Expr, left: m.Expr, right: m.Expr, func: Func) -> Iterable[Value]:
        both = (*self.eval(left, func), *self.eval(right, func))
        clients = tuple(v for v in both if isinstance(v, Client))
        for client in clients:
            entry = self.catalogue.pipe_result(client.entry)
            if entry is not None:
                inner = tuple(c for v in clients for c in (v.inner or (v,)))
                return (Client(entry, None, inner=tuple(dict.fromkeys(inner))),)
        return (Data(expr, func),)

    # -- what others ask for ------------------------------------------------------------------

    def lookup(self, name: str, func: Func) -> Values:
        """What a bare name stands for in a scope."""
        return self.names.lookup(name, func)

    def member(self, cls: Cls, name: str, instance: bool) -> Values:
        """``name`` on an instance of a class, or on the class itself."""
        return self.members.member(cls, name, instance)

    def elements(self, values: Values) -> Values:
        """What iterating over these values gives."""
        return self.containers.elements(values)

    def instances(self, annotation: m.Expr, func: Func) -> Values:
        """Values of a parameter or variable annotated so; ``()`` when that says nothing useful."""
        return self.annotations.instances(annotation, func)

    def type_name(self, expr: m.Expr, func: Func) -> str:
        """The last part of the name of a type as its module calls it, whatever it is imported as."""
        return self.annotations.type_name(expr, func)

    def matches(self, when: dict[str, tuple[str | bool | int, ...]], call: m.Call, func: Func) -> bool:
        """Whether every argument named in ``when`` is one of the literals (or dotted names) there."""
        return self.arguments.matches(when, call, func)

    def keyword_items(self, call: m.Call, func: Func) -> tuple[dict[str, tuple[m.Expr, Func]], bool]:
        """Keywords of a call with literal ``**settings`` opened; and whether all of them are known."""
        return self.arguments.keyword_items(call, func)
