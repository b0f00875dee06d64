"""Modules, classes and functions of the project as objects, and what their names are bound to."""

from __future__ import annotations

import functools
from collections import defaultdict

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.narrowing import narrowed
from llmlint.project.targets import Binding, attribute_bindings, name_bindings

NO_NAMES: frozenset[str] = frozenset()
"""Most scopes declare and decorate nothing: one object serves them all."""


class Mod:
    """A module of the project."""

    def __init__(self, facts: m.ModuleFacts, production: bool) -> None:
        self.facts = facts
        self.path = facts.path
        self.production = production
        self.functions = tuple(Func(self, f) for f in facts.functions)
        self.classes = tuple(Cls(self, c) for c in facts.classes)

    @property
    def body(self) -> Func:
        """The scope of the module itself."""
        return self.functions[0]

    @functools.cached_property
    def nested(self) -> dict[int, list[int]]:
        """The functions written directly inside each other one, by index."""
        found: dict[int, list[int]] = {}
        for function in self.facts.functions:
            if function.parent is not None:
                found.setdefault(function.parent, []).append(function.index)
        return found

    @functools.cached_property
    def declaring(self) -> dict[str, list[Func]]:
        """For names of the module: the functions that declare them ``global``."""
        found: dict[str, list[Func]] = defaultdict(list)
        for function in self.functions:
            for name in function.globals:
                found[name].append(function)
        return found

    @functools.cached_property
    def lending(self) -> tuple[Func, ...]:
        """The functions that assign names of a function around them (``nonlocal``)."""
        return tuple(function for function in self.functions if function.nonlocals)

    def __repr__(self) -> str:
        return f"Mod({self.path})"


class Cls:
    """A class of the project."""

    def __init__(self, mod: Mod, facts: m.Class) -> None:
        self.mod = mod
        self.facts = facts
        self.name = facts.name

    @functools.cached_property
    def body(self) -> Func:
        """The scope of the class body."""
        return self.mod.functions[self.facts.body]

    @functools.cached_property
    def methods(self) -> dict[str, Func]:
        """Functions written directly in the class body; the last one of a name wins."""
        found: dict[str, Func] = {}
        for name, index in self.facts.methods:
            method = self.mod.functions[index]
            # ``@name.setter`` adds to a property; what the name reads stays the getter.
            if name not in found or not {f"{name}.setter", f"{name}.deleter"} & method.decorator_names:
                found[name] = method
        return found

    @functools.cached_property
    def attributes(self) -> dict[str, list[tuple[Func, Binding]]]:
        """``self.<name> = …`` in any method, and assignments in the class body."""
        found: dict[str, list[tuple[Func, Binding]]] = defaultdict(list)
        for name, bindings in self.body.bindings.items():
            found[name] += [(self.body, b) for b in bindings if b.kind in ("value", "from", "import")]
        for method in self.methods.values():
            receiver = method.receiver
            if receiver is None:
                continue
            for function in (method, *method.inner):
                for target, binding in function.attribute_bindings:
                    if isinstance(target.value, m.Name) and target.value.id == receiver:
                        found[target.name].append((function, binding))
        return found

    def __repr__(self) -> str:
        return f"Cls({self.mod.path}:{self.facts.qualname})"


