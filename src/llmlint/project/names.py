"""Names: what is bound to them in their scope, in the scopes around it and by star imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project.binding import bind
from llmlint.project.fields import Fields
from llmlint.project.kinds import (
    UNKNOWN,
    ClassRef,
    Data,
    External,
    FuncRef,
    Holding,
    Obj,
    ParamValue,
    Unknown,
    Value,
    Values,
    is_none_value,
    telling,
    unique,
    vague,
)
from llmlint.project.promptfunctions import as_client
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.targets import Binding

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Names:
    """Looks names up."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.fields = Fields(evaluator)

    def lookup(self, name: str, func: Func) -> Values:
        """What a bare name stands for in a scope."""
        scope = binding_scope(name, func)
        if scope is not None:
            return self.in_scope(name, scope)
        return self.starred(name, func.mod.body) or (External(f"builtins.{name}"),)

    def alias(self, name: str, func: Func) -> tuple[m.Expr, Func] | None:
        """The expression that a name of a type stands for (``Maybe = Optional[Runner]``), and where it is."""
        scope = binding_scope(name, func)
        for _ in range(8):
            bindings = scope.bindings.get(name, ()) if scope is not None else ()
            if scope is None or len(bindings) != 1:
                return None
            binding = bindings[0]
            if binding.kind == "value":
                is_type = isinstance(binding.expr, m.Sub | m.BinOp)
                return (binding.expr, scope) if is_type and binding.expr is not None else None
            if binding.kind != "from":
                return None
            target = self._evaluator.imports.target(binding.module, binding.level, scope.mod)
            if not isinstance(target, Mod):
                return None
            scope, name = target.body, binding.name
        return None

    def in_scope(self, name: str, scope: Func) -> Values:
        """What a name bound in this very scope stands for."""
        return self._evaluator.once(("name", name, scope), lambda: self._bound_values(name, scope))

    def _bound_values(self, name: str, scope: Func) -> list[Value]:
        found: list[Value] = []
        for definition in scope.definitions.get(name, ()):
            if isinstance(definition, Cls):
                found.append(ClassRef(definition))
            else:
                found.append(as_client(definition, self._evaluator) or self._function(definition))
        for binding in scope.bindings.get(name, ()):
            found += self.bound_value(binding, scope)
        for function in scope.mod.lending if scope.facts.kind in ("function", "lambda") else ():
            if name in function.nonlocals and function.parent is not None:
                if binding_scope(name, function.parent) is scope:
                    for binding in function.bindings.get(name, ()):
                        found += self.bound_value(binding, function)
        # ``global name`` in functions of a module assigns the module's name.
        if scope.facts.kind == "module":
            for function in scope.mod.declaring.get(name, ()):
                for binding in function.bindings.get(name, ()):
                    found += self.bound_value(binding, function)
        return found

    def _function(self, function: Func) -> Value:
        declared = self._evaluator.declared.names.get(function)
        return FuncRef(function) if declared is None else External(declared)

    def starred(self, name: str, scope: Func) -> Values:
        """What a name is that only a star import can have brought in; modules may import each other so."""
        if not scope.star_imports:
            return ()
        return self._evaluator.once(("star", name, scope), lambda: self._starred(name, scope))

    def _starred(self, name: str, scope: Func) -> Values:
        for star in scope.star_imports:
            mod = self._evaluator.imports.target(star.module, star.level, scope.mod)
            if isinstance(mod, Mod):
                if name in mod.body.bindings or name in mod.body.definitions or mod.body.star_imports:
                    found = self._evaluator.imports.attribute(mod, name)
                    if found and found != (UNKNOWN,):
                        return found
            elif mod is None and not name.startswith("__"):
                dotted = f"{star.module}.{name}"
                if self._is_catalogued(dotted):
                    return (External(dotted),)
        return ()

    def _is_catalogued(self, dotted: str) -> bool:
        tables = (
            self._evaluator.catalogue.clients,
            self._evaluator.catalogue.functions,
            self._evaluator.catalogue.tools,
        )
        return any(table.get(dotted) for table in tables)

    def bound_value(self, binding: Binding, scope: Func) -> Values:
        """What one binding gives its name."""
        match binding.kind:
            case "param":
                return self._param(scope, binding.name)
            case "import":
                return self._evaluator.imports.module(binding.module, scope.mod)
            case "from":
                return self._evaluator.imports.name(binding, scope.mod)
            case "value" | "augmented":
                if binding.expr is None:
                    return self._described(binding, (UNKNOWN,), scope)
                values = self._unpack(self._evaluator.eval(binding.expr, scope), binding.unpack)
                return self._described(binding, values, scope)
            case "element":
                if binding.expr is None:
                    return (UNKNOWN,)
                return self._unpack(self._evaluator.containers.iterated(binding.expr, scope), binding.unpack)
            case "enter":
                if binding.expr is None:
                    return (UNKNOWN,)
                entered = [
                    v for base in self._evaluator.eval(binding.expr, scope) for v in self.entered(base)
                ]
                return self._unpack(unique(entered), binding.unpack)
            case _:
                return (UNKNOWN,)

    def _described(self, binding: Binding, values: Values, scope: Func) -> Values:
        """What is assigned, or what the annotation says of it where that says more."""
        values = self.fields.described(values)
        if binding.annotation is None or any(telling(v) for v in values):
            return values
        said = self._evaluator.annotations.instances(binding.annotation, scope)
        if all(vague(v) for v in values):
            return said or self.fields.given(binding, scope) or values or (UNKNOWN,)
        return (*values, *[v for v in said if telling(v)])

    def entered(self, value: Value) -> Values:
        """What ``with value as name`` binds."""
        if isinstance(value, Obj):
            for name in ("__enter__", "__aenter__"):
                found: list[Value] = []
                for member in self._evaluator.members.attribute(value, name):
                    if isinstance(member, FuncRef):
                        found += self._evaluator.results.of_method(member)
                if found:
                    return tuple(found)
        if isinstance(value, Holding) and value.kind == "list":
            return value.places[0]
        return (value,)

    def _unpack(self, values: Values, path: tuple[int, ...]) -> Values:
        for place in path:
            values = unique(v for value in values for v in self._at_place(value, place))
        return values

    def _at_place(self, value: Value, place: int) -> Values:
        match value:
            case Data(expr=m.Seq(items=items), func=scope) if 0 <= place < len(items):
                return self._evaluator.eval(items[place], scope)
            case Holding(kind="tuple", places=places) if 0 <= place < len(places):
                return places[place]
            case Holding(kind="list", places=places) if place >= 0:
                return places[0]
            case _:
                return (UNKNOWN,)

    def _param(self, func: Func, name: str) -> Values:
        param = func.params[name]
        if func.receiver == name and func.cls is not None:
            of_class = func.is_classmethod or func.name == "__new__"
            return (ClassRef(func.cls) if of_class else Obj(func.cls),)
        if param.kind.startswith("*"):
            return (ParamValue(func, name),)
        self._evaluator.depends_on_callers()
        found: list[Value] = []
        if param.annotation is not None:
            found += self._evaluator.annotations.instances(param.annotation, func.parent or func)
        if param.default is not None:
            default = self._evaluator.eval(param.default, func.parent or func)
            found += [v for v in default if not is_none_value(v) and not isinstance(v, Unknown)]
        if func in self._evaluator.decorated:
            first = func.facts.params[1 if func.receiver else 0 :][:1]
            if first and first[0].name == name:
                found += self._evaluator.decorated[func]
        for site, ref in self._evaluator.callers.get(func, ()):
            bound = bind(site.call, func, ref.bound is not None)
            given, scope = bound.given.get(name), site.func
            if given is None and bound.double_star:
                items, _ = self._evaluator.arguments.keyword_items(site.call, site.func)
                given, scope = items.get(name, (None, scope))
            if given is not None:
                found += [v for v in self._evaluator.eval(given, scope) if not is_none_value(v)]
            elif bound.star is not None or bound.double_star:
                found.append(UNKNOWN)
        return unique(found) or (ParamValue(func, name),)


def binding_scope(name: str, func: Func) -> Func | None:
    """The scope that binds a name as ``func`` sees it; None for builtins and names that a star brings in."""
    scope: Func | None = func
    first = True
    while scope is not None:
        # Class bodies are visible from themselves only.
        if first or scope.facts.kind != "class":
            if name in scope.globals and scope is not scope.mod.body:
                scope = scope.mod.body
                continue
            if name not in scope.nonlocals and (name in scope.bindings or name in scope.definitions):
                return scope
            if scope.facts.kind == "module" and name in scope.mod.declaring:
                return scope
        first = False
        scope = scope.parent
    return None
