"""Names: what is bound to them in their scope, in the scopes around it and by star imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project.binding import bind
from llmlint.project.kinds import (
    UNKNOWN,
    ClassRef,
    Data,
    External,
    FuncRef,
    Obj,
    ParamValue,
    Unknown,
    Value,
    Values,
    is_none_value,
    unique,
    vague,
)
from llmlint.project.scopes import Binding, Cls, Func, Mod

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Names:
    """Looks names up."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def lookup(self, name: str, func: Func) -> Values:
        """What a bare name stands for in a scope."""
        scope: Func | None = func
        first = True
        while scope is not None:
            # Class bodies are visible from themselves only.
            if first or scope.facts.kind != "class":
                if name in scope.globals and scope is not scope.mod.body:
                    scope = scope.mod.body
                    continue
                if name in scope.bindings or name in scope.definitions:
                    return self.in_scope(name, scope)
                if scope.facts.kind == "module":
                    found = self.starred(name, scope)
                    if found:
                        return found
            first = False
            scope = scope.parent
        return (External(f"builtins.{name}"),)

    def in_scope(self, name: str, scope: Func) -> Values:
        """What a name bound in this very scope stands for."""
        return self._evaluator.once(("name", name, scope), lambda: self._bound_values(name, scope))

    def _bound_values(self, name: str, scope: Func) -> list[Value]:
        found: list[Value] = []
        for definition in scope.definitions.get(name, ()):
            found.append(ClassRef(definition) if isinstance(definition, Cls) else FuncRef(definition))
        for binding in scope.bindings.get(name, ()):
            found += self.bound_value(binding, scope)
        # ``global name`` in functions of a module assigns the module's name.
        if scope.facts.kind == "module":
            for function in scope.mod.declaring.get(name, ()):
                for binding in function.bindings.get(name, ()):
                    found += self.bound_value(binding, function)
        return found

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
                    if binding.annotation is not None:
                        return self._evaluator.annotations.instances(binding.annotation, scope) or (UNKNOWN,)
                    return (UNKNOWN,)
                values = self._unpack(self._evaluator.eval(binding.expr, scope), binding.unpack)
                if binding.annotation is not None and all(vague(v) for v in values):
                    return self._evaluator.annotations.instances(binding.annotation, scope) or values
                return values
            case "element":
                if binding.expr is None:
                    return (UNKNOWN,)
                return self._unpack(
                    self._evaluator.containers.elements(self._evaluator.eval(binding.expr, scope)),
                    binding.unpack,
                )
            case "enter":
                if binding.expr is None:
                    return (UNKNOWN,)
                return unique(
                    v for base in self._evaluator.eval(binding.expr, scope) for v in self._entered(base)
                )
            case _:
                return (UNKNOWN,)

    def _entered(self, value: Value) -> Values:
        if isinstance(value, Obj):
            for name in ("__enter__", "__aenter__"):
                found = [
                    v
                    for member in self._evaluator.members.member(value.cls, name, True)
                    if isinstance(member, FuncRef)
                    for v in self._evaluator.results.of(member.func)
                ]
                if found:
                    return tuple(found)
        return (value,)

    def _unpack(self, values: Values, path: tuple[int, ...]) -> Values:
        for place in path:
            found: list[Value] = []
            for value in values:
                items = (
                    value.expr.items if isinstance(value, Data) and isinstance(value.expr, m.Seq) else None
                )
                if items is not None and isinstance(value, Data) and 0 <= place < len(items):
                    found += self._evaluator.eval(items[place], value.func)
                else:
                    found.append(UNKNOWN)
            values = unique(found)
        return values

    def _param(self, func: Func, name: str) -> Values:
        param = func.params[name]
        if func.receiver == name and func.cls is not None:
            return (ClassRef(func.cls) if func.is_classmethod else Obj(func.cls),)
        if param.kind.startswith("*"):
            return (ParamValue(func, name),)
        self._evaluator.depends_on_callers()
        found: list[Value] = []
        if param.annotation is not None:
            found += self._evaluator.annotations.instances(param.annotation, func.parent or func)
        if param.default is not None:
            default = self._evaluator.eval(param.default, func.parent or func)
            found += [v for v in default if not is_none_value(v) and not isinstance(v, Unknown)]
        if func in self._evaluator.decorated and name == func.facts.params[0].name:
            found += self._evaluator.decorated[func]
        for site, ref in self._evaluator.callers.get(func, ()):
            bound = bind(site.call, func, ref.bound is not None)
            given = bound.given.get(name)
            if given is not None:
                found += [v for v in self._evaluator.eval(given, site.func) if not is_none_value(v)]
            elif bound.star is not None or bound.double_star:
                found.append(UNKNOWN)
        return unique(found) or (ParamValue(func, name),)