class Func:
    """A scope with code: module body, class body, function or lambda."""

    def __init__(self, mod: Mod, facts: m.Function) -> None:
        self.mod = mod
        self.facts = facts
        self.name = facts.name

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.mod.path

    @functools.cached_property
    def parent(self) -> Func | None:
        """The scope this one is written in."""
        index = self.facts.parent
        return None if index is None else self.mod.functions[index]

    @functools.cached_property
    def cls(self) -> Cls | None:
        """The class whose body holds this ``def`` (or whose body this is)."""
        index = self.facts.class_index
        return None if index is None else self.mod.classes[index]

    @functools.cached_property
    def inner(self) -> tuple[Func, ...]:
        """Functions written inside this one, at any depth."""
        if self.facts.kind == "module":
            return self.mod.functions[1:]
        found: list[int] = []
        pending = [self.facts.index]
        while pending:
            inner = self.mod.nested.get(pending.pop(), ())
            found += inner
            pending += inner
        return tuple(self.mod.functions[index] for index in sorted(found))

    @property
    def has_inner(self) -> bool:
        """Whether there are functions written inside this one."""
        return self.facts.index in self.mod.nested

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Every bare name in the expressions of this scope."""
        return frozenset(node.id for node in self.nodes if type(node) is m.Name)

    @functools.cached_property
    def decorator_names(self) -> frozenset[str]:
        """Dotted decorators as written, calls without their arguments."""
        names: set[str] = set()
        for decorator in self.facts.decorators:
            target = decorator.func if isinstance(decorator, m.Call) else decorator
            name = walk.dotted(target)
            if name:
                names.add(name)
        return frozenset(names) if names else NO_NAMES

    @functools.cached_property
    def is_method(self) -> bool:
        """Whether this is a ``def`` directly in a class body."""
        return self.facts.kind == "function" and self.cls is not None

    @functools.cached_property
    def is_static(self) -> bool:
        """Whether it takes neither instance nor class."""
        return "staticmethod" in self.decorator_names

    @functools.cached_property
    def is_classmethod(self) -> bool:
        """Whether its first parameter is the class."""
        return "classmethod" in self.decorator_names or self.name == "__init_subclass__"

    @functools.cached_property
    def is_property(self) -> bool:
        """Whether reading the attribute calls it."""
        return any(n.rsplit(".", 1)[-1] in ("property", "cached_property") for n in self.decorator_names)

    @functools.cached_property
    def receiver(self) -> str | None:
        """Name of the ``self`` (or ``cls``) parameter of a method."""
        if not self.is_method or self.is_static or not self.facts.params:
            return None
        first = self.facts.params[0]
        return first.name if first.kind == "positional" else None

    @functools.cached_property
    def bound(self) -> frozenset[str]:
        """Every name this scope binds itself."""
        return frozenset(self.facts.bound)

    @functools.cached_property
    def params(self) -> dict[str, m.Param]:
        """Parameters by name."""
        return {p.name: p for p in self.facts.params}

    @property
    def globals(self) -> frozenset[str]:
        """Names declared ``global`` here."""
        return self._declared("global")

    @property
    def nonlocals(self) -> frozenset[str]:
        """Names declared ``nonlocal`` here."""
        return self._declared("nonlocal")

    def _declared(self, wanted: str) -> frozenset[str]:
        if not self.facts.scope_names:
            return NO_NAMES
        return frozenset(name for name, what in self.facts.scope_names if what == wanted)

    @functools.cached_property
    def statements(self) -> tuple[m.Stmt, ...]:
        """Every statement of this scope in source order, nested blocks included."""
        return tuple(walk.statements(self.facts.body))

    @functools.cached_property
    def nodes(self) -> tuple[m.Expr, ...]:
        """Every expression in those statements, parents before their children."""
        return tuple(
            node
            for stmt in self.statements
            for expr in walk.own_expressions(stmt)
            for node in walk.expressions(expr)
        )

    @functools.cached_property
    def bindings(self) -> dict[str, tuple[Binding, ...]]:
        """Every binding of every name of this scope, in source order."""
        found: dict[str, list[Binding]] = defaultdict(list)
        for param in self.facts.params:
            found[param.name].append(
                Binding("param", annotation=param.annotation, expr=param.default, name=param.name)
            )
        inside = not {m.Walrus, m.Comp}.isdisjoint(map(type, self.nodes))
        for name, binding in name_bindings(self.statements, inside):
            found[name].append(binding)
        return {name: tuple(bindings) for name, bindings in found.items()}

    @functools.cached_property
    def definitions(self) -> dict[str, list[Func | Cls]]:
        """Functions and classes defined directly in this scope, by name."""
        found: dict[str, list[Func | Cls]] = defaultdict(list)
        for stmt in self.statements:
            if isinstance(stmt, m.FunctionDef):
                inner = self.mod.functions[stmt.function]
                found[inner.name].append(inner)
            elif isinstance(stmt, m.ClassDef):
                cls = self.mod.classes[stmt.index]
                found[cls.name].append(cls)
        return found

    @functools.cached_property
    def star_imports(self) -> tuple[m.ImportFrom, ...]:
        """``from x import *`` in this scope."""
        return tuple(
            s for s in self.statements if isinstance(s, m.ImportFrom) and s.names and s.names[0][0] == "*"
        )

    @functools.cached_property
    def yields(self) -> tuple[m.Yield, ...]:
        """The ``yield`` expressions of this scope."""
        return tuple(node for node in self.nodes if isinstance(node, m.Yield))

    @functools.cached_property
    def attribute_bindings(self) -> list[tuple[m.Attr, Binding]]:
        """Assignments to attributes (``x.y = …``) in this scope."""
        return list(attribute_bindings(self.statements))

    @functools.cached_property
    def narrowed(self) -> dict[m.Expr, m.Expr]:
        """Names and attributes with the type they have been tested for where they stand."""
        return narrowed(self.facts.body) if self.calls_name("isinstance") else {}

    def calls_name(self, name: str) -> bool:
        """Whether a bare name is called here."""
        return any(type(call.func) is m.Name and call.func.id == name for call in self.calls)

    def calls_method(self, names: frozenset[str]) -> bool:
        """Whether an attribute is called here that ends in one of these names."""
        return any(type(call.func) is m.Attr and call.func.name in names for call in self.calls)

    @functools.cached_property
    def calls(self) -> tuple[m.Call, ...]:
        """Every call among the expressions of this scope."""
        return tuple(node for node in self.nodes if type(node) is m.Call)

    @functools.cached_property
    def returns(self) -> tuple[m.Return, ...]:
        """The ``return`` statements of this scope."""
        return tuple(s for s in self.statements if isinstance(s, m.Return))

    @functools.cached_property
    def qualname(self) -> str:
        """Dotted name within the module."""
        return self.facts.qualname

    def __repr__(self) -> str:
        return f"Func({self.path}:{self.facts.qualname or '<module>'})"
